"""Cards that may be one person, as pages: the list, the two side by side, the decision, and the way back."""

import re
from datetime import timedelta
from html import unescape

import pytest
from console_client import ConsoleApp, ConsoleUser
from named_contacts import describe_contact
from recorded_calls import record_call

from records import changes
from records.actor import command_line_actor
from records.changes import ChangeFilter
from records.contacts.contact_cards import get_card_detail
from records.contacts.duplicates.following import propose_duplicates
from routing.access.permissions import Role

HOME = {"street": "12 rue de la Paix", "postcode": "75002", "city": "Paris"}
TWICE = (
    ("Jeanne Lefèvre", {**HOME, "organisation": "Mairie"}),
    ("LEFEBVRE Jeanne", {**HOME, "street": "12 r. de la paix"}),
)


def add_card(console: ConsoleApp, number: int, name: str, **fields: object) -> int:
    at = console.now - timedelta(days=3, minutes=-number)
    contact_id = record_call(console.database, f"1.{number}", at, f"+3363998000{number}").contact_id
    return describe_contact(console.database, contact_id, name=name, **fields).id


@pytest.fixture
def pair(console: ConsoleApp) -> tuple[int, int]:
    """Two cards of one person, proposed."""
    first, second = (add_card(console, number, name, **fields) for number, (name, fields) in enumerate(TWICE))
    assert propose_duplicates(console.database, console.now) == 2
    return first, second


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def name_on_card(console: ConsoleApp, contact_id: int) -> str | None:
    return get_card_detail(console.database, contact_id).card.name


def decide(staff: ConsoleUser, pair: tuple[int, int], **fields: object) -> str:
    answer = staff.post(f"/contacts/duplicates/{pair[0]}/{pair[1]}", fields)
    assert answer.status_code == 303
    return answer.location


def test_a_pair_is_listed_with_score_and_reason_and_both_cards_say_so(
    console: ConsoleApp, pair: tuple[int, int]
) -> None:
    staff = console.sign_in(Role.STAFF)
    shown = text_of(staff.get("/contacts/duplicates").text)
    assert "nom ressemblant, même rue mais autre numéro" in shown and "très probable" in shown
    for card, other in (pair, pair[::-1]):
        page = staff.get(f"/contacts/{card}").text
        assert f'href="/contacts/duplicates/{card}/{other}"' in page
        assert "Très probablement la même personne" in text_of(page)


def test_the_two_are_merged_with_the_values_that_were_chosen_and_given_back_exactly(
    console: ConsoleApp, pair: tuple[int, int]
) -> None:
    before = [get_card_detail(console.database, card) for card in pair]
    staff = console.sign_in(Role.STAFF)
    page = staff.get(f"/contacts/duplicates/{pair[1]}/{pair[0]}").text
    assert re.findall(r'name="(\w+)" value="(?:kept|absorbed)"', page) == ["name", "name", "address", "address"]
    location = decide(staff, pair, do="merge", name="absorbed", address="kept")
    assert decide(staff, pair, do="merge") == f"/contacts/{pair[0]}"  # a second click changes nothing
    merged = get_card_detail(console.database, pair[1]).card
    assert (merged.id, merged.name, merged.organisation) == (pair[0], "LEFEBVRE Jeanne", "Mairie")
    assert merged.street == "12 rue de la Paix" and len(merged.lines) == 2

    undo = re.search(r'action="(/contacts/merges/\d+/undo)"', staff.get(location).text)
    assert undo and undo[1] in staff.get(f"/contacts/{pair[0]}").text
    assert staff.post(undo[1]).status_code == 303
    assert [get_card_detail(console.database, card) for card in pair] == before
    assert staff.post(undo[1]).status_code == 404


def test_not_the_same_person_is_remembered(console: ConsoleApp, pair: tuple[int, int]) -> None:
    staff = console.sign_in(Role.STAFF)
    decide(staff, pair, do="distinct")
    describe_contact(console.database, pair[0], emails=("jeanne@example.org",))
    propose_duplicates(console.database, console.now)
    assert "Aucune paire n'attend" in text_of(staff.get("/contacts/duplicates").text)
    page = text_of(staff.get(f"/contacts/duplicates/{pair[0]}/{pair[1]}").text)
    assert "ce sont deux personnes" in page and "Pas la même personne" not in page


def test_decisions_are_in_the_change_log_without_what_the_cards_say(console: ConsoleApp, pair: tuple[int, int]) -> None:
    staff = console.sign_in(Role.STAFF)
    decide(staff, pair, do="merge", name="absorbed")
    undo = re.search(r'action="(/contacts/merges/\d+/undo)"', staff.get(f"/contacts/{pair[0]}").text)
    assert undo and staff.post(undo[1]).status_code == 303
    decide(staff, pair, do="distinct")
    kinds = ("contact.merge", "contact.unmerge", "contact.distinct")
    written = changes.list_changes(console.database, command_line_actor("test"), wanted=ChangeFilter(kinds=kinds))
    assert [each.kind for each in written] == list(reversed(kinds))
    assert written[2].after["fields"] == ["name"]
    assert not [each for each in written if "Jeanne" in str(each.after) or "Paix" in str(each.after)]
    sentences = text_of(console.sign_in(Role.ADMINISTRATOR).get("/changes").text)
    assert "a fusionné les fiches d'une même personne" in sentences


def test_a_card_that_nothing_proposes_is_looked_for_by_hand(console: ConsoleApp, pair: tuple[int, int]) -> None:
    third, staff = add_card(console, 7, "Basile Roux"), console.sign_in(Role.STAFF)
    page = staff.get(f"/contacts/{pair[0]}/same-as?q=roux").text
    assert f'href="/contacts/duplicates/{pair[0]}/{third}"' in page
    assert "rien en commun" in text_of(staff.get(f"/contacts/duplicates/{pair[0]}/{third}").text)


def test_who_may_not_change_contacts_decides_nothing(console: ConsoleApp, pair: tuple[int, int]) -> None:
    stranger = console.sign_in(Role.MESSAGE_EDITOR)
    assert stranger.get("/contacts/duplicates").status_code == 403
    assert stranger.post(f"/contacts/duplicates/{pair[0]}/{pair[1]}", {"do": "merge"}).status_code == 403
    assert stranger.post("/contacts/merges/1/undo").status_code == 403
    assert name_on_card(console, pair[1]) == "LEFEBVRE Jeanne"
