"""What a visitor may do with the link of their callback: follow it, cancel it, choose another time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from records.callbacks.callback_request import CallbackNotChangeable
from records.callbacks.limits import LOCK_NAME, has_reached_attempt_limit
from records.callbacks.references import normalize_reference
from records.callbacks.terms import get_terms_in_force, with_holds
from records.callbacks.time_slots import require_available_time_slot, time_columns
from records.callbacks.transitions import (
    VISITOR,
    Cause,
    LockedCallback,
    lock_callbacks,
    record_transition,
    transition_to,
)
from records.database.engine import Database, acquire_lock
from records.errors import NotFound
from records.schema import Callback, Line, Request
from records.secrets import matches_hash
from routing.callbacks.holds import is_held, next_callable
from routing.callbacks.states import CallbackState, VisitorStatus, get_visitor_status
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import TimeSlot, dial_window

_CANCELLABLE = (CallbackState.QUEUED, CallbackState.IN_LINE, CallbackState.MISSED, CallbackState.UNRUNG)
_WITHOUT_ATTEMPT = (CallbackState.QUEUED, CallbackState.UNRUNG)


@dataclass(frozen=True, slots=True)
class VisitorView:
    """A callback as its visitor sees it; `public_number` (E.164) calls them.

    `dial_count`: how often they may have been called. `is_held`: it waits, and the time that it waits for is in a hold;
    `resumes_at` is then when it can be made, if that is known.
    """

    ref: str
    visitor_status: VisitorStatus
    time_slot: TimeSlot | None
    not_before: datetime
    expires_at: datetime
    public_number: str
    site: str | None
    language: str
    topic: str | None
    dial_count: int
    can_cancel: bool
    can_reschedule: bool
    is_held: bool = False
    resumes_at: datetime | None = None
    visitor_number: str = ""
    """Their own number (E.164), which is called; empty once it is deleted."""


def get_callback(database: Database, ref: str, secret: str, *, at: datetime) -> VisitorView:
    """The callback now. Raises NotFound for a wrong secret as for a wrong reference."""
    with database.read() as connection:
        return _view(connection, normalize_reference(ref), secret, at)


def cancel_callback(database: Database, ref: str, secret: str, *, at: datetime) -> VisitorView:
    """The callback, cancelled. Cancelling it again changes nothing.

    Raises NotFound, CallbackNotChangeable once it is being dialled or is over.
    """
    with database.write(notify=True) as connection:
        callback = _lock_with_secret(connection, ref, secret)
        if callback.state is not CallbackState.CANCELLED:
            _require_changeable(callback, at)
            transition_to(connection, callback, CallbackState.CANCELLED, Cause(VISITOR, at))
        return _view(connection, callback.ref, secret, at)


def reschedule_callback(
    database: Database,
    ref: str,
    secret: str,
    time_slot: TimeSlot | None,
    terms: CallbackTerms,
    *,
    at: datetime,
) -> VisitorView:
    """The callback at another time: in this time slot, or (None) as soon as possible; a missed one is tried again.

    Raises NotFound, TimeSlotUnavailable, and CallbackNotChangeable once it is being dialled, is over, or has been
    dialled as often as the limits of a day allow.
    """
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        callback, terms = _lock_with_secret(connection, ref, secret), with_holds(connection, terms, at)
        _require_changeable(callback, at)
        if callback.state is CallbackState.MISSED and has_reached_attempt_limit(
            connection, terms.rules, callback.line_id, at
        ):
            raise CallbackNotChangeable(
                f"The callback {callback.ref} has been dialled as often as it may today; ask again tomorrow."
            )
        if time_slot and time_slot.start != callback.slot_from:
            require_available_time_slot(connection, callback.public_number, time_slot, terms, at)
        values = time_columns(time_slot, dial_window(terms, time_slot, at))
        # A visitor who chooses a time gives up a caller's place in the queue.
        connection.execute(update(Request).where(Request.id == callback.request_id).values(waiting_since=None))
        if callback.state in _WITHOUT_ATTEMPT:
            connection.execute(update(Callback).where(Callback.request_id == callback.request_id).values(values))
            record_transition(
                connection, callback.request_id, callback.state, callback.state, Cause(VISITOR, at, "moved")
            )
        else:
            transition_to(connection, callback, CallbackState.QUEUED, Cause(VISITOR, at, "moved"), values=values)
        return _view(connection, callback.ref, secret, at)


def _lock_with_secret(connection: Connection, ref: str, secret: str) -> LockedCallback:
    found = lock_callbacks(connection, Callback.ref == normalize_reference(ref))
    if not found or not matches_hash(secret, found[0].secret_hash):
        raise _unknown(ref)
    return found[0]


def _require_changeable(callback: LockedCallback, at: datetime) -> None:
    if callback.state not in _CANCELLABLE or callback.expires_at <= at:
        status = get_visitor_status(callback.state, callback.expires_at <= at)
        raise CallbackNotChangeable(f"The callback {callback.ref} is {status}; it can no longer be changed.")


def _view(connection: Connection, ref: str, secret: str, at: datetime) -> VisitorView:
    row = connection.execute(select(*Callback.__table__.c).where(Callback.ref == ref)).one_or_none()
    if row is None or not matches_hash(secret, row.secret_hash):
        raise _unknown(ref)
    state, expired = CallbackState(row.state), row.expires_at <= at
    changeable = state in _CANCELLABLE and not expired
    status = get_visitor_status(state, expired)
    held, resumes_at = _find_hold(connection, row, at) if status is VisitorStatus.WAITING else (False, None)
    return VisitorView(
        ref=row.ref,
        visitor_status=status,
        time_slot=TimeSlot(row.slot_from, row.slot_until) if row.slot_from else None,
        not_before=row.not_before,
        expires_at=row.expires_at,
        public_number=row.public_number,
        site=row.site,
        language=row.language,
        topic=row.topic,
        dial_count=row.dial_count,
        can_cancel=changeable,
        can_reschedule=changeable,
        is_held=held,
        resumes_at=resumes_at,
        visitor_number=_find_visitor_number(connection, row.request_id),
    )


def _find_visitor_number(connection: Connection, request_id: int) -> str:
    number = select(Line.e164).join(Request, Request.line_id == Line.id).where(Request.id == request_id)
    return connection.scalar(number) or ""


def _find_hold(connection: Connection, row: Row[*tuple[Any, ...]], at: datetime) -> tuple[bool, datetime | None]:
    """Whether a hold covers the time of the callback, and when the callback can be made then, if that is known."""
    moment = max(at, row.not_before)
    terms = with_holds(connection, get_terms_in_force(connection, row.public_number), at)
    if not is_held(terms.holds, moment):
        return False, None
    return True, next_callable(terms.calendar, terms.holds, moment)


def _unknown(ref: str) -> NotFound:
    return NotFound(f"There is no callback {ref[:20]} that this link opens.")
