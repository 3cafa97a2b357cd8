"""Callbacks that keep a place in the queue, charged waits, and handling time."""

from datetime import UTC, datetime, timedelta

from recorded_calls import record_call

from records.call_events import CallEvent, CallEventKind
from records.calls import call_detail, calls, handling_time
from records.database.engine import Database
from records.requests import requests

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
OURS, CALLER, OTHER = "+33199000000", "+33639980001", "+33639980002"


def call(database: Database, ref: str, caller: str | None = CALLER, at: datetime = NOON) -> None:
    record_call(database, ref, at, caller)


def make_event(database: Database, ref: str, *events: tuple[float, CallEventKind]) -> None:
    calls.add_events(database, ref, [CallEvent(NOON + timedelta(seconds=after), kind) for after, kind in events])


def end(database: Database, ref: str, at: datetime) -> None:
    calls.close_call(database, ref, at=at, disposition=None, cause="16")


def test_a_callback_keeps_the_place_of_a_caller_who_waited(database: Database) -> None:
    call(database, "1.1")

    assert calls.create_callback(database, "1.1", at=NOON + timedelta(minutes=2), waiting_since=NOON)

    [wish] = requests.list_open_requests(database)
    assert (wish.line, wish.waiting_since) == (CALLER, NOON)


def test_when_one_callback_has_two_waits_the_longer_one_counts(database: Database) -> None:
    for ref, since in (("1.1", NOON), ("1.2", NOON - timedelta(minutes=5)), ("1.3", NOON)):
        call(database, ref)
        calls.create_callback(database, ref, at=NOON, waiting_since=since)

    assert [wish.waiting_since for wish in requests.list_open_requests(database)] == [NOON - timedelta(minutes=5)]


def test_another_number_is_called_for_the_contact_who_requested_it(database: Database) -> None:
    call(database, "1.1")

    calls.create_callback(database, "1.1", at=NOON, line=OTHER)

    [wish] = requests.list_open_requests(database)
    assert wish.line == OTHER
    assert wish.contact_id == call_detail.get_call_detail(database, "1.1").call.contact_id


def test_a_caller_with_a_withheld_number_gets_a_contact_by_the_number_they_give(database: Database) -> None:
    call(database, "1.1", caller=None)

    assert not calls.create_callback(database, "1.1", at=NOON)
    assert calls.create_callback(database, "1.1", at=NOON, line=OTHER)

    [wish] = requests.list_open_requests(database)
    assert wish.line == OTHER
    assert wish.contact_id is not None


def test_the_charged_wait_ends_with_the_answer(database: Database) -> None:
    call(database, "1.1")
    make_event(database, "1.1", (1, CallEventKind.CHARGED), (9, CallEventKind.QUEUE_ENTERED))
    make_event(database, "1.1", (31, CallEventKind.STAFF_ANSWERED))
    for _ in range(2):  # the end may be reported twice
        end(database, "1.1", NOON + timedelta(seconds=90))

    details = [
        event.detail
        for event in call_detail.get_call_detail(database, "1.1").events
        if event.kind == CallEventKind.PAID_WAIT
    ]
    assert details == [{"seconds": 30.0}]


def test_a_charged_call_without_a_request_for_staff_has_no_wait(database: Database) -> None:
    call(database, "1.1")
    make_event(database, "1.1", (1, CallEventKind.CHARGED))
    end(database, "1.1", NOON + timedelta(seconds=90))

    assert CallEventKind.PAID_WAIT not in [event.kind for event in call_detail.get_call_detail(database, "1.1").events]


def test_a_caller_who_talks_with_an_overflow_centre_is_served(database: Database) -> None:
    call(database, "1.1")
    make_event(database, "1.1", (1, CallEventKind.QUEUE_ENTERED), (20, CallEventKind.CENTRE_ANSWERED))
    end(database, "1.1", NOON + timedelta(seconds=90))

    story = call_detail.get_call_detail(database, "1.1")
    assert story.call.disposition == "overflow"
    assert story.requests == ()


def test_the_mean_handling_time_is_that_of_the_last_twenty_calls(database: Database) -> None:
    assert handling_time.mean_handling_time(database) == 0
    for number, length in enumerate([9999, *[60, 120] * 10]):
        at = NOON + timedelta(hours=number)
        call(database, f"1.{number}", at=at)
        calls.add_events(database, f"1.{number}", [CallEvent(at, CallEventKind.STAFF_ANSWERED)])
        end(database, f"1.{number}", at + timedelta(seconds=length))

    assert handling_time.mean_handling_time(database) == 90
