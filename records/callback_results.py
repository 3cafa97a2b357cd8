"""How an attempt ended, and what follows for the callback."""

from dataclasses import replace
from datetime import datetime, tzinfo
from enum import StrEnum

from sqlalchemy import Connection, exists, select, update
from sqlalchemy.orm import aliased

from records.base import Base
from records.callback_attempts import LATER, held_by
from records.callback_moves import OURSELVES, VISITOR, Held, hold, move_to
from records.oppositions import oppose_in
from records.schema import Callback, CallbackAttempt
from routing.callback_retry import next_attempt
from routing.callback_rules import CallbackRules
from routing.callback_states import CallbackState
from routing.hours import Hours


class RingStep(StrEnum):
    """How far an attempt has come."""

    PICKED_UP = "picked_up"
    """Something answered, which may be a machine: the call costs from here on."""
    TALKING = "talking"


class RingResult(StrEnum):
    """What came of ringing a visitor."""

    ANSWERED = "answered"
    BUSY = "busy"
    NOANSWER = "noanswer"
    CONGESTION = "congestion"
    REFUSED = "refused"
    """The plan lets nobody dial this number: nobody was rung, nor will be by itself."""
    LATE = "late"
    """No leave, no operator, or no room at his trunk: nobody was rung."""
    NO_KEY = "no_key"
    """Something answered that pressed no key: an answering machine perhaps."""
    OPPOSED = "opposed"
    """He pressed the key for "never again"."""
    AGENT_GONE = "agent_gone"
    UNKNOWN = "unknown"


def settle(
    base: Base, channel_id: str, result: RingResult, rules: CallbackRules, hours: Hours, tz: tzinfo, *, at: datetime
) -> CallbackState | None:
    """The attempt is over since `at`: the callback is answered, rung again later, missed, or for a person to check.

    Told again, nothing changes, but that a better witness may end what was unknown. An attempt that never rang goes
    back to the queue. Gives the callback's new state; None: nothing was to be done.
    """
    with base.write(wakes=True) as connection:
        if held := held_by(connection, channel_id):
            return _ended(connection, held, channel_id, result, rules, hours, tz, at)
        return _better_known(connection, channel_id, result, at)


def _ended(
    connection: Connection,
    held: Held,
    channel_id: str,
    result: RingResult,
    rules: CallbackRules,
    hours: Hours,
    tz: tzinfo,
    at: datetime,
) -> CallbackState:
    _end_attempt(connection, channel_id, result, at)
    if result is RingResult.OPPOSED:
        oppose_in(connection, held.line_id, source="telephone", by=VISITOR, at=at)
    again = next_attempt(rules, held.rings, at, hours, tz)
    match held.state, result:
        case CallbackState.IN_LINE, RingResult.OPPOSED:
            return CallbackState.UNRUNG  # by the opposition
        case CallbackState.IN_LINE, _:
            return _move(connection, held, CallbackState.QUEUED, result, at, not_before=at + LATER)
        case CallbackState.VISITOR_RINGING, RingResult.LATE:
            return _unrung(connection, held, channel_id, CallbackState.QUEUED, result, at, not_before=at + LATER)
        case CallbackState.VISITOR_RINGING, RingResult.REFUSED:
            return _unrung(connection, held, channel_id, CallbackState.TO_CHECK, result, at)
        case _, RingResult.UNKNOWN:
            return _move(connection, held, CallbackState.TO_CHECK, result, at)
        case CallbackState.TALKING, _:
            return _move(connection, held, CallbackState.ANSWERED, result, at)
        case _, RingResult.ANSWERED:
            _move(connection, held, CallbackState.TALKING, result, at)
            return _move(connection, replace(held, state=CallbackState.TALKING), CallbackState.ANSWERED, result, at)
        case _, RingResult.OPPOSED:
            return _move(connection, held, CallbackState.UNRUNG, result, at)
        case _ if again and again < held.expires_at:
            return _move(connection, held, CallbackState.QUEUED, result, at, not_before=again)
    return _move(connection, held, CallbackState.MISSED, result, at)


def _unrung(
    connection: Connection,
    held: Held,
    channel_id: str,
    after: CallbackState,
    result: RingResult,
    at: datetime,
    **values: datetime,
) -> CallbackState:
    """Leave to ring was given and not used: it costs the visitor nothing."""
    connection.execute(update(CallbackAttempt).where(CallbackAttempt.channel_id == channel_id).values(rung_at=None))
    return _move(connection, held, after, result, at, rings=held.rings - 1, **values)


def _end_attempt(connection: Connection, channel_id: str, result: RingResult, at: datetime) -> None:
    which = CallbackAttempt.channel_id == channel_id
    answered_at = connection.scalar(select(CallbackAttempt.answered_at).where(which))
    if result is RingResult.ANSWERED:
        answered_at = answered_at or at
    talked_s = max(0, round((at - answered_at).total_seconds())) if answered_at else None
    ended = {"ended_at": at, "result": result, "answered_at": answered_at, "talked_s": talked_s}
    connection.execute(update(CallbackAttempt).where(which).values(ended))


def _better_known(connection: Connection, channel_id: str, result: RingResult, at: datetime) -> CallbackState | None:
    """What nobody knew is known after all, before a person has decided."""
    later = aliased(CallbackAttempt)
    was_last = ~exists().where(later.request_id == CallbackAttempt.request_id, later.n > CallbackAttempt.n)
    unknown = (CallbackAttempt.channel_id == channel_id) & (CallbackAttempt.result == RingResult.UNKNOWN)
    of_it = select(CallbackAttempt.request_id).where(unknown, was_last).scalar_subquery()
    waits = (Callback.request_id == of_it) & (Callback.state == CallbackState.TO_CHECK)
    found = hold(connection, waits)
    if not found or result is RingResult.UNKNOWN:
        return None
    _end_attempt(connection, channel_id, result, at)
    if result is RingResult.ANSWERED:
        return _move(connection, found[0], CallbackState.ANSWERED, result, at)
    missed = _move(connection, found[0], CallbackState.MISSED, result, at)
    if result is not RingResult.OPPOSED:
        return missed
    oppose_in(connection, found[0].line_id, source="telephone", by=VISITOR, at=at)
    return CallbackState.UNRUNG


def _move(
    connection: Connection, held: Held, after: CallbackState, result: RingResult, at: datetime, **values: datetime | int
) -> CallbackState:
    move_to(connection, held, after, by=OURSELVES, at=at, because=result, values=values)
    return after
