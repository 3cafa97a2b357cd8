"""Pairs of cards are proposed behind the calls and at night, decided by people, and forgotten with the person."""

from datetime import UTC, datetime, timedelta

import pytest
from callback_records import accept_callback, make_callback_request
from named_contacts import describe_contact
from people_twice import fill_cards, people_twice, propose
from recorded_calls import record_call
from sqlalchemy import delete, func, insert, select

from records.actor import Actor, Forbidden, command_line_actor
from records.calls.calls import close_call
from records.contacts.duplicates import decisions, proposals
from records.contacts.duplicates.counters import AvoidedBy, Decided, read_counts
from records.contacts.duplicates.following import BATCH, propose_duplicates, sweep
from records.contacts.duplicates.keys import index_duplicates
from records.contacts.duplicates.matching import find_same
from records.contacts.duplicates.proposals import Proposal, list_proposals
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.retention.erasure import erase_contact
from records.schema import Contact, ContactLine, DuplicateKey, DuplicateProposal, DuplicateQueue
from routing.access.permissions import Role
from routing.duplicates import POSSIBLE, Address, Person, Reason

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
STAFF = command_line_actor("anne")
HOME = {"street": "12 rue de la Paix", "postcode": "75002", "city": "Paris"}


def add_card(database: Database, number: int, name: str, **fields: object) -> int:
    at = NOON + timedelta(minutes=number)
    opened = record_call(database, f"1.{number}", at, f"+336399800{number:02}")
    close_call(database, f"1.{number}", at=at, disposition=None, cause="16")
    return describe_contact(database, opened.contact_id, name=name, **fields).id


@pytest.fixture
def pair(database: Database) -> tuple[int, int]:
    return add_card(database, 1, "Jeanne Lefèvre", **HOME), add_card(database, 2, "LEFEBVRE Jeanne", **HOME)


def pairs_of(database: Database) -> list[tuple[int, int]]:
    return [(each.first_id, each.second_id) for each in list_proposals(database, limit=1000)]


def test_a_card_that_staff_write_is_compared_a_little_later(database: Database, pair: tuple[int, int]) -> None:
    assert list_proposals(database, limit=9) == ()
    assert propose_duplicates(database, NOON) == 2
    reasons = (Reason.SIMILAR_NAME, Reason.SAME_ADDRESS, Reason.OTHER_LINE)
    assert list_proposals(database, limit=9) == (Proposal(*pair, 80, reasons),)
    assert propose_duplicates(database, NOON) == 0


def test_the_name_given_with_a_callback_is_compared_while_the_card_has_none(database: Database) -> None:
    known = add_card(database, 1, "Jeanne Lefèvre")
    accept_callback(database, make_callback_request("+33639980044", name="Jeanne Lefèvre"))
    propose_duplicates(database, NOON)
    [found] = list_proposals(database, limit=9)
    assert (found.first_id, found.reasons) == (known, (Reason.SAME_NAME, Reason.OTHER_LINE))


def test_people_of_a_household_are_not_proposed(database: Database) -> None:
    mail = ("famille@example.org",)
    first = add_card(database, 1, "Jeanne Lefèvre", emails=mail, **HOME)
    other = add_card(database, 2, "Paul Lefèvre", emails=mail, **HOME)
    with database.write() as connection:
        line = connection.scalar(select(ContactLine.line_id).where(ContactLine.contact_id == first))
        connection.execute(insert(ContactLine).values(contact_id=other, line_id=line, since=NOON))
    propose_duplicates(database, NOON)
    assert list_proposals(database, limit=9) == ()


def test_a_proposal_goes_when_what_it_stood_on_is_changed(database: Database, pair: tuple[int, int]) -> None:
    propose_duplicates(database, NOON)
    describe_contact(database, pair[0], name="Basile Roux")
    propose_duplicates(database, NOON)
    assert list_proposals(database, limit=9) == ()


def test_the_night_finds_what_was_written_beside_the_queue(database: Database, pair: tuple[int, int]) -> None:
    with database.write() as connection:
        connection.execute(delete(DuplicateQueue))
        connection.execute(delete(DuplicateKey))
    assert sweep(database, NOON, seconds=60) == 2
    assert pairs_of(database) == [pair]
    assert sweep(database, NOON, seconds=60) == 0
    assert sweep(database, NOON + timedelta(days=1), seconds=60) == 2


def test_a_merged_pair_waits_no_more_and_comes_back_when_it_is_separated(
    database: Database, pair: tuple[int, int]
) -> None:
    propose_duplicates(database, NOON)
    merge = decisions.merge_contacts(database, STAFF, *pair, at=NOON)
    propose_duplicates(database, NOON)
    assert list_proposals(database, limit=9) == ()
    decisions.separate_contacts(database, STAFF, merge, at=NOON)
    propose_duplicates(database, NOON)
    assert pairs_of(database) == [pair]
    counts = read_counts(database)
    assert (counts[Decided.MERGED], counts[Decided.SEPARATED]) == (1, 1)


def test_a_merged_card_is_compared_with_all_that_it_holds(database: Database, pair: tuple[int, int]) -> None:
    third = add_card(database, 3, "Jeanne Roux", emails=("jeanne@example.org",))
    fourth = add_card(database, 4, "Roux Jeanne", emails=("jeanne@example.org",))
    decisions.merge_contacts(database, STAFF, pair[0], third, at=NOON)
    propose_duplicates(database, NOON)
    assert {*pairs_of(database)} == {pair, (pair[0], fourth)}


def test_two_people_are_never_proposed_again_nor_what_one_of_them_was_merged_into(
    database: Database, pair: tuple[int, int]
) -> None:
    third = add_card(database, 3, "Jeanne Lefèvre", **HOME)
    propose_duplicates(database, NOON)
    decisions.tell_apart(database, STAFF, *pair, at=NOON)
    assert pair not in pairs_of(database)
    decisions.merge_contacts(database, STAFF, third, pair[1], at=NOON)
    propose_duplicates(database, NOON)
    sweep(database, NOON, seconds=60)
    assert pairs_of(database) == []
    decisions.tell_apart(database, STAFF, *pair, at=NOON)
    assert read_counts(database)[Decided.DISTINCT] == 2


def test_what_cannot_be_decided_is_refused(database: Database, pair: tuple[int, int]) -> None:
    for wrong in ((pair[0], pair[0]), (pair[0], 99)):
        for decide in (decisions.merge_contacts, decisions.tell_apart):
            with pytest.raises(RecordsError):
                decide(database, STAFF, *wrong, at=NOON)
    with pytest.raises(RecordsError, match="no field"):
        decisions.merge_contacts(database, STAFF, *pair, preferred=("lines",), at=NOON)
    with pytest.raises(NotFound):
        decisions.separate_contacts(database, STAFF, 99, at=NOON)
    editor = Actor(7, Role.MESSAGE_EDITOR, "Emma")
    with pytest.raises(Forbidden):
        decisions.merge_contacts(database, editor, *pair, at=NOON)


def test_what_is_written_on_a_merged_card_stands_before_what_the_merge_chose(
    database: Database, pair: tuple[int, int]
) -> None:
    merge = decisions.merge_contacts(database, STAFF, *pair, preferred=("name", "address"), at=NOON)
    assert describe_contact(database, pair[0], name="Jeanne L.").name == "Jeanne L."
    decisions.separate_contacts(database, STAFF, merge, at=NOON)
    assert describe_contact(database, pair[1]).name == "LEFEBVRE Jeanne"


def test_two_who_write_the_same_pair_at_once_write_it_once(database: Database, pair: tuple[int, int]) -> None:
    values = {"score": 70, "reasons": Reason.SAME_NAME, "proposed_at": NOON}
    with database.write() as connection:
        assert [proposals.add_pair(connection, *each, values) for each in (pair, pair[::-1])] == [True, False]
    assert pairs_of(database) == [pair]


def test_a_line_of_a_file_finds_the_card_that_exists(database: Database, pair: tuple[int, int]) -> None:
    row = Person(("lefevre jeanne",), addresses=(Address("12, r. de la Paix", "75002"),))
    with database.write() as connection:
        found = find_same(connection, row)
        assert found and found.contact_id in pair and found.is_likely
        assert find_same(connection, Person(("Basile Roux",))) is None
        new = connection.execute(insert(Contact).values(name="Basile Roux", created_at=NOON).returning(Contact.id))
        contact_id = new.scalar_one()
        index_duplicates(connection, contact_id)
        again = find_same(connection, Person(("ROUX Basile",)))
        assert again and again.contact_id == contact_id and not again.is_likely


def test_callers_who_had_a_card_are_counted_once(database: Database) -> None:
    for number in range(3):
        record_call(database, f"1.{number}", NOON + timedelta(seconds=number), "+33639980001")
    for _ in range(2):
        propose_duplicates(database, NOON + timedelta(hours=1))
    record_call(database, "1.9", NOON + timedelta(hours=2), "+33639980001")
    propose_duplicates(database, NOON + timedelta(hours=2))  # the call of this minute is not settled
    assert read_counts(database)[AvoidedBy.CALLER] == 2


def test_an_erased_person_leaves_no_key_no_proposal_and_no_decision(database: Database, pair: tuple[int, int]) -> None:
    propose_duplicates(database, NOON)
    decisions.tell_apart(database, STAFF, *pair, at=NOON)
    with database.write() as connection:
        connection.execute(insert(DuplicateQueue).values(contact_id=pair[0]))
    for card in pair:
        erase_contact(database, STAFF, card, at=NOON + timedelta(days=1))
    with database.read() as connection:
        tables = (DuplicateKey, DuplicateProposal, DuplicateQueue)
        assert [connection.scalar(select(func.count()).select_from(table)) for table in tables] == [0, 0, 0]


def test_both_engines_propose_what_the_rules_propose(database: Database) -> None:
    people = people_twice(80)
    fill_cards(database, people)
    tomorrow = NOON + timedelta(days=1)  # the first night is too short
    swept = [sweep(database, night, seconds) for night, seconds in ((NOON, 0), (tomorrow, 60), (tomorrow, 60))]
    assert swept == [BATCH, len(people.cards) - BATCH, 0]
    wanted = {(one + 1, other + 1): score for (one, other), score in propose(people).items() if score >= POSSIBLE}
    found = list_proposals(database, limit=1000)
    assert {(each.first_id, each.second_id): each.score for each in found} == wanted
    assert len(wanted) > 10 and proposals.count_proposals(database) == len(wanted)
