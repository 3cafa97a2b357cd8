"""Callbacks that keep a place in the queue, waits that cost, and how long talks last."""

from datetime import UTC, datetime, timedelta

from arrivals import arrived

from records import calls, requests, stories, talks
from records.base import Base
from records.events import CallEvent, CallEventKind

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
OURS, CALLER, OTHER = "+33199000000", "+33639980001", "+33639980002"


def call(base: Base, ref: str, caller: str | None = CALLER, at: datetime = NOON) -> None:
    arrived(base, ref, at, caller)


def happened(base: Base, ref: str, *events: tuple[float, CallEventKind]) -> None:
    calls.note(base, ref, [CallEvent(NOON + timedelta(seconds=after), kind) for after, kind in events])


def end(base: Base, ref: str, at: datetime) -> None:
    calls.close_call(base, ref, at=at, ending=None, cause="16")


def test_a_promise_keeps_the_place_of_who_waited(base: Base) -> None:
    call(base, "1.1")

    assert calls.promise_callback(base, "1.1", at=NOON + timedelta(minutes=2), place_since=NOON)

    [wish] = requests.open_requests(base)
    assert (wish.line, wish.place_since) == (CALLER, NOON)


def test_of_two_waits_for_one_callback_the_longer_counts(base: Base) -> None:
    for ref, since in (("1.1", NOON), ("1.2", NOON - timedelta(minutes=5)), ("1.3", NOON)):
        call(base, ref)
        calls.promise_callback(base, ref, at=NOON, place_since=since)

    assert [wish.place_since for wish in requests.open_requests(base)] == [NOON - timedelta(minutes=5)]


def test_another_number_is_rung_for_the_one_who_asked(base: Base) -> None:
    call(base, "1.1")

    calls.promise_callback(base, "1.1", at=NOON, line=OTHER)

    [wish] = requests.open_requests(base)
    assert wish.line == OTHER
    assert wish.contact_id == stories.story(base, "1.1").call.contact_id


def test_a_withheld_caller_gets_a_card_by_the_number_that_he_gives(base: Base) -> None:
    call(base, "1.1", caller=None)

    assert not calls.promise_callback(base, "1.1", at=NOON)
    assert calls.promise_callback(base, "1.1", at=NOON, line=OTHER)

    [wish] = requests.open_requests(base)
    assert wish.line == OTHER
    assert wish.contact_id is not None


def test_the_wait_that_a_caller_paid_ends_when_somebody_answers(base: Base) -> None:
    call(base, "1.1")
    happened(base, "1.1", (1, CallEventKind.CHARGED), (9, CallEventKind.QUEUE_ENTERED))
    happened(base, "1.1", (31, CallEventKind.STAFF_ANSWERED))
    for _ in range(2):  # the end may be told twice
        end(base, "1.1", NOON + timedelta(seconds=90))

    told = [event.detail for event in stories.story(base, "1.1").events if event.kind == CallEventKind.PAID_WAIT]
    assert told == [{"seconds": 30.0}]


def test_who_pays_and_asks_for_nobody_does_not_wait(base: Base) -> None:
    call(base, "1.1")
    happened(base, "1.1", (1, CallEventKind.CHARGED))
    end(base, "1.1", NOON + timedelta(seconds=90))

    assert CallEventKind.PAID_WAIT not in [event.kind for event in stories.story(base, "1.1").events]


def test_who_talks_with_an_overflow_centre_is_served(base: Base) -> None:
    call(base, "1.1")
    happened(base, "1.1", (1, CallEventKind.QUEUE_ENTERED), (20, CallEventKind.CENTRE_ANSWERED))
    end(base, "1.1", NOON + timedelta(seconds=90))

    story = stories.story(base, "1.1")
    assert story.call.ending == "overflow"
    assert story.requests == ()


def test_the_mean_talk_is_that_of_the_last_twenty(base: Base) -> None:
    assert talks.mean_talk_s(base) == 0
    for number, length in enumerate([9999, *[60, 120] * 10]):
        at = NOON + timedelta(hours=number)
        call(base, f"1.{number}", at=at)
        calls.note(base, f"1.{number}", [CallEvent(at, CallEventKind.STAFF_ANSWERED)])
        end(base, f"1.{number}", at + timedelta(seconds=length))

    assert talks.mean_talk_s(base) == 90
