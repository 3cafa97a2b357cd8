"""Contacts, their lines and merges."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fork_server import ForkedProcess
from named_contacts import describe_contact
from recorded_calls import record_call
from sqlalchemy import func, insert, select

from records.actor import command_line_actor
from records.calls.calls import OpenedCall
from records.contacts.contact_cards import find_cards, get_card_detail
from records.contacts.lines import identify_caller
from records.contacts.merges import merge_cards, undo_merge
from records.contacts.senders import Sender, identify_sender
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.inbox.opening import NewRequest, open_reported_request
from records.requests.requests import RequestKind
from records.schema import Contact, ContactEmail, ContactLine, Line
from routing.request_rules import Topic

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
CALL_OFTEN = """
from datetime import UTC, datetime
from records.database.engine import open_database
from records.calls.calls import open_call
database = open_database(sys.argv[1])
for number in range(10):
    open_call(
        database, f"{sys.argv[2]}.{number}", landing="+33199000000", public_number=None, caller=f"+3363998000{number}",
        withheld=False, language="fr", plan_version=None, at=datetime.now(UTC), wait_ms=5000,
    )
"""
ANNE, BASILE = "+33639980001", "+33639980002"


def call(database: Database, ref: str, caller: str | None, at: datetime = NOON) -> OpenedCall:
    return record_call(database, ref, at, caller)


def count_rows(database: Database) -> tuple[int, int, int]:
    with database.read() as connection:
        tables = (Line, Contact, ContactLine)
        lines, cards, ties = (connection.scalar(select(func.count()).select_from(table)) for table in tables)
        return lines, cards, ties


def test_simultaneous_first_calls_of_one_number_make_one_line_and_one_card(database: Database) -> None:
    with ThreadPoolExecutor(16) as threads:
        opened = list(threads.map(lambda n: call(database, f"1.{n}", ANNE), range(48)))
    assert count_rows(database) == (1, 1, 1)
    assert len({one.contact_id for one in opened}) == 1
    assert [one.is_new_contact for one in opened].count(True) == 1


def test_first_calls_in_several_processes_make_one_card_per_number(
    database: Database, database_url: str, run_forked: Callable[..., ForkedProcess]
) -> None:
    servers = [run_forked(CALL_OFTEN, database_url, name) for name in ("1", "2", "3")]
    assert [server.wait(60) for server in servers] == [0, 0, 0]
    assert count_rows(database) == (10, 10, 10)


def test_a_withheld_number_gets_no_card(database: Database) -> None:
    opened = call(database, "1.1", None)
    assert (opened.contact_id, opened.line_id) == (None, None)
    assert count_rows(database) == (0, 0, 0)


def test_a_shared_line_proposes_the_contact_with_the_latest_interaction(database: Database) -> None:
    first = call(database, "1.1", ANNE)
    other = call(database, "1.2", BASILE, NOON + timedelta(minutes=1))
    with database.write() as connection:
        connection.execute(insert(ContactLine).values(contact_id=other.contact_id, line_id=first.line_id, since=NOON))
    assert call(database, "1.3", ANNE, NOON + timedelta(minutes=2)).contact_id == other.contact_id


def test_what_is_the_mediators_does_not_choose_among_the_people_of_a_line_or_an_address(database: Database) -> None:
    first, other = call(database, "1.1", ANNE), call(database, "1.2", BASILE, NOON - timedelta(minutes=1))
    with database.write() as connection:
        connection.execute(insert(ContactLine).values(contact_id=other.contact_id, line_id=first.line_id, since=NOON))
        for contact in (first.contact_id, other.contact_id):
            address = {"contact_id": contact, "address": "home@example.org", "folded": "home@example.org"}
            connection.execute(insert(ContactEmail).values(**address, since=NOON))

    def write(topic: Topic | None, minute: int) -> None:
        at = NOON + timedelta(minutes=minute)
        letter = NewRequest(RequestKind.LETTER, Sender(contact_id=other.contact_id), "Canary", topic=topic)
        open_reported_request(database, command_line_actor("test"), letter, at=at)

    def proposed(minute: int) -> tuple[int | None, int]:
        at = NOON + timedelta(minutes=minute)
        with database.write() as connection:
            by_address, _ = identify_sender(connection, Sender(email="home@example.org"), at)
            return identify_caller(connection, ANNE, at).contact_id, by_address

    write(Topic("mediation", {"fr": "Médiation"}, level=3), 1)
    assert proposed(2) == (first.contact_id, first.contact_id)
    write(None, 3)
    assert proposed(4) == (other.contact_id, other.contact_id)


def test_the_card_with_the_latest_interaction_comes_first(database: Database) -> None:
    for minute, number in enumerate((ANNE, BASILE)):
        describe_contact(
            database, call(database, f"1.{minute}", number, NOON + timedelta(minutes=minute)).contact_id, name="Martin"
        )
    assert [card.lines for card in find_cards(database, "martin")] == [(BASILE,), (ANNE,)]


def test_a_card_shows_its_history_newest_first(database: Database) -> None:
    contact_id = call(database, "1.1", ANNE).contact_id
    call(database, "1.2", ANNE, NOON + timedelta(days=1))
    shown = get_card_detail(database, contact_id)
    assert [moment.call_ref for moment in shown.interactions] == ["1.2", "1.1"]
    assert shown.card.last_interaction_at == NOON + timedelta(days=1)


def test_an_unknown_card_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound, match="no card 7"):
        get_card_detail(database, 7)
    with pytest.raises(NotFound, match="no card 7"):
        describe_contact(database, 7, name="Nobody")
    with pytest.raises(NotFound, match="no card 7"):
        merge_cards(database, call(database, "1.1", ANNE).contact_id, 7, by="test", at=NOON)


def test_a_merged_card_shows_both_lines_and_both_histories_on_either_number(database: Database) -> None:
    kept, absorbed = call(database, "1.1", ANNE).contact_id, call(database, "1.2", BASILE).contact_id
    describe_contact(database, absorbed, name="Basile")
    merge_cards(database, kept, absorbed, by="test", at=NOON)
    assert get_card_detail(database, absorbed) == get_card_detail(database, kept)
    assert get_card_detail(database, kept).card.name == "Basile"
    assert get_card_detail(database, kept).card.lines == (ANNE, BASILE)
    assert call(database, "1.3", BASILE).contact_id == kept
    assert [moment.call_ref for moment in get_card_detail(database, kept).interactions] == ["1.3", "1.2", "1.1"]
    assert [card.id for card in find_cards(database, "basile")] == [kept]


def test_a_card_cannot_be_merged_twice_nor_with_itself(database: Database) -> None:
    kept, absorbed = call(database, "1.1", ANNE).contact_id, call(database, "1.2", BASILE).contact_id
    merge_cards(database, kept, absorbed, by="test", at=NOON)
    for one, other in ((kept, absorbed), (absorbed, kept), (kept, kept)):
        with pytest.raises(RecordsError, match="card"):
            merge_cards(database, one, other, by="test", at=NOON)


def test_interactions_on_an_absorbed_line_stay_with_its_card_when_the_merge_is_undone(database: Database) -> None:
    kept, absorbed = call(database, "1.1", ANNE).contact_id, call(database, "1.2", BASILE).contact_id
    merge_id = merge_cards(database, kept, absorbed, by="test", at=NOON)
    call(database, "1.3", BASILE)
    undo_merge(database, merge_id, by="test", at=NOON)
    assert [moment.call_ref for moment in get_card_detail(database, kept).interactions] == ["1.1"]
    assert {moment.call_ref for moment in get_card_detail(database, absorbed).interactions} == {"1.2", "1.3"}


def test_a_merge_is_undone_once(database: Database) -> None:
    kept, absorbed = call(database, "1.1", ANNE).contact_id, call(database, "1.2", BASILE).contact_id
    merge_id = merge_cards(database, kept, absorbed, by="test", at=NOON)
    undo_merge(database, merge_id, by="test", at=NOON)
    with pytest.raises(NotFound, match="to undo"):
        undo_merge(database, merge_id, by="test", at=NOON)
