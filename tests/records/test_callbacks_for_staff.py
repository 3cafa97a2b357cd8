"""What is not kept by ringing stays before the eyes of staff, until a person or an outcome closes it."""

from datetime import timedelta

import pytest
from promises import NOON, OTHER, PARIS, RULES, SOON, VISITOR, brought_to, ended, placed, promised, rung, state, wish
from sqlalchemy import select

from records import (
    callback_acceptance,
    callback_attempts,
    callback_links,
    callback_queue,
    callback_staff,
    oppositions,
    requests,
)
from records.base import Base
from records.callback_limits import may_spend
from records.callback_results import RingResult
from records.callback_wish import CallbackChannel, ConsentGiven, TooLate
from records.schema import Consent, OutboxEvent
from routing.callback_limits import CallbackLimits
from routing.callback_states import CallbackState
from routing.hours import ALWAYS

S = CallbackState
LATER = SOON + timedelta(hours=1)
ONE_MINUTE = CallbackLimits(minutes_day=1)
BY_KEY = {"channel": CallbackChannel.KEY, "address": None}


def told(base: Base) -> list[str]:
    with base.read() as connection:
        return list(connection.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.at, OutboxEvent.kind)))


def may_ring_more(base: Base) -> bool:
    with base.read() as connection:
        return may_spend(connection, ONE_MINUTE, LATER)


# --- who has opposed -------------------------------------------------------------------------------------------------


def test_a_caller_who_has_opposed_and_asks_himself_is_left_to_a_person(base: Base) -> None:
    oppositions.oppose(base, VISITOR, "letter", "anne", NOON)
    asked = promised(base, wish(**BY_KEY))

    [row] = callback_staff.to_check(base)
    assert (row.ref, row.because) == (asked.ref, "opposed")
    assert [request.kind for request in requests.open_requests(base)] == ["callback"]
    assert callback_queue.due(base, at=LATER, most=5) == ()
    assert told(base) == ["callback.accepted", "callback.to_check"]


def test_what_an_opposed_caller_asked_stays_until_it_is_treated_whatever_a_form_says(base: Base) -> None:
    oppositions.oppose(base, VISITOR, "letter", "anne", NOON)
    asked = promised(base, wish(**BY_KEY))

    assert state(base, promised(base, at=SOON).ref) is S.UNRUNG
    with pytest.raises(TooLate, match="opposed"):
        callback_staff.retry(base, asked.ref, "anne", SOON)
    callback_staff.treat(base, asked.ref, "anne", "reached", SOON)
    assert callback_staff.waiting(base) == ()


def test_an_opposition_closes_what_waits_and_says_so(base: Base) -> None:
    promised(base)
    oppositions.oppose(base, VISITOR, "letter", "anne", SOON)

    assert told(base) == ["callback.accepted", "callback.unrung"]


# --- what was not kept in time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [S.QUEUED, S.IN_LINE, S.MISSED])
def test_what_expires_stays_with_staff_while_the_visitor_is_told_that_it_is_over(base: Base, before: S) -> None:
    accepted = brought_to(base, before)
    late = accepted.expires_at

    assert callback_queue.expire(base, at=late) == 1
    assert callback_queue.expire(base, at=late) == 0

    assert callback_links.seen(base, accepted.ref, accepted.secret, at=late).shown == "expired"
    assert callback_attempts.in_flight(base) == callback_queue.due(base, at=late, most=5) == ()
    assert [row.ref for row in callback_staff.waiting(base)] == [accepted.ref]
    [request] = requests.open_requests(base)
    assert requests.close(base, request.id, by="anne", outcome="reached", at=late).closed_by == "anne"
    assert state(base, accepted.ref) is S.TREATED


def test_who_was_not_reached_in_time_and_asks_again_waits_once(base: Base) -> None:
    expired = brought_to(base, S.EXPIRED)
    again = promised(base, at=SOON)

    assert (state(base, expired.ref), state(base, again.ref)) == (S.CANCELLED, S.QUEUED)
    assert [row.ref for row in callback_staff.waiting(base)] == [again.ref]


def test_what_expired_is_tried_again_when_a_person_says_so(base: Base) -> None:
    expired = brought_to(base, S.EXPIRED)
    late = expired.expires_at + timedelta(days=1)

    callback_staff.retry(base, expired.ref, "anne", late)

    assert [due.ref for due in callback_queue.due(base, at=late, most=5)] == [expired.ref]


# --- closing ---------------------------------------------------------------------------------------------------------


def test_a_callback_that_rings_is_not_closed_before_its_end_is_known(base: Base) -> None:
    attempt = rung(base, promised(base).ref)
    with pytest.raises(TooLate):
        callback_staff.treat(base, attempt.ref, "anne", "reached", SOON)

    callback_attempts.talking(base, attempt.channel_id, at=SOON)
    ended(base, attempt.channel_id, RingResult.ANSWERED, at=SOON + timedelta(seconds=30))
    assert not may_ring_more(base)


# --- what is known later, and kept -----------------------------------------------------------------------------------


def test_only_the_last_attempt_is_known_better_later(base: Base) -> None:
    ref = promised(base).ref
    first = rung(base, ref)
    ended(base, first.channel_id, RingResult.UNKNOWN)
    callback_staff.retry(base, ref, "anne", SOON)
    ended(base, rung(base, ref).channel_id, RingResult.UNKNOWN)

    ended(base, first.channel_id, RingResult.BUSY, at=LATER)

    assert state(base, ref) is S.TO_CHECK
    assert [tried.result for tried in callback_staff.show(base, ref).attempts] == ["unknown", "unknown"]


@pytest.mark.parametrize("talked", [True, False])
def test_a_talk_that_is_known_later_counts_as_minutes(base: Base, talked: bool) -> None:
    attempt = rung(base, promised(base).ref)
    if talked:
        callback_attempts.talking(base, attempt.channel_id, at=SOON)
    ended(base, attempt.channel_id, RingResult.UNKNOWN)
    ended(base, attempt.channel_id, RingResult.ANSWERED, at=SOON + timedelta(seconds=90))

    [tried] = callback_staff.show(base, attempt.ref).attempts
    assert (tried.result, tried.talked_s) == ("answered", 90 if talked else 0)
    assert not may_ring_more(base)


def test_what_somebody_agrees_to_is_kept_though_he_asks_twice_but_a_form_agrees_to_nothing_for_who_opposed(
    base: Base,
) -> None:
    agreed = (ConsentGiven("callback", "2030-01"),)
    oppositions.oppose(base, OTHER, "letter", "anne", NOON)
    for at in (NOON, SOON):
        promised(base, wish(consents=agreed), at=at)
        promised(base, wish(OTHER, consents=agreed), at=at)

    with base.read() as connection:
        assert list(connection.scalars(select(Consent.given_at).order_by(Consent.given_at))) == [NOON, SOON]


def test_a_caller_whose_callback_stands_in_line_loses_nothing_by_asking_again(base: Base) -> None:
    attempt = placed(base, promised(base).ref)
    again = callback_acceptance.accept(base, wish(**BY_KEY), RULES, ALWAYS, PARIS, at=SOON)

    assert state(base, again.ref) is S.UNRUNG
    assert callback_attempts.ring(base, attempt.channel_id, at=SOON)
