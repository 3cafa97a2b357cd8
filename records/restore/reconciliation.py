"""Ends the calls, callback attempts and sessions that a restored database still records as in progress."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from records.actor import SYSTEM
from records.call_events import Disposition, infer_disposition
from records.callbacks.transitions import (
    Cause,
    LockedCallback,
    lock_callbacks,
    record_transition,
    tell_state,
)
from records.calls.call_rows import list_events
from records.calls.closing import close_call_in
from records.database.engine import Database
from records.schema import Call, Callback, CallbackAttempt, ConsoleSession, Invitation
from routing.callbacks.states import CLOSED_STATES, CallbackState

REASON = "restored"

# What became of these after the copy was made is unknown: perhaps the visitor was called.
_FOR_STAFF = (CallbackState.TO_CHECK, CallbackState.MISSED, CallbackState.EXPIRED)
_UNKNOWN = tuple(state for state in CallbackState if state not in (*CLOSED_STATES, *_FOR_STAFF))


def reconcile(database: Database, copied_at: datetime, at: datetime) -> None:
    """Call it at `at`, before the database serves anybody; `copied_at` is when the copy was made.

    Calls that were under way end at `copied_at`, as their events tell or as cut; a caller who asked for staff and
    reached nobody gets a request. Open callbacks wait for a person: none is dialled automatically. Users must log in
    again: a session or an invitation may have been ended after the copy was made.
    """
    with database.write() as connection:
        for ref in connection.execute(select(Call.ref).where(Call.ended_at.is_(None))).scalars().all():
            data = infer_disposition(list_events(connection, ref))
            close_call_in(
                connection,
                ref,
                at=copied_at,
                disposition=Disposition.CUT if data == Disposition.ABANDONED else data,
                cause=None,
            )
        for callback in lock_callbacks(connection, Callback.state.in_(_UNKNOWN)):
            _hold_for_staff(connection, callback, at)
        for opens in (ConsoleSession, Invitation):
            connection.execute(update(opens).where(opens.ended_at.is_(None)).values(ended_at=at))


def _hold_for_staff(connection: Connection, callback: LockedCallback, at: datetime) -> None:
    """Not a regular transition: a queued callback has certainly not been dialled, but here that is unknown."""
    after = CallbackState.TO_CHECK
    own = Callback.request_id == callback.request_id
    connection.execute(update(Callback).where(own).values(state=after, state_at=at, reason=REASON))
    record_transition(connection, callback.request_id, callback.state, after, Cause(SYSTEM, at, REASON))
    open_ = (CallbackAttempt.request_id == callback.request_id) & CallbackAttempt.ended_at.is_(None)
    connection.execute(update(CallbackAttempt).where(open_).values(ended_at=at, result=REASON))
    tell_state(connection, callback, after, at)
