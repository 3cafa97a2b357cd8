"""One's PIN for the staff line, chosen on a page, and unlocked by who manages people."""

from pathlib import Path

import pytest
from message_desk import tone
from staff_console import PASSWORD, Console, Staff

from records import account_changes, desk_rings, people, phone_pins
from records.phone_pins import MOST_WRONG
from records.viewer import at_machine
from routing.permissions import Role

US = at_machine("test")
PIN = "274016"


@pytest.fixture
def margot(console: Console) -> Staff:
    return console.signed_in(account=console.account(Role.MESSAGE_EDITOR, password=PASSWORD, name="Margot"))


def opens(console: Console, staff: Staff, pin: str) -> bool:
    assert staff.account
    return phone_pins.identify(console.base, staff.account.id, pin, by=US, at=console.now).account is not None


def test_a_pin_chosen_on_the_page_opens_the_staff_line(console: Console, margot: Staff) -> None:
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
    console: Console, margot: Staff, fields: dict[str, object], reason: str
) -> None:
    answer = margot.post("/own/phone", fields)
    assert answer.status_code == 422 and reason in answer.text.replace("&#39;", "'")
    assert not fields["pin"] or str(fields["pin"]) not in answer.text
    assert not opens(console, margot, str(fields["pin"]))


def test_a_locked_pin_is_seen_by_its_owner_and_unlocked_by_who_manages_people(console: Console, margot: Staff) -> None:
    margot.post("/own/phone", {"password": PASSWORD, "pin": PIN})
    admin = console.signed_in(Role.ADMINISTRATOR)
    person = f"/people/{margot.account.id}"
    assert "Débloquer" not in admin.get(person).text
    for _ in range(MOST_WRONG):
        assert not opens(console, margot, "905137")

    assert "Il est bloqué" in margot.get("/own/phone").text
    assert "Débloquer" in admin.get(person).text
    assert margot.post(f"{person}/unlock-pin").status_code == 403
    assert admin.post(f"{person}/unlock-pin").location == person
    assert opens(console, margot, PIN)
    assert "Code secret bloqué" in admin.get("/changes").text


def at_desk(console: Console, staff: Staff) -> None:
    """From now on this person has a telephone."""
    assert staff.account
    people.prepare_phones(console.base, {"p01": "secret"})
    person = people.add(console.base, "Margot", language="fr", at=console.now)
    account, fields = staff.account, {"name": "Margot", "role": staff.account.role, "person_id": person.id}
    account_changes.change(console.base, US, account.id, **fields, at=console.now)


def rung(console: Console) -> desk_rings.DeskRing:
    """The one who is to be rung now."""
    (number,) = desk_rings.take(console.base, at=console.now)
    desk_rings.ring(console.base, number, at=console.now)
    return desk_rings.rung(console.base, number)


def test_a_button_has_ones_own_telephone_rung_to_record(console: Console, margot: Staff) -> None:
    ask = ("/message/ring", {"slot": "news"})
    assert "appeler pour l" not in margot.get("/message").text
    assert "Aucun téléphone" in margot.post(*ask, follow_redirects=True).text

    at_desk(console, margot)

    assert "appeler pour l" in margot.get("/message").text
    assert "va sonner" in margot.post(*ask, follow_redirects=True).text
    ring = rung(console)
    assert (ring.account.id, ring.slot, ring.part) == (margot.account.id, "news", None)


def test_a_draft_is_heard_on_the_telephone_as_it_is_cut_and_nothing_typed_is_lost(
    console: Console, margot: Staff, tmp_path: Path
) -> None:
    at_desk(console, margot)
    with tone(tmp_path / "tone.wav").open("rb") as file:
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
    part = rung(console).part
    assert part and (part.from_s, part.until_s) == (0.5, 1.5)
    assert "Pas encore sauvé" not in margot.get(draft).text  # to hear is not to save
