"""How an attempt ended, and what follows for the callback."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, exists, select, update
from sqlalchemy.orm import aliased

from records.actor import SYSTEM
from records.callbacks.callback_attempts import RETRY_DELAY, lock_callback_of_attempt
from records.callbacks.do_not_call import add_do_not_call_in
from records.callbacks.own_phone import is_own_phone
from records.callbacks.terms import with_holds
from records.callbacks.transitions import VISITOR, Cause, LockedCallback, lock_callbacks, transition_to
from records.database.engine import Database
from records.schema import Callback, CallbackAttempt
from routing.callbacks.retry import next_attempt_at
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms


class AttemptStep(StrEnum):
    """How far an attempt has come."""

    PICKED_UP = "picked_up"
    """Somebody or something answered, perhaps a machine: the call costs money from here on."""
    TALKING = "talking"


class AttemptResult(StrEnum):
    """The result of dialling a visitor."""

    ANSWERED = "answered"
    BUSY = "busy"
    NOANSWER = "noanswer"
    CONGESTION = "congestion"
    REFUSED = "refused"
    """The plan does not allow this number to be dialled: nobody was called, nor will be automatically."""
    LATE = "late"
    """No authorization, no operator, or no free channel on the trunk: nobody was called."""
    NO_KEY = "no_key"
    """The call was answered, but no key was pressed: perhaps by an answering machine."""
    DO_NOT_CALL = "opposed"
    """The visitor pressed the key for "never again"."""
    AGENT_GONE = "agent_gone"
    UNKNOWN = "unknown"


def finish_attempt(
    database: Database,
    channel_id: str,
    result: AttemptResult,
    terms: CallbackTerms,
    *,
    at: datetime,
) -> CallbackState | None:
    """Ends the attempt at `at`; the callback is answered, dialled again later, missed, or left to a person.

    Ending it again changes nothing, except that a better-informed source may replace `unknown`. The callback of an
    attempt that never dialled goes back to the queue. Gives the new state of the callback; None when there was nothing
    to do.
    """
    with database.write(notify=True) as connection:
        if callback := lock_callback_of_attempt(connection, channel_id):
            return _finish(connection, callback, channel_id, result, terms, at)
        return _correct_unknown_result(connection, channel_id, result, at)


def _finish(
    connection: Connection,
    callback: LockedCallback,
    channel_id: str,
    result: AttemptResult,
    terms: CallbackTerms,
    at: datetime,
) -> CallbackState:
    _end_attempt(connection, channel_id, result, at)
    if result is AttemptResult.DO_NOT_CALL:
        add_do_not_call_in(connection, callback.line_id, source="telephone", by=VISITOR, at=at)
    terms = with_holds(connection, terms, at)
    again = next_attempt_at(terms, callback.dial_count, at)
    match callback.state, result:
        case CallbackState.IN_LINE, AttemptResult.DO_NOT_CALL:
            return CallbackState.UNRUNG  # by the do-not-call entry
        case CallbackState.IN_LINE, AttemptResult.AGENT_GONE | AttemptResult.UNKNOWN if is_own_phone(
            connection, channel_id
        ):
            return _transition(connection, callback, CallbackState.QUEUED, result, at, not_before=at)
        case CallbackState.IN_LINE, _:
            return _transition(connection, callback, CallbackState.QUEUED, result, at, not_before=at + RETRY_DELAY)
        case CallbackState.VISITOR_RINGING, AttemptResult.LATE:
            undone = _revoke_dial_authorization(connection, callback, channel_id)
            return _transition(
                connection, callback, CallbackState.QUEUED, result, at, **undone, not_before=at + RETRY_DELAY
            )
        case CallbackState.VISITOR_RINGING, AttemptResult.REFUSED:
            undone = _revoke_dial_authorization(connection, callback, channel_id)
            return _transition(connection, callback, CallbackState.TO_CHECK, result, at, **undone)
        case _, AttemptResult.UNKNOWN:
            return _transition(connection, callback, CallbackState.TO_CHECK, result, at)
        case CallbackState.TALKING, _:
            return _transition(connection, callback, CallbackState.ANSWERED, result, at)
        case _, AttemptResult.ANSWERED:
            _transition(connection, callback, CallbackState.TALKING, result, at)
            return _transition(
                connection, replace(callback, state=CallbackState.TALKING), CallbackState.ANSWERED, result, at
            )
        case _, AttemptResult.DO_NOT_CALL:
            return _transition(connection, callback, CallbackState.UNRUNG, result, at)
        case _ if again and again < callback.expires_at:
            return _transition(connection, callback, CallbackState.QUEUED, result, at, not_before=again)
    return _transition(connection, callback, CallbackState.MISSED, result, at)


def _revoke_dial_authorization(connection: Connection, callback: LockedCallback, channel_id: str) -> dict[str, int]:
    """Takes back an authorization to dial that was not used; gives the count, in which it is left out."""
    connection.execute(update(CallbackAttempt).where(CallbackAttempt.channel_id == channel_id).values(rung_at=None))
    return {"dial_count": callback.dial_count - 1}


def _end_attempt(connection: Connection, channel_id: str, result: AttemptResult, at: datetime) -> None:
    which = CallbackAttempt.channel_id == channel_id
    answered_at = connection.scalar(select(CallbackAttempt.answered_at).where(which))
    if result is AttemptResult.ANSWERED:
        answered_at = answered_at or at
    talked_s = max(0, round((at - answered_at).total_seconds())) if answered_at else None
    ended = {"ended_at": at, "result": result, "answered_at": answered_at, "talked_s": talked_s}
    connection.execute(update(CallbackAttempt).where(which).values(ended))


def _correct_unknown_result(
    connection: Connection, channel_id: str, result: AttemptResult, at: datetime
) -> CallbackState | None:
    """A result that was unknown is known after all, and no person has decided yet."""
    later = aliased(CallbackAttempt)
    was_last = ~exists().where(later.request_id == CallbackAttempt.request_id, later.n > CallbackAttempt.n)
    unknown = (CallbackAttempt.channel_id == channel_id) & (CallbackAttempt.result == AttemptResult.UNKNOWN)
    of_it = select(CallbackAttempt.request_id).where(unknown, was_last).scalar_subquery()
    waits = (Callback.request_id == of_it) & (Callback.state == CallbackState.TO_CHECK)
    found = lock_callbacks(connection, waits)
    if not found or result is AttemptResult.UNKNOWN:
        return None
    _end_attempt(connection, channel_id, result, at)
    if result is AttemptResult.ANSWERED:
        return _transition(connection, found[0], CallbackState.ANSWERED, result, at)
    missed = _transition(connection, found[0], CallbackState.MISSED, result, at)
    if result is not AttemptResult.DO_NOT_CALL:
        return missed
    add_do_not_call_in(connection, found[0].line_id, source="telephone", by=VISITOR, at=at)
    return CallbackState.UNRUNG


def _transition(
    connection: Connection,
    callback: LockedCallback,
    after: CallbackState,
    result: AttemptResult,
    at: datetime,
    **values: datetime | int,
) -> CallbackState:
    transition_to(connection, callback, after, Cause(SYSTEM, at, result), values=values)
    return after
