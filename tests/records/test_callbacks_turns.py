"""Whose turn it is when wishes change between one step and the next."""

from datetime import timedelta

import pytest
from promises import NOON, OTHER, OURS, PARIS, RULES, SOON, VISITOR, placed, promised, request_id, rung, state, wish
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from records import callback_attempts, callback_links, callback_queue, callback_slots, callback_staff, callback_wish
from records.base import Base
from records.callback_results import RingResult, settle
from records.callback_wish import Accepted, CallbackChannel
from records.schema import CallbackAttempt
from routing.callback_rules import First
from routing.callback_slots import Slot
from routing.callback_states import CallbackState
from routing.hours import ALWAYS

S = CallbackState
TOMORROW = Slot(NOON + timedelta(hours=22), NOON + timedelta(hours=22, minutes=30))
THEIRS = "+33199000001"


def move(base: Base, accepted: Accepted, slot: Slot | None) -> None:
    callback_links.move(base, accepted.ref, accepted.secret, slot, RULES, ALWAYS, PARIS, at=SOON)


def by_key(base: Base, minutes: int | None = None, **more: object) -> Accepted:
    since = None if minutes is None else SOON - timedelta(minutes=minutes)
    asked = wish(channel=CallbackChannel.KEY, address=None, place_since=since, **more)
    return promised(base, asked, at=SOON)


def test_who_moves_to_tomorrow_in_the_last_moment_is_not_placed_now(base: Base) -> None:
    accepted = promised(base)
    [due] = callback_queue.due(base, at=SOON, most=5)
    move(base, accepted, TOMORROW)

    assert callback_attempts.place(base, due.request_id, first=First.AGENT, at=SOON) is None
    assert state(base, accepted.ref) is S.QUEUED
    assert callback_attempts.place(base, due.request_id, first=First.AGENT, at=TOMORROW.start)


def test_a_caller_who_keeps_his_place_is_rung_though_he_had_chosen_tomorrow(base: Base) -> None:
    first = promised(base, wish(slot=TOMORROW))
    by_key(base, minutes=4)

    [due] = callback_queue.due(base, at=SOON, most=5)
    assert (due.ref, due.entered) == (first.ref, SOON - timedelta(minutes=4))
    row = callback_staff.show(base, first.ref).row
    assert (row.slot, row.expires_at) == (None, SOON + timedelta(hours=48))
    assert callback_staff.show(base, first.ref).moves[-1].because == "asked again"
    assert callback_slots.taken(base, OURS, NOON, NOON + timedelta(days=7)) == {}


def test_a_caller_who_asks_again_does_not_wait_for_the_next_attempt(base: Base) -> None:
    ref = promised(base).ref
    settle(base, rung(base, ref).channel_id, RingResult.BUSY, RULES, ALWAYS, PARIS, at=SOON)
    assert callback_queue.due(base, at=SOON, most=5) == ()
    by_key(base)

    assert [due.ref for due in callback_queue.due(base, at=SOON, most=5)] == [ref]


def test_a_form_moves_nobody_elses_callback(base: Base) -> None:
    first = promised(base, wish(slot=TOMORROW))
    promised(base, wish(), at=SOON)

    assert callback_staff.show(base, first.ref).row.slot == TOMORROW


def test_who_moves_to_a_slot_gives_up_his_place(base: Base) -> None:
    moved = by_key(base, minutes=30)
    move(base, moved, TOMORROW)
    before = promised(base, wish(OTHER), at=SOON)

    late = TOMORROW.start
    assert [due.ref for due in callback_queue.due(base, at=late, most=5)] == [before.ref, moved.ref]
    assert callback_staff.show(base, moved.ref).row.place_since is None


def test_who_stands_in_line_when_his_time_is_over_is_not_rung(base: Base) -> None:
    accepted = promised(base)
    attempt = placed(base, accepted.ref)

    assert callback_attempts.ring(base, attempt.channel_id, at=accepted.expires_at) is None
    assert state(base, accepted.ref) is S.EXPIRED
    assert callback_attempts.in_flight(base) == ()


def test_those_of_a_closed_number_are_in_nobodys_way(base: Base) -> None:
    for n in range(3):
        promised(base, wish(f"+336399800{n + 10}"))
    theirs = promised(base, callback_wish.Wish(VISITOR, THEIRS, CallbackChannel.WEB, "fr"), at=SOON)

    def due(*open_numbers: str) -> list[str]:
        found = callback_queue.due(base, at=SOON, most=1, open_numbers=open_numbers)
        return [each.ref for each in found]

    assert due(THEIRS) == [theirs.ref]
    assert due() == []
    assert len(callback_queue.due(base, at=SOON, most=5)) == 4


def test_the_base_lets_nobody_make_two_attempts_at_once(base: Base) -> None:
    ref = promised(base).ref
    placed(base, ref)
    row = {"request_id": request_id(base, ref), "n": 2, "channel_id": "cb-x", "first": "agent", "placed_at": SOON}

    with pytest.raises(IntegrityError), base.write() as connection:
        connection.execute(insert(CallbackAttempt), row)
