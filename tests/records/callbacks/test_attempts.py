"""Attempts: each dials at most once, none is lost, and an unknown result is left to a person."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import pytest
import switches
from callback_records import (
    NOON,
    ONE_MINUTE_LATER,
    OTHER_VISITOR,
    PARIS,
    PUBLIC_NUMBER,
    RULES,
    VISITOR,
    accept_callback,
    callback_in_state,
    callback_state,
    end_attempt,
    make_callback_request,
    place_attempt,
    request_id,
    ring_visitor,
)

from records.callbacks import callback_attempts, callback_queue, do_not_call, expiry, staff_actions
from records.callbacks.attempt_results import AttemptResult, finish_attempt
from records.callbacks.callback_attempts import Attempt
from records.callbacks.callback_request import CallbackChannel, CallbackNotChangeable
from records.callbacks.transitions import Cause, lock_callbacks, transition_to
from records.database.engine import Database
from records.errors import NotFound
from records.schema import Callback
from records.staff import agents
from routing.callbacks.limits import CallbackLimits
from routing.callbacks.rules import CallbackRules, DialFirst
from routing.callbacks.states import CLOSED_STATES, TRANSITIONS, CallbackState
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN, OpeningHours, Span

S = CallbackState
LATER = ONE_MINUTE_LATER + timedelta(hours=1)
MORNINGS = OpeningHours(week=((Span(9 * 60, 12 * 60),),) * 7)


def test_an_attempt_goes_from_queued_to_answered(database: Database) -> None:
    ref = accept_callback(database).ref
    attempt = place_attempt(database, ref)

    assert attempt.channel_id == f"cb-{request_id(database, ref)}-1"
    assert callback_attempts.list_active_attempts(database) == (attempt,)
    ringing = callback_attempts.authorize_dial(database, attempt.channel_id, at=ONE_MINUTE_LATER)
    assert ringing == callback_attempts.DialAuthorization(VISITOR, PUBLIC_NUMBER, "fr", ref)
    callback_attempts.mark_talking(database, attempt.channel_id, at=ONE_MINUTE_LATER + timedelta(seconds=8))
    end_attempt(database, attempt.channel_id, AttemptResult.ANSWERED, at=ONE_MINUTE_LATER + timedelta(seconds=98))

    detail = staff_actions.get_callback_detail(database, ref)
    assert [transition.after for transition in detail.transitions] == [
        S.QUEUED,
        S.IN_LINE,
        S.VISITOR_RINGING,
        S.TALKING,
        S.ANSWERED,
    ]
    [attempt_record] = detail.attempts
    assert (attempt_record.result, attempt_record.talked_s, attempt_record.dial_first) == ("answered", 90, "agent")
    assert staff_actions.list_open_callbacks(database) == callback_attempts.list_active_attempts(database) == ()


def numbers() -> Iterator[str]:
    return (f"+33639980{n:03}" for n in count(100))


def test_every_allowed_transition_is_made_and_recorded(database: Database) -> None:
    allowed = [(before, after) for before in S for after in sorted(TRANSITIONS[before])]
    for (before, after), line in zip(allowed, numbers(), strict=False):
        ref = callback_in_state(database, before, line).ref
        move(database, ref, after)

        last = staff_actions.get_callback_detail(database, ref).transitions[-1]
        assert (last.before, last.after, last.by, last.at) == (before, after, "anne", LATER)
        assert (ref in {row.ref for row in staff_actions.list_open_callbacks(database)}) == (after not in CLOSED_STATES)


def test_every_other_transition_is_refused(database: Database) -> None:
    for before, line in zip(S, numbers(), strict=False):
        ref = callback_in_state(database, before, line).ref
        detail = staff_actions.get_callback_detail(database, ref)
        for after in set(S) - TRANSITIONS[before]:
            with pytest.raises(CallbackNotChangeable):
                move(database, ref, after)
        assert staff_actions.get_callback_detail(database, ref) == detail


def move(database: Database, ref: str, after: S) -> None:
    with database.write() as connection:
        [callback] = lock_callbacks(connection, Callback.ref == ref)
        transition_to(connection, callback, after, Cause("anne", LATER))


def test_only_a_queued_callback_gets_an_attempt_and_only_a_callback_in_line_is_dialled(database: Database) -> None:
    for now, line in zip(S, numbers(), strict=False):
        accepted = callback_in_state(database, now, line)
        request = request_id(database, accepted.ref)

        assert (callback_attempts.authorize_dial(database, f"cb-{request}-1", at=ONE_MINUTE_LATER) is not None) == (
            now is S.IN_LINE
        )
        assert callback_attempts.authorize_dial(database, f"cb-{request}-1", at=ONE_MINUTE_LATER) is None
        placed_now = callback_attempts.start_attempt(database, request, dial_first=DialFirst.AGENT, at=ONE_MINUTE_LATER)
        assert (placed_now is not None) == (now is S.QUEUED)
    assert callback_attempts.authorize_dial(database, "cb-9999-1", at=ONE_MINUTE_LATER) is None


def test_an_attempt_lost_in_line_does_not_count_and_its_channel_is_refused(database: Database) -> None:
    ref = accept_callback(database).ref
    first = place_attempt(database, ref)

    assert callback_attempts.requeue(
        database, first.channel_id, "lost", at=ONE_MINUTE_LATER, delay=timedelta(minutes=1)
    )
    assert not callback_attempts.requeue(
        database, first.channel_id, "lost", at=ONE_MINUTE_LATER, delay=timedelta(minutes=1)
    )
    assert callback_queue.find_due_callbacks(database, at=ONE_MINUTE_LATER, limit=5) == ()
    second = place_attempt(database, ref, at=ONE_MINUTE_LATER + timedelta(minutes=1))

    assert (second.n, second.channel_id != first.channel_id) == (2, True)
    assert callback_attempts.authorize_dial(database, first.channel_id, at=LATER) is None
    callback_attempts.mark_talking(database, first.channel_id, at=LATER)
    end_attempt(database, first.channel_id, AttemptResult.BUSY, at=LATER)
    assert callback_state(database, ref) is S.IN_LINE
    assert callback_attempts.authorize_dial(database, second.channel_id, at=LATER)
    assert staff_actions.get_callback_detail(database, ref).row.dial_count == 1


def test_an_attempt_that_has_dialled_is_never_requeued(database: Database) -> None:
    attempt = ring_visitor(database, accept_callback(database).ref)

    assert not callback_attempts.requeue(database, attempt.channel_id, "lost", at=ONE_MINUTE_LATER, delay=timedelta())
    assert [each.state for each in callback_attempts.list_active_attempts(database)] == [S.VISITOR_RINGING]


@pytest.mark.parametrize(
    "result",
    [
        AttemptResult.BUSY,
        AttemptResult.NOANSWER,
        AttemptResult.CONGESTION,
        AttemptResult.NO_KEY,
        AttemptResult.AGENT_GONE,
    ],
)
def test_a_visitor_who_was_not_reached_is_dialled_once_more_and_then_left_to_staff(
    database: Database, result: AttemptResult
) -> None:
    ref = accept_callback(database).ref
    end_attempt(database, ring_visitor(database, ref).channel_id, result)

    row = staff_actions.get_callback_detail(database, ref).row
    assert (row.state, row.reason, row.not_before) == (S.QUEUED, result, ONE_MINUTE_LATER + timedelta(minutes=10))
    end_attempt(database, ring_visitor(database, ref, at=row.not_before).channel_id, result, at=row.not_before)
    assert (callback_state(database, ref), staff_actions.get_callback_detail(database, ref).row.dial_count) == (
        S.MISSED,
        2,
    )
    assert [row.ref for row in staff_actions.list_open_callbacks(database)] == [ref]


def test_another_attempt_waits_for_opening_hours_and_ends_when_the_callback_expires(database: Database) -> None:
    ref = accept_callback(database).ref
    finish_attempt(
        database,
        ring_visitor(database, ref).channel_id,
        AttemptResult.BUSY,
        CallbackTerms(RULES, Calendar(MORNINGS, PARIS)),
        at=ONE_MINUTE_LATER,
    )
    assert staff_actions.get_callback_detail(database, ref).row.not_before == NOON.replace(day=8, hour=8)

    hurried = accept_callback(database, make_callback_request(OTHER_VISITOR), CallbackRules(expires_h=1)).ref
    end_attempt(
        database, ring_visitor(database, hurried).channel_id, AttemptResult.BUSY, CallbackRules(retry_after_min=(90,))
    )
    assert callback_state(database, hurried) is S.MISSED


def test_an_unknown_result_is_left_to_a_person_and_gets_no_attempt(database: Database) -> None:
    ref = callback_in_state(database, S.TO_CHECK).ref

    assert [row.ref for row in staff_actions.list_callbacks_to_review(database)] == [ref]
    assert callback_queue.find_due_callbacks(database, at=LATER, limit=5) == ()
    assert expiry.expire_callbacks(database, at=NOON + timedelta(days=30)) == 0


@pytest.mark.parametrize(
    ("result", "now"),
    [(AttemptResult.ANSWERED, S.ANSWERED), (AttemptResult.BUSY, S.MISSED), (AttemptResult.UNKNOWN, S.TO_CHECK)],
)
def test_an_unknown_result_can_become_known_later(database: Database, result: AttemptResult, now: S) -> None:
    ref = callback_in_state(database, S.TO_CHECK).ref
    end_attempt(database, f"cb-{request_id(database, ref)}-1", result, at=LATER)

    assert callback_state(database, ref) is now


def test_a_decision_of_a_person_stays(database: Database) -> None:
    ref = callback_in_state(database, S.TO_CHECK).ref
    staff_actions.retry_callback(database, ref, "anne", LATER)
    end_attempt(database, f"cb-{request_id(database, ref)}-1", AttemptResult.ANSWERED, at=LATER)

    assert [(due.ref, due.queued_since) for due in callback_queue.find_due_callbacks(database, at=LATER, limit=5)] == [
        (ref, NOON)
    ]


def test_an_attempt_that_is_ended_twice_counts_once(database: Database) -> None:
    ref = accept_callback(database).ref
    attempt = ring_visitor(database, ref)
    for result in (AttemptResult.BUSY, AttemptResult.ANSWERED):
        end_attempt(database, attempt.channel_id, result)

    assert (callback_state(database, ref), staff_actions.get_callback_detail(database, ref).attempts[0].result) == (
        S.QUEUED,
        "busy",
    )


def test_an_answer_that_is_reported_only_at_the_end_is_an_answer(database: Database) -> None:
    ref = accept_callback(database).ref
    end_attempt(database, ring_visitor(database, ref).channel_id, AttemptResult.ANSWERED)

    assert [transition.after for transition in staff_actions.get_callback_detail(database, ref).transitions][-2:] == [
        S.TALKING,
        S.ANSWERED,
    ]


def test_a_do_not_call_key_closes_the_callback_unrung(database: Database) -> None:
    ref = accept_callback(database).ref
    end_attempt(database, ring_visitor(database, ref).channel_id, AttemptResult.DO_NOT_CALL)

    assert callback_state(database, ref) is S.UNRUNG
    assert do_not_call.is_do_not_call(database, VISITOR)
    assert callback_queue.find_due_callbacks(database, at=LATER, limit=5) == ()


def test_a_number_added_to_the_do_not_call_list_while_in_line_is_not_dialled(database: Database) -> None:
    ref = accept_callback(database).ref
    attempt = place_attempt(database, ref)
    do_not_call.add_do_not_call(database, VISITOR, "letter", "anne", ONE_MINUTE_LATER)

    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=ONE_MINUTE_LATER) is None
    assert callback_state(database, ref) is S.UNRUNG


# --- which callback is due --------------------------------------------------------------------------------------------


def test_callbacks_are_due_in_the_order_in_which_their_wait_began(database: Database) -> None:
    order = [
        accept_callback(
            database,
            make_callback_request(
                "+33639980003", waiting_since=NOON - timedelta(minutes=9), channel=CallbackChannel.KEY
            ),
        ),
        accept_callback(database, make_callback_request(VISITOR), at=NOON - timedelta(minutes=5)),
        accept_callback(database, make_callback_request(OTHER_VISITOR), at=NOON - timedelta(minutes=1)),
    ]

    found = callback_queue.find_due_callbacks(database, at=NOON, limit=5)
    assert [due.ref for due in found] == [each.ref for each in order]
    assert callback_queue.find_due_callbacks(database, at=NOON, limit=2) == found[:2]


def test_while_callbacks_are_paused_no_callback_is_due_or_dialled(database: Database) -> None:
    attempt = place_attempt(database, accept_callback(database).ref)
    accept_callback(database, make_callback_request(OTHER_VISITOR))
    switches.set_override(database, "callbacks", True, by="anne", at=ONE_MINUTE_LATER)

    assert callback_queue.find_due_callbacks(database, at=ONE_MINUTE_LATER, limit=5) == ()
    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=ONE_MINUTE_LATER) is None
    assert callback_state(database, attempt.ref) is S.QUEUED
    switches.set_override(database, "callbacks", False, by="anne", at=ONE_MINUTE_LATER)
    assert len(callback_queue.find_due_callbacks(database, at=ONE_MINUTE_LATER + timedelta(minutes=1), limit=5)) == 2


@pytest.mark.parametrize("limits", [CallbackLimits(minutes_day=2), CallbackLimits(euros_day=1, cents_min=50)])
def test_when_the_minutes_of_the_day_are_used_no_callback_is_dialled_until_some_minutes_are_a_day_old(
    database: Database, limits: CallbackLimits
) -> None:
    attempt = ring_visitor(database, accept_callback(database).ref)
    callback_attempts.mark_talking(database, attempt.channel_id, at=ONE_MINUTE_LATER)
    end_attempt(database, attempt.channel_id, AttemptResult.ANSWERED, at=ONE_MINUTE_LATER + timedelta(seconds=61))
    in_line = place_attempt(database, accept_callback(database, make_callback_request(OTHER_VISITOR)).ref)

    assert callback_attempts.authorize_dial(database, in_line.channel_id, at=LATER, limits=limits) is None
    assert callback_queue.find_due_callbacks(database, at=LATER + timedelta(hours=1), limit=5, limits=limits) == ()
    assert callback_queue.find_due_callbacks(database, at=LATER + timedelta(days=1), limit=5, limits=limits)


@pytest.mark.parametrize("result", [AttemptResult.NO_KEY, AttemptResult.DO_NOT_CALL, AttemptResult.AGENT_GONE])
def test_calls_answered_by_a_machine_or_without_an_agent_cost_minutes_too(
    database: Database, result: AttemptResult
) -> None:
    two = CallbackLimits(minutes_day=2)
    attempt = ring_visitor(database, accept_callback(database).ref)
    callback_attempts.mark_picked_up(database, attempt.channel_id, at=ONE_MINUTE_LATER)
    in_line = place_attempt(database, accept_callback(database, make_callback_request(OTHER_VISITOR)).ref)
    end_attempt(database, attempt.channel_id, result, at=ONE_MINUTE_LATER + timedelta(seconds=61))

    assert staff_actions.get_callback_detail(database, attempt.ref).attempts[0].talked_s == 61
    assert callback_attempts.authorize_dial(database, in_line.channel_id, at=LATER, limits=two) is None


def test_a_call_under_way_costs_minutes_before_it_ends(database: Database) -> None:
    attempt = ring_visitor(database, accept_callback(database).ref)
    callback_attempts.mark_picked_up(database, attempt.channel_id, at=ONE_MINUTE_LATER)
    callback_attempts.mark_talking(database, attempt.channel_id, at=ONE_MINUTE_LATER + timedelta(seconds=50))
    accept_callback(database, make_callback_request(OTHER_VISITOR))
    two = CallbackLimits(minutes_day=2)

    assert callback_queue.find_due_callbacks(database, at=ONE_MINUTE_LATER + timedelta(seconds=59), limit=5, limits=two)
    assert not callback_queue.find_due_callbacks(
        database, at=ONE_MINUTE_LATER + timedelta(seconds=61), limit=5, limits=two
    )


@pytest.mark.parametrize(
    ("result", "then", "not_before"),
    [(AttemptResult.LATE, S.QUEUED, LATER + callback_attempts.RETRY_DELAY), (AttemptResult.REFUSED, S.TO_CHECK, NOON)],
)
def test_an_authorization_that_was_not_used_does_not_count(
    database: Database, result: AttemptResult, then: S, not_before: datetime
) -> None:
    ref = accept_callback(database).ref
    end_attempt(database, ring_visitor(database, ref).channel_id, result, at=LATER)
    detail = staff_actions.get_callback_detail(database, ref)

    assert (detail.row.state, detail.row.dial_count, detail.row.not_before) == (then, 0, not_before)
    assert [(attempt_record.result, attempt_record.rung_at) for attempt_record in detail.attempts] == [(result, None)]


def test_a_callback_that_is_not_served_in_time_expires(database: Database) -> None:
    waiting, missed = (
        accept_callback(database, make_callback_request(OTHER_VISITOR)),
        callback_in_state(database, S.MISSED),
    )
    late = NOON + timedelta(hours=48)

    assert expiry.expire_callbacks(database, at=late - timedelta(seconds=1)) == 0
    assert callback_queue.find_due_callbacks(database, at=late, limit=5) == ()
    assert (
        callback_attempts.start_attempt(
            database, request_id(database, waiting.ref), dial_first=DialFirst.AGENT, at=late
        )
        is None
    )
    assert expiry.expire_callbacks(database, at=late) == 2
    assert {callback_state(database, each.ref) for each in (waiting, missed)} == {S.EXPIRED}


# --- agents and staff -------------------------------------------------------------------------------------------------


def test_an_agent_who_rejects_an_attempt_is_not_offered_it_again(database: Database) -> None:
    agents.create_sip_accounts(database, {"p01": "a", "p02": "b"})
    for name in ("Anne", "Basile"):
        agents.add_agent(database, name, language="fr", at=NOON)
    attempt = place_attempt(database, accept_callback(database).ref)

    for _ in range(2):
        callback_attempts.reject_offer(database, attempt.channel_id, "p01", at=ONE_MINUTE_LATER)
    callback_attempts.reject_offer(database, attempt.channel_id, "p09", at=ONE_MINUTE_LATER)

    assert callback_attempts.has_rejected_offer(database, attempt.channel_id, "p01")
    assert not callback_attempts.has_rejected_offer(database, attempt.channel_id, "p02")
    assert not callback_attempts.has_rejected_offer(database, "cb-1-2", "p01")
    assert callback_state(database, attempt.ref) is S.IN_LINE


def test_staff_cancel_resolve_and_retry(database: Database) -> None:
    missed = callback_in_state(database, S.MISSED)
    much_later = missed.expires_at + timedelta(hours=1)

    staff_actions.retry_callback(database, missed.ref, "anne", much_later)
    assert staff_actions.get_callback_detail(database, missed.ref).row.expires_at == much_later + timedelta(days=1)
    staff_actions.cancel_callback_by_staff(database, missed.ref, "anne", much_later)
    for late in (staff_actions.cancel_callback_by_staff, staff_actions.retry_callback):
        with pytest.raises(CallbackNotChangeable):
            late(database, missed.ref, "anne", much_later)
    with pytest.raises(NotFound):
        staff_actions.resolve_callback(database, "K7M4-2QXD", "anne", "reached", ONE_MINUTE_LATER)


def test_an_attempt_that_is_over_is_not_active(database: Database) -> None:
    def active_attempts() -> list[Attempt]:
        return list(callback_attempts.list_active_attempts(database))

    ref = accept_callback(database).ref
    attempt = place_attempt(database, ref)
    assert active_attempts() == [attempt]
    staff_actions.cancel_callback_by_staff(database, ref, "anne", ONE_MINUTE_LATER)
    assert active_attempts() == []
    finish_attempt(
        database,
        attempt.channel_id,
        AttemptResult.AGENT_GONE,
        CallbackTerms(RULES, Calendar(ALWAYS_OPEN, PARIS)),
        at=ONE_MINUTE_LATER,
    )
    assert callback_state(database, ref) is S.CANCELLED
