"""The first steps end with a call that a page asks for: the switch process places it, and the page tells its story."""

import html
import json
import re
from pathlib import Path

import pytest
from console_client import ConsoleApp, ConsoleUser
from reception import Reception, wait_for

from records import trial_calls
from records.trial_calls import CALLER
from routing.access.permissions import Role
from standardiste.parts.console import create_app_context

STEP = "/first-steps/call"
ENDED = "entendu"


@pytest.fixture(scope="module")
def console(reception: Reception) -> ConsoleApp:
    return ConsoleApp.of(create_app_context(reception.installation))


def story(user: ConsoleUser) -> str:
    """What the page says of the last test call."""
    page = html.unescape(user.get(f"{STEP}/refresh").text).partition('data-live-part="trial"')[2]
    return re.sub(r"<[^>]+>|\s+", " ", page)


def test_a_call_asked_for_on_the_page_is_placed_and_told_while_it_goes_on(
    reception: Reception, console: ConsoleApp, tmp_path: Path
) -> None:
    reception.publish("Un message pour l'appel d'essai.", tmp_path)
    admin, other = console.sign_in(Role.ADMINISTRATOR), console.sign_in(Role.ADMINISTRATOR)
    number = reception.installation.plan.numbers[0].e164

    assert admin.post(f"{STEP}/try", {"call": f"{number}:3"}).status_code == 303
    refused = other.post(f"{STEP}/try", {"call": f"{number}:"}, follow_redirects=True).text
    assert f"{admin.user.name} passe un appel d&#39;essai en ce moment" in refused

    wait_for(lambda: "L'appelant a tapé 3." in story(admin), "the key in the story", 60)
    done = wait_for(lambda: text if ENDED in (text := story(admin)) and "Cet appel" in text else None, "its end", 60)

    assert "tout ce qu'un appelant doit entendre a été entendu" in done
    assert "L'accueil a répondu." in done and "Le message a été écouté jusqu'au bout." in done
    heard = done.partition("Ce que le téléphone de l'appelant a entendu")[2]
    assert reception.installation.plan.numbers[0].greeting["fr"] in heard and "Le message du jour" in heard
    assert reception.wait_for_call_detail(CALLER).call.public_number == number
    assert trial_calls.has_passed(reception.database)
    assert "Étape 6 sur 6" in admin.get(STEP).text


def test_a_number_that_is_not_ours_is_never_dialled(reception: Reception, console: ConsoleApp) -> None:
    admin, before = console.sign_in(Role.ADMINISTRATOR), story(console.sign_in(Role.ADMINISTRATOR))
    for call in ("+33142000000:", "+33199000000:2", "15:", ""):
        assert admin.post(f"{STEP}/try", {"call": call}).status_code == 303
    assert story(admin) == before


def test_a_special_number_is_dialled_as_on_a_poster_and_reached_where_its_calls_arrive(reception: Reception) -> None:
    report = json.loads(reception.run("call", "08 99 00 00 00", "--hang-up", "--json").stdout)
    assert report["missed"] == [] and "greeting-33899000000" in report["heard"]
