"""The PIN of a user for the staff line: chosen on a page, unlocked by an administrator."""

from pathlib import Path

import pytest
from audio_services import make_tone_file
from console_client import PASSWORD, ConsoleApp, ConsoleUser

from records.actor import command_line_actor
from records.staff import agents, click_to_call
from records.users import administration, phone_pins
from routing.access.permissions import Role
from routing.access.pins import MAX_WRONG_PINS

US = command_line_actor("test")
PIN = "274016"


@pytest.fixture
def margot(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(user=console.add_user(Role.MESSAGE_EDITOR, password=PASSWORD, name="Margot"))


def opens(console: ConsoleApp, staff: ConsoleUser, pin: str) -> bool:
    assert staff.user
    return phone_pins.verify_pin(console.database, staff.user.id, pin, by=US, at=console.now).user is not None


def test_a_pin_chosen_on_the_page_opens_the_staff_line(console: ConsoleApp, margot: ConsoleUser) -> None:
    page = margot.get("/own/phone").text
    assert "*24" in page and f"numéro de compte : {margot.user.id}," in page and "01 99 00 00 04" in page
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
def test_an_unusable_pin_is_refused_with_the_reason_and_not_shown_again(
    console: ConsoleApp, margot: ConsoleUser, fields: dict[str, object], reason: str
) -> None:
    answer = margot.post("/own/phone", fields)
    assert answer.status_code == 422 and reason in answer.text.replace("&#39;", "'")
    assert not fields["pin"] or str(fields["pin"]) not in answer.text
    assert not opens(console, margot, str(fields["pin"]))


def test_the_owner_of_a_locked_pin_sees_that_it_is_locked_and_an_administrator_unlocks_it(
    console: ConsoleApp, margot: ConsoleUser
) -> None:
    margot.post("/own/phone", {"password": PASSWORD, "pin": PIN})
    admin = console.sign_in(Role.ADMINISTRATOR)
    person = f"/people/{margot.user.id}"
    assert "Débloquer" not in admin.get(person).text
    for _ in range(MAX_WRONG_PINS):
        assert not opens(console, margot, "905137")

    assert "Il est bloqué" in margot.get("/own/phone").text
    assert "Débloquer" in admin.get(person).text
    assert margot.post(f"{person}/unlock-pin").status_code == 403
    assert admin.post(f"{person}/unlock-pin").location == person
    assert opens(console, margot, PIN)
    assert "a été bloqué après trop d" in admin.get("/changes").text


def give_telephone(console: ConsoleApp, staff: ConsoleUser) -> None:
    """Links the user to an agent with a telephone."""
    assert staff.user
    agents.create_sip_accounts(console.database, {"p01": "secret"})
    person = agents.add_agent(console.database, "Margot", language="fr", at=console.now)
    linked = administration.UserDetails("Margot", staff.user.role, person.id)
    administration.update_user(console.database, US, staff.user.id, linked, at=console.now)


def answer_click_to_call(console: ConsoleApp) -> click_to_call.ClickToCall:
    """Lets the user answer the one call that was requested."""
    (number,) = click_to_call.claim_click_to_calls(console.database, at=console.now)
    click_to_call.authorize_click_to_call(console.database, number, at=console.now)
    return click_to_call.get_answered_click_to_call(console.database, number)


def test_a_button_calls_the_users_telephone_to_record(console: ConsoleApp, margot: ConsoleUser) -> None:
    ask = ("/message/ring", {"announcement": "news"})
    assert "appeler pour l" not in margot.get("/message").text
    assert "Aucun téléphone" in margot.post(*ask, follow_redirects=True).text

    give_telephone(console, margot)

    assert "appeler pour l" in margot.get("/message").text
    assert "va sonner" in margot.post(*ask, follow_redirects=True).text
    ring = answer_click_to_call(console)
    assert (ring.user.id, ring.announcement, ring.audio_range) == (margot.user.id, "news", None)


def test_a_trimmed_draft_is_played_on_the_telephone_and_nothing_typed_is_lost(
    console: ConsoleApp, margot: ConsoleUser, tmp_path: Path
) -> None:
    give_telephone(console, margot)
    with make_tone_file(tmp_path / "tone.wav").open("rb") as file:
        draft = margot.post("/draft/new", {"file": file}).location
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
    part = answer_click_to_call(console).audio_range
    assert part and (part.from_s, part.until_s) == (0.5, 1.5)
    assert "Pas encore sauvé" not in margot.get(draft).text  # playing a draft does not save it
