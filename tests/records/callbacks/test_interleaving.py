"""Which callback is due when requests change between one step and the next."""

from datetime import timedelta

import pytest
from callback_records import (
    NOON,
    ONE_MINUTE_LATER,
    OTHER_VISITOR,
    PARIS,
    PUBLIC_NUMBER,
    RULES,
    VISITOR,
    accept_callback,
    callback_state,
    make_callback_request,
    place_attempt,
    request_id,
    ring_visitor,
)
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from records.callbacks import (
    callback_attempts,
    callback_queue,
    callback_request,
    staff_actions,
    time_slots,
    visitor_actions,
)
from records.callbacks.attempt_results import AttemptResult, finish_attempt
from records.callbacks.callback_request import AcceptedCallback, CallbackChannel
from records.database.engine import Database
from records.schema import CallbackAttempt
from routing.callbacks.rules import DialFirst
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import TimeSlot
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN

S = CallbackState
TOMORROW = TimeSlot(NOON + timedelta(hours=22), NOON + timedelta(hours=22, minutes=30))
THEIRS = "+33199000001"


def reschedule(database: Database, accepted: AcceptedCallback, slot: TimeSlot | None) -> None:
    visitor_actions.reschedule_callback(
        database,
        accepted.ref,
        accepted.secret,
        slot,
        CallbackTerms(RULES, Calendar(ALWAYS_OPEN, PARIS)),
        at=ONE_MINUTE_LATER,
    )


def request_by_key(database: Database, minutes: int | None = None, **more: object) -> AcceptedCallback:
    since = None if minutes is None else ONE_MINUTE_LATER - timedelta(minutes=minutes)
    callback_request = make_callback_request(channel=CallbackChannel.KEY, address=None, waiting_since=since, **more)
    return accept_callback(database, callback_request, at=ONE_MINUTE_LATER)


def test_a_callback_rescheduled_to_tomorrow_at_the_last_moment_gets_no_attempt_now(database: Database) -> None:
    accepted = accept_callback(database)
    [due] = callback_queue.find_due_callbacks(database, at=ONE_MINUTE_LATER, limit=5)
    reschedule(database, accepted, TOMORROW)

    assert (
        callback_attempts.start_attempt(database, due.request_id, dial_first=DialFirst.AGENT, at=ONE_MINUTE_LATER)
        is None
    )
    assert callback_state(database, accepted.ref) is S.QUEUED
    assert callback_attempts.start_attempt(database, due.request_id, dial_first=DialFirst.AGENT, at=TOMORROW.start)


def test_a_caller_who_keeps_their_place_is_called_although_they_had_chosen_tomorrow(database: Database) -> None:
    first = accept_callback(database, make_callback_request(time_slot=TOMORROW))
    request_by_key(database, minutes=4)

    [due] = callback_queue.find_due_callbacks(database, at=ONE_MINUTE_LATER, limit=5)
    assert (due.ref, due.queued_since) == (first.ref, ONE_MINUTE_LATER - timedelta(minutes=4))
    row = staff_actions.get_callback_detail(database, first.ref).row
    assert (row.time_slot, row.expires_at) == (None, ONE_MINUTE_LATER + timedelta(hours=48))
    assert staff_actions.get_callback_detail(database, first.ref).transitions[-1].reason == "asked again"
    assert time_slots.count_bookings(database, PUBLIC_NUMBER, NOON, NOON + timedelta(days=7)) == {}


def test_a_caller_who_asks_again_does_not_wait_for_the_next_attempt(database: Database) -> None:
    ref = accept_callback(database).ref
    finish_attempt(
        database,
        ring_visitor(database, ref).channel_id,
        AttemptResult.BUSY,
        CallbackTerms(RULES, Calendar(ALWAYS_OPEN, PARIS)),
        at=ONE_MINUTE_LATER,
    )
    assert callback_queue.find_due_callbacks(database, at=ONE_MINUTE_LATER, limit=5) == ()
    request_by_key(database)

    assert [due.ref for due in callback_queue.find_due_callbacks(database, at=ONE_MINUTE_LATER, limit=5)] == [ref]


def test_a_form_does_not_change_an_open_callback(database: Database) -> None:
    first = accept_callback(database, make_callback_request(time_slot=TOMORROW))
    accept_callback(database, make_callback_request(), at=ONE_MINUTE_LATER)

    assert staff_actions.get_callback_detail(database, first.ref).row.time_slot == TOMORROW


def test_rescheduling_to_a_time_slot_gives_up_the_place_in_the_queue(database: Database) -> None:
    accepted = request_by_key(database, minutes=30)
    reschedule(database, accepted, TOMORROW)
    before = accept_callback(database, make_callback_request(OTHER_VISITOR), at=ONE_MINUTE_LATER)

    late = TOMORROW.start
    assert [due.ref for due in callback_queue.find_due_callbacks(database, at=late, limit=5)] == [
        before.ref,
        accepted.ref,
    ]
    assert staff_actions.get_callback_detail(database, accepted.ref).row.waiting_since is None


def test_a_callback_that_expires_in_line_is_not_dialled(database: Database) -> None:
    accepted = accept_callback(database)
    attempt = place_attempt(database, accepted.ref)

    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=accepted.expires_at) is None
    assert callback_state(database, accepted.ref) is S.EXPIRED
    assert callback_attempts.list_active_attempts(database) == ()


def test_callbacks_of_a_closed_number_do_not_block_others(database: Database) -> None:
    for n in range(3):
        accept_callback(database, make_callback_request(f"+336399800{n + 10}"))
    theirs = accept_callback(
        database, callback_request.CallbackRequest(VISITOR, THEIRS, CallbackChannel.WEB, "fr"), at=ONE_MINUTE_LATER
    )

    def due(*open_numbers: str) -> list[str]:
        found = callback_queue.find_due_callbacks(database, at=ONE_MINUTE_LATER, limit=1, open_numbers=open_numbers)
        return [each.ref for each in found]

    assert due(THEIRS) == [theirs.ref]
    assert due() == []
    assert len(callback_queue.find_due_callbacks(database, at=ONE_MINUTE_LATER, limit=5)) == 4


def test_the_database_refuses_a_second_active_attempt(database: Database) -> None:
    ref = accept_callback(database).ref
    place_attempt(database, ref)
    row = {
        "request_id": request_id(database, ref),
        "n": 2,
        "channel_id": "cb-x",
        "first": "agent",
        "placed_at": ONE_MINUTE_LATER,
    }

    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(CallbackAttempt), row)
