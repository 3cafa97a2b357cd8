"""Contacts are found by name in any spelling, number or a part of it, e-mail address, organisation, and call."""

from datetime import UTC, datetime, timedelta

import pytest
from named_contacts import describe_contact
from recorded_calls import record_call
from sqlalchemy import func, insert, select

from records.actor import command_line_actor
from records.calls.calls import close_call
from records.contacts.contact_cards import find_cards, get_card_detail
from records.contacts.merges import merge_cards, undo_merge
from records.contacts.search.following import BATCH, follow_calls
from records.database.engine import Database
from records.errors import RecordsError
from records.retention.erasure import erase_contact
from records.schema import Contact, ContactKey, ContactWord, Line, NumberTail, Table, Word, WordGap

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
NAMES = ("Hélène Œuvrard-Müller", "Anne-Marie D'Arc", "Jean Dupont", "Philippe Lefèvre", "Martin Anne", "Łukasz Nowak")


@pytest.fixture
def cards(database: Database) -> dict[str, int]:
    """A card for each name, each with a number: +33639980000 for the first, and so on."""
    made = {}
    for number, name in enumerate(NAMES):
        caller = f"+3363998000{number}"
        ref, at = f"1700000{number}00.1", NOON + timedelta(minutes=number)
        made[name] = record_call(database, ref, at, caller).contact_id
        close_call(database, ref, at=at, disposition=None, cause="16")
        describe_contact(database, made[name], name=name)
    follow_calls(database)
    return made


def names(database: Database, typed: str) -> list[str | None]:
    return [card.name for card in find_cards(database, typed)]


IN_ANY_ORDER = {
    "hélène œuvrard müller": "Hélène Œuvrard-Müller",
    "Helene Oeuvrard": "Hélène Œuvrard-Müller",
    "MULLER": "Hélène Œuvrard-Müller",
    "Mme Muller Hélène": "Hélène Œuvrard-Müller",
    "muller œuv": "Hélène Œuvrard-Müller",
    "arc anne marie": "Anne-Marie D'Arc",
    "anne-marie d’arc": "Anne-Marie D'Arc",
    "dupont je": "Jean Dupont",
    "Lukasz": "Łukasz Nowak",
}


def test_a_name_is_found_without_accents_in_any_order_and_from_its_beginning(
    database: Database, cards: dict[str, int]
) -> None:
    assert {typed: names(database, typed)[:1] for typed in IN_ANY_ORDER} == {t: [n] for t, n in IN_ANY_ORDER.items()}


WITH_ERRORS = {
    "jaen dupont": "Jean Dupont",
    "jean dupnt": "Jean Dupont",
    "jean dupond": "Jean Dupont",
    "duponnt jean": "Jean Dupont",
    "filip lefebvre": "Philippe Lefèvre",
    "philipe lefevre": "Philippe Lefèvre",
    "lefevvre": "Philippe Lefèvre",
    "helenne muler": "Hélène Œuvrard-Müller",
}


def test_a_name_is_found_with_a_typing_error_and_by_its_sound(database: Database, cards: dict[str, int]) -> None:
    assert {typed: names(database, typed)[:1] for typed in WITH_ERRORS} == {t: [n] for t, n in WITH_ERRORS.items()}


NOBODY = ["", " ", "%", "_", "xylophone", "\ud800", "'; DROP TABLE contact; --", "x" * 10_000]


def test_what_fits_no_contact_finds_none(database: Database, cards: dict[str, int]) -> None:
    assert [typed for typed in NOBODY if names(database, typed)] == []


NUMBERS = ["06 39 98 00 02", "+33639980002", "33 6 39 98 00 02", "639980002", "980002", "98 00 02", "tel:0639980002"]


def test_a_contact_is_found_by_a_number_in_any_form_and_by_a_part_of_it(
    database: Database, cards: dict[str, int]
) -> None:
    assert [typed for typed in NUMBERS if names(database, typed) != ["Jean Dupont"]] == []


def test_a_part_that_several_numbers_have_finds_the_latest_caller_first(
    database: Database, cards: dict[str, int]
) -> None:
    assert names(database, "0639 98") == list(reversed(NAMES))


def test_a_contact_is_found_by_the_reference_of_a_call(database: Database, cards: dict[str, int]) -> None:
    assert names(database, "1700000300.1") == ["Philippe Lefèvre"]


def test_a_contact_is_found_by_an_email_address_and_by_organisation(database: Database, cards: dict[str, int]) -> None:
    describe_contact(database, cards["Jean Dupont"], emails=("Jean.Dupont@Example.org",))
    describe_contact(database, cards["Martin Anne"], organisation="Mairie de Saint-Élan")
    [card] = find_cards(database, "JEAN.dupont@example.org")
    assert (card.name, card.emails) == ("Jean Dupont", ("Jean.Dupont@Example.org",))
    for typed in ("saint elan mairie", "mairi", "marie de saint elan"):
        assert names(database, typed)[0] == "Martin Anne"
    describe_contact(database, cards["Martin Anne"], organisation="")
    describe_contact(database, cards["Jean Dupont"], emails=())
    assert names(database, "mairie saint elan") == names(database, "jean.dupont@example.org") == []


NO_ADDRESSES = ["", "anne", "anne@", "@example.org", "a b@example.org", "a@b@c", "<a@b.fr>"]


def test_an_address_that_is_none_is_refused(database: Database, cards: dict[str, int]) -> None:
    for written in NO_ADDRESSES:
        with pytest.raises(RecordsError, match="not an e-mail address"):
            describe_contact(database, cards["Jean Dupont"], emails=(written,))


def test_contacts_of_the_same_name_come_with_the_latest_interaction_first(database: Database) -> None:
    for minute in range(3):
        caller = f"+3363998001{minute}"
        opened = record_call(database, f"1.{minute}", NOON + timedelta(minutes=minute), caller)
        describe_contact(database, opened.contact_id, name="Anne Martin")
    assert [card.lines[0][-1] for card in find_cards(database, "martin anne")] == ["2", "1", "0"]


def test_a_merged_card_is_found_as_the_card_it_is_part_of(database: Database, cards: dict[str, int]) -> None:
    kept, absorbed = cards["Jean Dupont"], cards["Philippe Lefèvre"]
    merge = merge_cards(database, kept, absorbed, by="anne", at=NOON)
    [card] = find_cards(database, "philippe lefevre")
    assert (card.id, card.lines) == (kept, ("+33639980002", "+33639980003"))
    undo_merge(database, merge, by="anne", at=NOON)
    [card] = find_cards(database, "philippe lefevre")
    assert (card.id, card.lines) == (absorbed, ("+33639980003",))


def test_another_name_takes_the_place_of_the_old_one(database: Database, cards: dict[str, int]) -> None:
    describe_contact(database, cards["Jean Dupont"], name="Jeanne Durand")
    assert names(database, "dupont") == []
    assert names(database, "durand") == ["Jeanne Durand"]
    with database.read() as connection:
        assert connection.scalar(select(Word.id).where(Word.word == "dupont")) is None


def test_nothing_of_a_person_who_is_erased_stays_in_the_search(database: Database, cards: dict[str, int]) -> None:
    for contact_id in cards.values():
        erase_contact(database, command_line_actor("anne"), contact_id, at=NOON)
    searched: tuple[type[Table], ...] = (ContactKey, ContactWord, Word, WordGap, NumberTail)
    with database.read() as connection:
        assert [connection.scalar(select(func.count()).select_from(table)) for table in searched] == [0] * 5


def test_a_name_that_others_share_is_still_found_when_one_of_them_is_erased(
    database: Database, cards: dict[str, int]
) -> None:
    erase_contact(database, command_line_actor("anne"), cards["Martin Anne"], at=NOON)
    assert names(database, "anne") == ["Anne-Marie D'Arc"]


def test_lines_and_names_that_the_search_does_not_know_are_added_once(database: Database) -> None:
    count = 2 * BATCH + 3
    with database.write() as connection:
        lines = [{"e164": f"+33639{number:06}", "created_at": NOON} for number in range(count)]
        connection.execute(insert(Line), lines)
        connection.execute(insert(Contact), [{"name": name, "created_at": NOON} for name in ("Anne Martin", None)])
    assert follow_calls(database) == count + 1
    assert follow_calls(database) == 0
    assert names(database, "anne martin") == ["Anne Martin"]


def test_a_name_behind_thousands_of_cards_without_one_is_added(database: Database) -> None:
    with database.write() as connection:
        cards = [{"id": number, "name": None, "created_at": NOON} for number in (1, 12_000)]
        connection.execute(insert(Contact), [*cards, {"id": 30_000, "name": "Anne Martin", "created_at": NOON}])
    assert follow_calls(database) == 1
    assert names(database, "anne martin") == ["Anne Martin"]


def test_a_line_that_is_committed_late_is_added_too(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(Line).values(id=8, e164="+33639980008", created_at=NOON))
    assert follow_calls(database) == 1
    with database.write() as connection:
        connection.execute(insert(Line).values(id=7, e164="+33639980007", created_at=NOON))
        connection.execute(insert(Line).values(id=9, e164="+33639980009", created_at=NOON))
    assert follow_calls(database) == 2


def test_a_cards_history_opens_whatever_was_typed(database: Database, cards: dict[str, int]) -> None:
    [card] = find_cards(database, "lukasz")
    assert get_card_detail(database, card.id).card == card
