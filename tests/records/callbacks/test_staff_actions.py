"""A callback that reached nobody stays open for staff until somebody resolves it."""

from datetime import timedelta

import pytest
from callback_records import (
    NOON,
    ONE_MINUTE_LATER,
    OTHER_VISITOR,
    PARIS,
    RULES,
    VISITOR,
    accept_callback,
    callback_in_state,
    callback_state,
    end_attempt,
    make_callback_request,
    place_attempt,
    ring_visitor,
)
from sqlalchemy import select

from records.callbacks import (
    acceptance,
    callback_attempts,
    callback_queue,
    do_not_call,
    expiry,
    staff_actions,
    visitor_actions,
)
from records.callbacks.attempt_results import AttemptResult
from records.callbacks.callback_request import CallbackChannel, CallbackNotChangeable, GivenConsent
from records.callbacks.limits import is_within_minutes_budget
from records.database.engine import Database
from records.inbox.resolution import resolve_request
from records.requests import requests
from records.schema import Consent, OutboxEvent
from routing.callbacks.limits import CallbackLimits
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN

S = CallbackState
LATER = ONE_MINUTE_LATER + timedelta(hours=1)
ONE_MINUTE = CallbackLimits(minutes_day=1)
BY_KEY = {"channel": CallbackChannel.KEY, "address": None}


def list_event_kinds(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.at, OutboxEvent.kind)))


def may_ring_more(database: Database) -> bool:
    with database.read() as connection:
        return is_within_minutes_budget(connection, ONE_MINUTE, LATER)


# --- the do-not-call list ---------------------------------------------------------------------------------------------


def test_a_caller_on_the_do_not_call_list_who_requests_a_callback_is_left_to_a_person(database: Database) -> None:
    do_not_call.add_do_not_call(database, VISITOR, "letter", "anne", NOON)
    asked = accept_callback(database, make_callback_request(**BY_KEY))

    [row] = staff_actions.list_callbacks_to_review(database)
    assert (row.ref, row.reason) == (asked.ref, "opposed")
    assert [request.kind for request in requests.list_open_requests(database)] == ["callback"]
    assert callback_queue.find_due_callbacks(database, at=LATER, limit=5) == ()
    assert list_event_kinds(database) == ["callback.accepted", "callback.to_check"]


def test_the_callback_of_a_caller_on_the_do_not_call_list_stays_until_it_is_resolved_whatever_a_form_requests(
    database: Database,
) -> None:
    do_not_call.add_do_not_call(database, VISITOR, "letter", "anne", NOON)
    asked = accept_callback(database, make_callback_request(**BY_KEY))

    assert callback_state(database, accept_callback(database, at=ONE_MINUTE_LATER).ref) is S.UNRUNG
    with pytest.raises(CallbackNotChangeable, match="do-not-call list"):
        staff_actions.retry_callback(database, asked.ref, "anne", ONE_MINUTE_LATER)
    staff_actions.resolve_callback(database, asked.ref, "anne", "reached", ONE_MINUTE_LATER)
    assert staff_actions.list_open_callbacks(database) == ()


def test_a_new_do_not_call_entry_closes_the_waiting_callback(database: Database) -> None:
    accept_callback(database)
    do_not_call.add_do_not_call(database, VISITOR, "letter", "anne", ONE_MINUTE_LATER)

    assert list_event_kinds(database) == ["callback.accepted", "callback.unrung"]


# --- expired callbacks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [S.QUEUED, S.IN_LINE, S.MISSED])
def test_an_expired_callback_stays_open_for_staff_and_is_over_for_the_visitor(database: Database, before: S) -> None:
    accepted = callback_in_state(database, before)
    late = accepted.expires_at

    assert expiry.expire_callbacks(database, at=late) == 1
    assert expiry.expire_callbacks(database, at=late) == 0

    assert visitor_actions.get_callback(database, accepted.ref, accepted.secret, at=late).visitor_status == "expired"
    assert (
        callback_attempts.list_active_attempts(database)
        == callback_queue.find_due_callbacks(database, at=late, limit=5)
        == ()
    )
    assert [row.ref for row in staff_actions.list_open_callbacks(database)] == [accepted.ref]
    [request] = requests.list_open_requests(database)
    assert resolve_request(database, request.id, by="anne", outcome="reached", at=late).closed_by == "anne"
    assert callback_state(database, accepted.ref) is S.TREATED


def test_a_visitor_who_was_not_reached_in_time_has_one_open_callback_after_another_request(database: Database) -> None:
    expired = callback_in_state(database, S.EXPIRED)
    again = accept_callback(database, at=ONE_MINUTE_LATER)

    assert (callback_state(database, expired.ref), callback_state(database, again.ref)) == (S.CANCELLED, S.QUEUED)
    assert [row.ref for row in staff_actions.list_open_callbacks(database)] == [again.ref]


def test_staff_can_retry_an_expired_callback(database: Database) -> None:
    expired = callback_in_state(database, S.EXPIRED)
    late = expired.expires_at + timedelta(days=1)

    staff_actions.retry_callback(database, expired.ref, "anne", late)

    assert [due.ref for due in callback_queue.find_due_callbacks(database, at=late, limit=5)] == [expired.ref]


# --- closing ----------------------------------------------------------------------------------------------------------


def test_a_callback_that_is_being_dialled_cannot_be_closed(database: Database) -> None:
    attempt = ring_visitor(database, accept_callback(database).ref)
    with pytest.raises(CallbackNotChangeable):
        staff_actions.resolve_callback(database, attempt.ref, "anne", "reached", ONE_MINUTE_LATER)

    callback_attempts.mark_talking(database, attempt.channel_id, at=ONE_MINUTE_LATER)
    end_attempt(database, attempt.channel_id, AttemptResult.ANSWERED, at=ONE_MINUTE_LATER + timedelta(seconds=30))
    assert not may_ring_more(database)


# --- results that become known later ----------------------------------------------------------------------------------


def test_only_the_last_attempt_can_be_corrected(database: Database) -> None:
    ref = accept_callback(database).ref
    first = ring_visitor(database, ref)
    end_attempt(database, first.channel_id, AttemptResult.UNKNOWN)
    staff_actions.retry_callback(database, ref, "anne", ONE_MINUTE_LATER)
    end_attempt(database, ring_visitor(database, ref).channel_id, AttemptResult.UNKNOWN)

    end_attempt(database, first.channel_id, AttemptResult.BUSY, at=LATER)

    assert callback_state(database, ref) is S.TO_CHECK
    assert [tried.result for tried in staff_actions.get_callback_detail(database, ref).attempts] == [
        "unknown",
        "unknown",
    ]


@pytest.mark.parametrize("talked", [True, False])
def test_a_conversation_that_is_known_later_costs_minutes(database: Database, talked: bool) -> None:
    attempt = ring_visitor(database, accept_callback(database).ref)
    if talked:
        callback_attempts.mark_talking(database, attempt.channel_id, at=ONE_MINUTE_LATER)
    end_attempt(database, attempt.channel_id, AttemptResult.UNKNOWN)
    end_attempt(database, attempt.channel_id, AttemptResult.ANSWERED, at=ONE_MINUTE_LATER + timedelta(seconds=90))

    [tried] = staff_actions.get_callback_detail(database, attempt.ref).attempts
    assert (tried.result, tried.talked_s) == ("answered", 90 if talked else 0)
    assert not may_ring_more(database)


def test_consents_are_stored_with_every_request_but_not_for_a_number_on_the_do_not_call_list(
    database: Database,
) -> None:
    agreed = (GivenConsent("callback", "2030-01"),)
    do_not_call.add_do_not_call(database, OTHER_VISITOR, "letter", "anne", NOON)
    for at in (NOON, ONE_MINUTE_LATER):
        accept_callback(database, make_callback_request(consents=agreed), at=at)
        accept_callback(database, make_callback_request(OTHER_VISITOR, consents=agreed), at=at)

    with database.read() as connection:
        assert list(connection.scalars(select(Consent.given_at).order_by(Consent.given_at))) == [NOON, ONE_MINUTE_LATER]


def test_a_second_request_does_not_change_a_callback_in_line(database: Database) -> None:
    attempt = place_attempt(database, accept_callback(database).ref)
    again = acceptance.accept_callback(
        database,
        make_callback_request(**BY_KEY),
        CallbackTerms(RULES, Calendar(ALWAYS_OPEN, PARIS)),
        at=ONE_MINUTE_LATER,
    )

    assert callback_state(database, again.ref) is S.UNRUNG
    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=ONE_MINUTE_LATER)
