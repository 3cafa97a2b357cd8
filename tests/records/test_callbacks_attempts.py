"""Attempts: rung once at most, nothing forgotten, and what nobody knows goes to a person."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import pytest
from promises import (
    NOON,
    OTHER,
    OURS,
    PARIS,
    RULES,
    SOON,
    VISITOR,
    brought_to,
    ended,
    placed,
    promised,
    request_id,
    rung,
    state,
    wish,
)

from records import callback_attempts, callback_queue, callback_staff, oppositions, people, switches
from records.base import Base
from records.callback_attempts import Attempt
from records.callback_moves import hold, move_to
from records.callback_results import RingResult, settle
from records.callback_wish import CallbackChannel, TooLate
from records.errors import NotFound
from records.schema import Callback
from routing.callback_limits import CallbackLimits
from routing.callback_rules import CallbackRules, First
from routing.callback_states import ALLOWED, CLOSED, CallbackState
from routing.hours import ALWAYS, Hours, Span

S = CallbackState
LATER = SOON + timedelta(hours=1)
MORNINGS = Hours(week=((Span(9 * 60, 12 * 60),),) * 7)


def test_a_callback_goes_its_way_to_two_people_who_talk(base: Base) -> None:
    ref = promised(base).ref
    attempt = placed(base, ref)

    assert attempt.channel_id == f"cb-{request_id(base, ref)}-1"
    assert callback_attempts.in_flight(base) == (attempt,)
    ringing = callback_attempts.ring(base, attempt.channel_id, at=SOON)
    assert ringing == callback_attempts.Ringing(VISITOR, OURS, "fr", ref)
    callback_attempts.talking(base, attempt.channel_id, at=SOON + timedelta(seconds=8))
    ended(base, attempt.channel_id, RingResult.ANSWERED, at=SOON + timedelta(seconds=98))

    story = callback_staff.show(base, ref)
    assert [moved.after for moved in story.moves] == [S.QUEUED, S.IN_LINE, S.VISITOR_RINGING, S.TALKING, S.ANSWERED]
    [tried] = story.attempts
    assert (tried.result, tried.talked_s, tried.first) == ("answered", 90, "agent")
    assert callback_staff.waiting(base) == callback_attempts.in_flight(base) == ()


def numbers() -> Iterator[str]:
    return (f"+33639980{n:03}" for n in count(100))


def test_the_base_makes_every_allowed_move_and_writes_it_down(base: Base) -> None:
    allowed = [(before, after) for before in S for after in sorted(ALLOWED[before])]
    for (before, after), line in zip(allowed, numbers(), strict=False):
        ref = brought_to(base, before, line).ref
        move(base, ref, after)

        last = callback_staff.show(base, ref).moves[-1]
        assert (last.before, last.after, last.by, last.at) == (before, after, "anne", LATER)
        assert (ref in {row.ref for row in callback_staff.waiting(base)}) == (after not in CLOSED)


def test_the_base_refuses_every_other_move(base: Base) -> None:
    for before, line in zip(S, numbers(), strict=False):
        ref = brought_to(base, before, line).ref
        story = callback_staff.show(base, ref)
        for after in set(S) - ALLOWED[before]:
            with pytest.raises(TooLate):
                move(base, ref, after)
        assert callback_staff.show(base, ref) == story


def move(base: Base, ref: str, after: S) -> None:
    with base.write() as connection:
        [held] = hold(connection, Callback.ref == ref)
        move_to(connection, held, after, by="anne", at=LATER)


def test_only_what_waits_is_placed_and_only_what_is_in_line_is_rung(base: Base) -> None:
    for now, line in zip(S, numbers(), strict=False):
        accepted = brought_to(base, now, line)
        request = request_id(base, accepted.ref)

        assert (callback_attempts.ring(base, f"cb-{request}-1", at=SOON) is not None) == (now is S.IN_LINE)
        assert callback_attempts.ring(base, f"cb-{request}-1", at=SOON) is None
        placed_now = callback_attempts.place(base, request, first=First.AGENT, at=SOON)
        assert (placed_now is not None) == (now is S.QUEUED)
    assert callback_attempts.ring(base, "cb-9999-1", at=SOON) is None


def test_what_is_lost_in_line_waits_again_at_no_cost_and_its_old_channel_is_refused(base: Base) -> None:
    ref = promised(base).ref
    lost = placed(base, ref)

    assert callback_attempts.back_in_queue(base, lost.channel_id, "lost", at=SOON, after=timedelta(minutes=1))
    assert not callback_attempts.back_in_queue(base, lost.channel_id, "lost", at=SOON, after=timedelta(minutes=1))
    assert callback_queue.due(base, at=SOON, most=5) == ()
    again = placed(base, ref, at=SOON + timedelta(minutes=1))

    assert (again.n, again.channel_id != lost.channel_id) == (2, True)
    assert callback_attempts.ring(base, lost.channel_id, at=LATER) is None
    callback_attempts.talking(base, lost.channel_id, at=LATER)
    ended(base, lost.channel_id, RingResult.BUSY, at=LATER)
    assert state(base, ref) is S.IN_LINE
    assert callback_attempts.ring(base, again.channel_id, at=LATER)
    assert callback_staff.show(base, ref).row.rings == 1


def test_what_has_rung_never_goes_back_as_if_it_had_not(base: Base) -> None:
    attempt = rung(base, promised(base).ref)

    assert not callback_attempts.back_in_queue(base, attempt.channel_id, "lost", at=SOON, after=timedelta())
    assert [each.state for each in callback_attempts.in_flight(base)] == [S.VISITOR_RINGING]


@pytest.mark.parametrize(
    "result", [RingResult.BUSY, RingResult.NOANSWER, RingResult.CONGESTION, RingResult.NO_KEY, RingResult.AGENT_GONE]
)
def test_who_was_not_reached_is_rung_once_more_later_and_then_stays_for_staff(base: Base, result: RingResult) -> None:
    ref = promised(base).ref
    ended(base, rung(base, ref).channel_id, result)

    row = callback_staff.show(base, ref).row
    assert (row.state, row.because, row.not_before) == (S.QUEUED, result, SOON + timedelta(minutes=10))
    ended(base, rung(base, ref, at=row.not_before).channel_id, result, at=row.not_before)
    assert (state(base, ref), callback_staff.show(base, ref).row.rings) == (S.MISSED, 2)
    assert [row.ref for row in callback_staff.waiting(base)] == [ref]


def test_another_attempt_waits_for_opening_hours_and_ends_with_the_promise(base: Base) -> None:
    ref = promised(base).ref
    settle(base, rung(base, ref).channel_id, RingResult.BUSY, RULES, MORNINGS, PARIS, at=SOON)
    assert callback_staff.show(base, ref).row.not_before == NOON.replace(day=8, hour=8)

    hurried = promised(base, wish(OTHER), CallbackRules(expires_h=1)).ref
    ended(base, rung(base, hurried).channel_id, RingResult.BUSY, CallbackRules(retry_after_min=(90,)))
    assert state(base, hurried) is S.MISSED


def test_what_nobody_knows_is_for_a_person_and_never_placed_again(base: Base) -> None:
    ref = brought_to(base, S.TO_CHECK).ref

    assert [row.ref for row in callback_staff.to_check(base)] == [ref]
    assert callback_queue.due(base, at=LATER, most=5) == ()
    assert callback_queue.expire(base, at=NOON + timedelta(days=30)) == 0


@pytest.mark.parametrize(
    ("result", "now"),
    [(RingResult.ANSWERED, S.ANSWERED), (RingResult.BUSY, S.MISSED), (RingResult.UNKNOWN, S.TO_CHECK)],
)
def test_a_better_witness_tells_later_what_nobody_knew(base: Base, result: RingResult, now: S) -> None:
    ref = brought_to(base, S.TO_CHECK).ref
    ended(base, f"cb-{request_id(base, ref)}-1", result, at=LATER)

    assert state(base, ref) is now


def test_what_a_person_has_decided_stays(base: Base) -> None:
    ref = brought_to(base, S.TO_CHECK).ref
    callback_staff.retry(base, ref, "anne", LATER)
    ended(base, f"cb-{request_id(base, ref)}-1", RingResult.ANSWERED, at=LATER)

    assert [(due.ref, due.entered) for due in callback_queue.due(base, at=LATER, most=5)] == [(ref, NOON)]


def test_an_end_told_twice_counts_once(base: Base) -> None:
    ref = promised(base).ref
    attempt = rung(base, ref)
    for result in (RingResult.BUSY, RingResult.ANSWERED):
        ended(base, attempt.channel_id, result)

    assert (state(base, ref), callback_staff.show(base, ref).attempts[0].result) == (S.QUEUED, "busy")


def test_an_answer_that_only_the_end_tells_is_an_answer(base: Base) -> None:
    ref = promised(base).ref
    ended(base, rung(base, ref).channel_id, RingResult.ANSWERED)

    assert [moved.after for moved in callback_staff.show(base, ref).moves][-2:] == [S.TALKING, S.ANSWERED]


def test_never_again_is_kept_to_whatever_else_waits(base: Base) -> None:
    ref = promised(base).ref
    ended(base, rung(base, ref).channel_id, RingResult.OPPOSED)

    assert state(base, ref) is S.UNRUNG
    assert oppositions.is_opposed(base, VISITOR)
    assert callback_queue.due(base, at=LATER, most=5) == ()


def test_who_opposes_while_in_line_is_not_rung(base: Base) -> None:
    ref = promised(base).ref
    attempt = placed(base, ref)
    oppositions.oppose(base, VISITOR, "letter", "anne", SOON)

    assert callback_attempts.ring(base, attempt.channel_id, at=SOON) is None
    assert state(base, ref) is S.UNRUNG


# --- whose turn ------------------------------------------------------------------------------------------------------


def test_turns_go_by_when_somebody_began_to_wait(base: Base) -> None:
    order = [
        promised(base, wish("+33639980003", place_since=NOON - timedelta(minutes=9), channel=CallbackChannel.KEY)),
        promised(base, wish(VISITOR), at=NOON - timedelta(minutes=5)),
        promised(base, wish(OTHER), at=NOON - timedelta(minutes=1)),
    ]

    found = callback_queue.due(base, at=NOON, most=5)
    assert [due.ref for due in found] == [each.ref for each in order]
    assert callback_queue.due(base, at=NOON, most=2) == found[:2]


def test_while_all_are_paused_nobody_is_due_and_nobody_is_rung(base: Base) -> None:
    attempt = placed(base, promised(base).ref)
    promised(base, wish(OTHER))
    switches.turn(base, "callbacks", True, by="anne", at=SOON)

    assert callback_queue.due(base, at=SOON, most=5) == ()
    assert callback_attempts.ring(base, attempt.channel_id, at=SOON) is None
    assert state(base, attempt.ref) is S.QUEUED
    switches.turn(base, "callbacks", False, by="anne", at=SOON)
    assert len(callback_queue.due(base, at=SOON + timedelta(minutes=1), most=5)) == 2


@pytest.mark.parametrize("limits", [CallbackLimits(minutes_day=2), CallbackLimits(euros_day=1, cents_min=50)])
def test_when_the_minutes_of_the_day_are_used_nobody_is_rung_until_some_are_old(
    base: Base, limits: CallbackLimits
) -> None:
    attempt = rung(base, promised(base).ref)
    callback_attempts.talking(base, attempt.channel_id, at=SOON)
    ended(base, attempt.channel_id, RingResult.ANSWERED, at=SOON + timedelta(seconds=61))
    in_line = placed(base, promised(base, wish(OTHER)).ref)

    assert callback_attempts.ring(base, in_line.channel_id, at=LATER, limits=limits) is None
    assert callback_queue.due(base, at=LATER + timedelta(hours=1), most=5, limits=limits) == ()
    assert callback_queue.due(base, at=LATER + timedelta(days=1), most=5, limits=limits)


@pytest.mark.parametrize("result", [RingResult.NO_KEY, RingResult.OPPOSED, RingResult.AGENT_GONE])
def test_a_machine_that_answers_and_a_wait_for_nobody_are_paid_for_like_a_talk(base: Base, result: RingResult) -> None:
    two = CallbackLimits(minutes_day=2)
    attempt = rung(base, promised(base).ref)
    callback_attempts.picked_up(base, attempt.channel_id, at=SOON)
    in_line = placed(base, promised(base, wish(OTHER)).ref)
    ended(base, attempt.channel_id, result, at=SOON + timedelta(seconds=61))

    assert callback_staff.show(base, attempt.ref).attempts[0].talked_s == 61
    assert callback_attempts.ring(base, in_line.channel_id, at=LATER, limits=two) is None


def test_a_call_under_way_is_paid_for_before_it_ends(base: Base) -> None:
    attempt = rung(base, promised(base).ref)
    callback_attempts.picked_up(base, attempt.channel_id, at=SOON)
    callback_attempts.talking(base, attempt.channel_id, at=SOON + timedelta(seconds=50))
    promised(base, wish(OTHER))
    two = CallbackLimits(minutes_day=2)

    assert callback_queue.due(base, at=SOON + timedelta(seconds=59), most=5, limits=two)
    assert not callback_queue.due(base, at=SOON + timedelta(seconds=61), most=5, limits=two)


@pytest.mark.parametrize(
    ("result", "then", "not_before"),
    [(RingResult.LATE, S.QUEUED, LATER + callback_attempts.LATER), (RingResult.REFUSED, S.TO_CHECK, NOON)],
)
def test_leave_to_ring_that_was_not_used_costs_the_visitor_nothing(
    base: Base, result: RingResult, then: S, not_before: datetime
) -> None:
    ref = promised(base).ref
    ended(base, rung(base, ref).channel_id, result, at=LATER)
    told = callback_staff.show(base, ref)

    assert (told.row.state, told.row.rings, told.row.not_before) == (then, 0, not_before)
    assert [(tried.result, tried.rung_at) for tried in told.attempts] == [(result, None)]


def test_what_is_not_kept_in_time_expires_and_says_so(base: Base) -> None:
    waiting, missed = promised(base, wish(OTHER)), brought_to(base, S.MISSED)
    late = NOON + timedelta(hours=48)

    assert callback_queue.expire(base, at=late - timedelta(seconds=1)) == 0
    assert callback_queue.due(base, at=late, most=5) == ()
    assert callback_attempts.place(base, request_id(base, waiting.ref), first=First.AGENT, at=late) is None
    assert callback_queue.expire(base, at=late) == 2
    assert {state(base, each.ref) for each in (waiting, missed)} == {S.EXPIRED}


# --- people ----------------------------------------------------------------------------------------------------------


def test_who_declines_is_not_asked_again_for_this_attempt(base: Base) -> None:
    people.prepare_phones(base, {"p01": "a", "p02": "b"})
    for name in ("Anne", "Basile"):
        people.add(base, name, language="fr", at=NOON)
    attempt = placed(base, promised(base).ref)

    for _ in range(2):
        callback_attempts.decline(base, attempt.channel_id, "p01", at=SOON)
    callback_attempts.decline(base, attempt.channel_id, "p09", at=SOON)

    assert callback_attempts.has_declined(base, attempt.channel_id, "p01")
    assert not callback_attempts.has_declined(base, attempt.channel_id, "p02")
    assert not callback_attempts.has_declined(base, "cb-1-2", "p01")
    assert state(base, attempt.ref) is S.IN_LINE


def test_staff_cancel_treat_and_try_again(base: Base) -> None:
    missed = brought_to(base, S.MISSED)
    much_later = missed.expires_at + timedelta(hours=1)

    callback_staff.retry(base, missed.ref, "anne", much_later)
    assert callback_staff.show(base, missed.ref).row.expires_at == much_later + timedelta(days=1)
    callback_staff.cancel_by_staff(base, missed.ref, "anne", much_later)
    for late in (callback_staff.cancel_by_staff, callback_staff.retry):
        with pytest.raises(TooLate):
            late(base, missed.ref, "anne", much_later)
    with pytest.raises(NotFound):
        callback_staff.treat(base, "K7M4-2QXD", "anne", "reached", SOON)


def test_an_attempt_that_is_over_is_not_in_flight(base: Base) -> None:
    def flying() -> list[Attempt]:
        return list(callback_attempts.in_flight(base))

    ref = promised(base).ref
    attempt = placed(base, ref)
    assert flying() == [attempt]
    callback_staff.cancel_by_staff(base, ref, "anne", SOON)
    assert flying() == []
    settle(base, attempt.channel_id, RingResult.AGENT_GONE, RULES, ALWAYS, PARIS, at=SOON)
    assert state(base, ref) is S.CANCELLED
