"""One's PIN for the staff line, chosen on a page, and unlocked by who manages people."""

from pathlib import Path

import pytest
from audio_services import make_tone_file
from console_client import PASSWORD, ConsoleApp, ConsoleUser

from records.actor import command_line_actor
from records.staff import agents, click_to_call
from records.users import administration, phone_pins
from records.users.phone_pins import MAX_WRONG_ATTEMPTS
from routing.access.permissions import Role

US = command_line_actor("test")
PIN = "274016"


@pytest.fixture
def margot(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(account=console.add_user(Role.MESSAGE_EDITOR, password=PASSWORD, name="Margot"))


def opens(console: ConsoleApp, staff: ConsoleUser, pin: str) -> bool:
    assert staff.account
    return phone_pins.verify_pin(console.database, staff.account.id, pin, by=US, at=console.now).user is not None


def test_a_pin_chosen_on_the_page_opens_the_staff_line(console: ConsoleApp, margot: ConsoleUser) -> None:
    page = margot.get("/own/phone").text
    assert "*24" in page and f"numéro de compte : {margot.account.id}," in page and "01 99 00 00 04" in page
    assert "Vous n'en avez pas encore" in page.replace("&#39;", "'")

    answer = margot.post("/own/phone", {"password": PASSWORD, "pin": f" {PIN} "})

    assert (answer.status_code, answer.location) == (303, "/own/phone")
    assert "Votre code secret est choisi" in margot.get("/own/phone").text
    assert opens(console, margot, PIN)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"password": "lune pavé orange", "pin": PIN}, "pas votre mot de passe actuel"),
        ({"password": PASSWORD, "pin": "123456"}, "trop facile à deviner"),
        ({"password": PASSWORD, "pin": "2740"}, "6 chiffres au moins"),
        ({"password": PASSWORD, "pin": "deux cents"}, "chiffres seulement"),
        ({"password": PASSWORD, "pin": ""}, "Écrivez le code secret"),
    ],
)
def test_a_pin_that_will_not_do_is_refused_with_the_reason_and_not_shown_again(
    console: ConsoleApp, margot: ConsoleUser, fields: dict[str, object], reason: str
) -> None:
    answer = margot.post("/own/phone", fields)
    assert answer.status_code == 422 and reason in answer.text.replace("&#39;", "'")
    assert not fields["pin"] or str(fields["pin"]) not in answer.text
    assert not opens(console, margot, str(fields["pin"]))


def test_a_locked_pin_is_seen_by_its_owner_and_unlocked_by_who_manages_people(
    console: ConsoleApp, margot: ConsoleUser
) -> None:
    margot.post("/own/phone", {"password": PASSWORD, "pin": PIN})
    admin = console.sign_in(Role.ADMINISTRATOR)
    person = f"/people/{margot.account.id}"
    assert "Débloquer" not in admin.get(person).text
    for _ in range(MAX_WRONG_ATTEMPTS):
        assert not opens(console, margot, "905137")

    assert "Il est bloqué" in margot.get("/own/phone").text
    assert "Débloquer" in admin.get(person).text
    assert margot.post(f"{person}/unlock-pin").status_code == 403
    assert admin.post(f"{person}/unlock-pin").location == person
    assert opens(console, margot, PIN)
    assert "Code secret bloqué" in admin.get("/changes").text


def at_desk(console: ConsoleApp, staff: ConsoleUser) -> None:
    """From now on this person has a telephone."""
    assert staff.account
    agents.create_sip_accounts(console.database, {"p01": "secret"})
    person = agents.add_agent(console.database, "Margot", language="fr", at=console.now)
    account, fields = staff.account, {"name": "Margot", "role": staff.account.role, "agent_id": person.id}
    administration.update_user(console.database, US, account.id, **fields, at=console.now)


def rung(console: ConsoleApp) -> click_to_call.ClickToCall:
    """The one who is to be rung now."""
    (number,) = click_to_call.claim_click_to_calls(console.database, at=console.now)
    click_to_call.authorize_click_to_call(console.database, number, at=console.now)
    return click_to_call.get_answered_click_to_call(console.database, number)


def test_a_button_has_ones_own_telephone_rung_to_record(console: ConsoleApp, margot: ConsoleUser) -> None:
    ask = ("/message/ring", {"announcement": "news"})
    assert "appeler pour l" not in margot.get("/message").text
    assert "Aucun téléphone" in margot.post(*ask, follow_redirects=True).text

    at_desk(console, margot)

    assert "appeler pour l" in margot.get("/message").text
    assert "va sonner" in margot.post(*ask, follow_redirects=True).text
    ring = rung(console)
    assert (ring.user.id, ring.announcement, ring.audio_range) == (margot.account.id, "news", None)


def test_a_draft_is_heard_on_the_telephone_as_it_is_cut_and_nothing_typed_is_lost(
    console: ConsoleApp, margot: ConsoleUser, tmp_path: Path
) -> None:
    at_desk(console, margot)
    with make_tone_file(tmp_path / "tone.wav").open("rb") as file:
        draft = margot.post("/message/upload", {"file": file}).location
    shown = {
        "do": "ring",
        "from_s": "0.5",
        "until_s": "1.5",
        "text": "Pas encore sauvé",
        "when": "now",
        "revision": "1",
    }

    page = margot.post(draft, shown)

    assert page.status_code == 200 and "va sonner" in page.text and "Pas encore sauvé" in page.text
    part = rung(console).audio_range
    assert part and (part.from_s, part.until_s) == (0.5, 1.5)
    assert "Pas encore sauvé" not in margot.get(draft).text  # to hear is not to save
