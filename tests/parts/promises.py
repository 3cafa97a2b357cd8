"""Callbacks for tests: asked for, and brought to the state that a test begins with."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from records import callback_acceptance, callback_attempts, callback_links, callback_queue, callback_staff, oppositions
from records.base import Base
from records.callback_attempts import Attempt
from records.callback_results import RingResult, settle
from records.callback_wish import Accepted, CallbackChannel, Wish
from routing.callback_rules import CallbackRules, First
from routing.callback_states import CallbackState
from routing.hours import ALWAYS

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)  # a Monday
SOON = NOON + timedelta(minutes=1)
PARIS = ZoneInfo("Europe/Paris")
OURS, VISITOR, OTHER = "+33199000000", "+33639980001", "+33639980002"
RULES = CallbackRules()


def wish(line: str = VISITOR, **more: Any) -> Wish:
    given: dict[str, Any] = {"channel": CallbackChannel.WEB, "language": "fr", "site": "www", "address": "192.0.2.1"}
    return Wish(line, OURS, **(given | more))


def promised(base: Base, wanted: Wish | None = None, rules: CallbackRules = RULES, at: datetime = NOON) -> Accepted:
    return callback_acceptance.accept(base, wanted or wish(), rules, ALWAYS, PARIS, at=at)


def request_id(base: Base, ref: str) -> int:
    return callback_staff.show(base, ref).row.request_id


def state(base: Base, ref: str) -> CallbackState:
    return callback_staff.show(base, ref).row.state


def placed(base: Base, ref: str, at: datetime = SOON) -> Attempt:
    attempt = callback_attempts.place(base, request_id(base, ref), first=First.AGENT, at=at)
    assert attempt
    return attempt


def rung(base: Base, ref: str, at: datetime = SOON) -> Attempt:
    attempt = placed(base, ref, at)
    assert callback_attempts.ring(base, attempt.channel_id, at=at)
    return attempt


def ended(base: Base, channel_id: str, result: RingResult, rules: CallbackRules = RULES, at: datetime = SOON) -> None:
    settle(base, channel_id, result, rules, ALWAYS, PARIS, at=at)


def brought_to(base: Base, wanted: CallbackState, line: str = VISITOR) -> Accepted:
    """A callback that has come to this state as callbacks do."""
    accepted = promised(base, wish(line, address=None))
    ref, later = accepted.ref, NOON + timedelta(days=30)
    match wanted:
        case CallbackState.IN_LINE:
            placed(base, ref)
        case CallbackState.VISITOR_RINGING:
            rung(base, ref)
        case CallbackState.TALKING | CallbackState.ANSWERED:
            channel_id = rung(base, ref).channel_id
            callback_attempts.talking(base, channel_id, at=SOON)
            if wanted is CallbackState.ANSWERED:
                ended(base, channel_id, RingResult.ANSWERED)
        case CallbackState.MISSED:
            ended(base, rung(base, ref).channel_id, RingResult.BUSY, CallbackRules(attempts=1))
        case CallbackState.TO_CHECK:
            ended(base, rung(base, ref).channel_id, RingResult.UNKNOWN)
        case CallbackState.CANCELLED:
            callback_links.cancel(base, ref, accepted.secret, at=SOON)
        case CallbackState.EXPIRED:
            callback_queue.expire(base, at=later)
        case CallbackState.TREATED:
            callback_staff.treat(base, ref, "anne", "reached", SOON)
        case CallbackState.UNRUNG:
            oppositions.oppose(base, line, "letter", "anne", SOON)
    assert state(base, ref) is wanted
    return accepted
