"""Callbacks for tests: requested, and brought to the state with which a test begins."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from records.callbacks import acceptance, callback_attempts, do_not_call, expiry, staff_actions, visitor_actions
from records.callbacks.attempt_results import AttemptResult, finish_attempt
from records.callbacks.callback_attempts import Attempt
from records.callbacks.callback_request import AcceptedCallback, CallbackChannel, CallbackRequest
from records.database.engine import Database
from routing.callbacks.rules import CallbackRules, DialFirst
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)  # a Monday
ONE_MINUTE_LATER = NOON + timedelta(minutes=1)
PARIS = ZoneInfo("Europe/Paris")
PUBLIC_NUMBER, VISITOR, OTHER_VISITOR = "+33199000000", "+33639980001", "+33639980002"
RULES = CallbackRules()


def make_callback_request(line: str = VISITOR, **more: Any) -> CallbackRequest:
    given: dict[str, Any] = {"channel": CallbackChannel.WEB, "language": "fr", "site": "www", "address": "192.0.2.1"}
    return CallbackRequest(line, PUBLIC_NUMBER, **(given | more))


def accept_callback(
    database: Database, wanted: CallbackRequest | None = None, rules: CallbackRules = RULES, at: datetime = NOON
) -> AcceptedCallback:
    return acceptance.accept_callback(
        database, wanted or make_callback_request(), CallbackTerms(rules, Calendar(ALWAYS_OPEN, PARIS)), at=at
    )


def request_id(database: Database, ref: str) -> int:
    return staff_actions.get_callback_detail(database, ref).row.request_id


def callback_state(database: Database, ref: str) -> CallbackState:
    return staff_actions.get_callback_detail(database, ref).row.state


def place_attempt(database: Database, ref: str, at: datetime = ONE_MINUTE_LATER) -> Attempt:
    attempt = callback_attempts.start_attempt(database, request_id(database, ref), dial_first=DialFirst.AGENT, at=at)
    assert attempt
    return attempt


def ring_visitor(database: Database, ref: str, at: datetime = ONE_MINUTE_LATER) -> Attempt:
    attempt = place_attempt(database, ref, at)
    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=at)
    return attempt


def end_attempt(
    database: Database,
    channel_id: str,
    result: AttemptResult,
    rules: CallbackRules = RULES,
    at: datetime = ONE_MINUTE_LATER,
) -> None:
    finish_attempt(database, channel_id, result, CallbackTerms(rules, Calendar(ALWAYS_OPEN, PARIS)), at=at)


def callback_in_state(database: Database, wanted: CallbackState, line: str = VISITOR) -> AcceptedCallback:
    """A callback that has reached this state by its transitions."""
    accepted = accept_callback(database, make_callback_request(line, address=None))
    ref, later = accepted.ref, NOON + timedelta(days=30)
    match wanted:
        case CallbackState.IN_LINE:
            place_attempt(database, ref)
        case CallbackState.VISITOR_RINGING:
            ring_visitor(database, ref)
        case CallbackState.TALKING | CallbackState.ANSWERED:
            channel_id = ring_visitor(database, ref).channel_id
            callback_attempts.mark_talking(database, channel_id, at=ONE_MINUTE_LATER)
            if wanted is CallbackState.ANSWERED:
                end_attempt(database, channel_id, AttemptResult.ANSWERED)
        case CallbackState.MISSED:
            end_attempt(database, ring_visitor(database, ref).channel_id, AttemptResult.BUSY, CallbackRules(attempts=1))
        case CallbackState.TO_CHECK:
            end_attempt(database, ring_visitor(database, ref).channel_id, AttemptResult.UNKNOWN)
        case CallbackState.CANCELLED:
            visitor_actions.cancel_callback(database, ref, accepted.secret, at=ONE_MINUTE_LATER)
        case CallbackState.EXPIRED:
            expiry.expire_callbacks(database, at=later)
        case CallbackState.TREATED:
            staff_actions.resolve_callback(database, ref, "anne", "reached", ONE_MINUTE_LATER)
        case CallbackState.UNRUNG:
            do_not_call.add_do_not_call(database, line, "letter", "anne", ONE_MINUTE_LATER)
    assert callback_state(database, ref) is wanted
    return accepted
