"""Callbacks as staff see them, and what staff may do with them."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from records.callbacks.callback_queue import queued_since
from records.callbacks.callback_request import CallbackChannel, CallbackNotChangeable
from records.callbacks.do_not_call import is_do_not_call_in
from records.callbacks.references import normalize_reference
from records.callbacks.terms import get_terms_in_force, with_holds
from records.callbacks.transitions import Cause, LockedCallback, lock_callbacks, transition_to
from records.database.engine import Database
from records.errors import NotFound
from records.requests.visibility import visible_to_all
from records.schema import Callback, CallbackAttempt, CallbackTransition, Line, Request
from routing.callbacks.states import CallbackState
from routing.callbacks.time_slots import TimeSlot, renewed_expiry

RETRY_WINDOW = timedelta(days=1)
"""The shortest time that a callback has after a person says that it must be tried again."""


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """A callback as staff see it. `line`, which is called, and `public_number`, which calls, are E.164.

    `reason`: why it is in its state, where that needs a word. `dial_count`: how often the visitor may have been
    called.
    """

    request_id: int
    ref: str
    state: CallbackState
    state_at: datetime
    channel: CallbackChannel
    line: str
    contact_id: int | None
    public_number: str
    site: str | None
    language: str
    name: str | None
    topic: str | None
    page: str | None
    call_ref: str | None
    created_at: datetime
    waiting_since: datetime | None
    time_slot: TimeSlot | None
    not_before: datetime
    expires_at: datetime
    dial_count: int
    reason: str


@dataclass(frozen=True, slots=True)
class TransitionRecord:
    """One change of state; `before` is None for the first one."""

    at: datetime
    before: CallbackState | None
    after: CallbackState
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One attempt; a step that did not happen, or not yet, is None."""

    n: int
    channel_id: str
    dial_first: str
    placed_at: datetime
    rung_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    result: str | None
    talked_s: int | None


@dataclass(frozen=True, slots=True)
class CallbackDetail:
    row: CallbackRow
    transitions: tuple[TransitionRecord, ...]
    attempts: tuple[AttemptRecord, ...]


def list_open_callbacks(database: Database) -> tuple[CallbackRow, ...]:
    """Every callback that is not closed, nor the mediator's alone, in the order in which they are served."""
    with database.read() as connection:
        return _rows(connection, Request.closed_at.is_(None) & visible_to_all())


def list_callbacks_to_review(database: Database) -> tuple[CallbackRow, ...]:
    """Callbacks left to a person: perhaps dialled, perhaps not, or requested by a caller on the do-not-call list."""
    with database.read() as connection:
        return _rows(connection, (Callback.state == CallbackState.TO_CHECK) & visible_to_all())


def get_callback_detail(database: Database, ref: str) -> CallbackDetail:
    """A callback with its transitions and attempts. Raises NotFound."""
    with database.read() as connection:
        if not (found := _rows(connection, (Callback.ref == normalize_reference(ref)) & visible_to_all())):
            raise _unknown(ref)
        of_it = found[0].request_id
        transitions = select(
            CallbackTransition.at,
            CallbackTransition.before,
            CallbackTransition.after,
            CallbackTransition.by,
            CallbackTransition.detail,
        )
        transitions = transitions.where(CallbackTransition.request_id == of_it).order_by(CallbackTransition.id)
        columns = [CallbackAttempt.__table__.c[each.name] for each in fields(AttemptRecord)]
        attempts = select(*columns).where(CallbackAttempt.request_id == of_it).order_by(CallbackAttempt.n)
        return CallbackDetail(
            found[0],
            tuple(_to_transition_record(row) for row in connection.execute(transitions)),
            tuple(AttemptRecord(**row._mapping) for row in connection.execute(attempts)),
        )


def cancel_callback_by_staff(database: Database, ref: str, by: str, at: datetime) -> None:
    """Cancels the callback. Raises NotFound, CallbackNotChangeable."""
    with database.write(notify=True) as connection:
        transition_to(connection, _lock_by_reference(connection, ref), CallbackState.CANCELLED, Cause(by, at))


def retry_callback(database: Database, ref: str, by: str, at: datetime) -> None:
    """Queues the callback once more, to be called as soon as possible, after a person has looked at it.

    Raises NotFound, CallbackNotChangeable for one that is not missed, expired or to check, and for a number on the
    do-not-call list.
    """
    with database.write(notify=True) as connection:
        callback = _lock_by_reference(connection, ref)
        if is_do_not_call_in(connection, callback.line_id):
            raise CallbackNotChangeable(
                f"The callback {callback.ref} is not dialled, for its number is on the do-not-call list; "
                "call by hand, or remove the number from the list first."
            )
        terms = with_holds(connection, get_terms_in_force(connection, callback.public_number), at)
        clock = max(callback.expires_at - at, RETRY_WINDOW)
        values = {
            "not_before": at,
            "clock_from": at,
            "clock_s": round(clock.total_seconds()),
            "expires_at": renewed_expiry(terms, at, clock, at),
        }
        transition_to(connection, callback, CallbackState.QUEUED, Cause(by, at, "retry"), values=values)


def resolve_callback(
    database: Database, ref: str, by: str, outcome: str, at: datetime, note: str | None = None
) -> None:
    """Closes a callback that a person dealt with; `outcome` is cut to 32 characters.

    Raises NotFound, CallbackNotChangeable while the visitor is being called or talks.
    """
    with database.write(notify=True) as connection:
        callback = _lock_by_reference(connection, ref)
        transition_to(connection, callback, CallbackState.TREATED, Cause(by, at, outcome=outcome[:32], note=note))


def _lock_by_reference(connection: Connection, ref: str) -> LockedCallback:
    if not (found := lock_callbacks(connection, (Callback.ref == normalize_reference(ref)) & visible_to_all())):
        raise _unknown(ref)
    return found[0]


def _rows(connection: Connection, which: ColumnElement[bool]) -> tuple[CallbackRow, ...]:
    columns = (Request.contact_id, Request.call_ref, Request.created_at, Request.waiting_since, Line.e164.label("line"))
    rows = select(*Callback.__table__.c, *columns).join(Request, Request.id == Callback.request_id)
    rows = rows.join(Line, Line.id == Request.line_id).where(which).order_by(queued_since(), Callback.request_id)
    return tuple(_row(row) for row in connection.execute(rows))


def _row(row: Row[*tuple[Any, ...]]) -> CallbackRow:
    values = {
        name: value
        for name, value in row._mapping.items()
        if name not in ("secret_hash", "slot_until", "clock_from", "clock_s", "agent_id")
    }
    time_slot = TimeSlot(values.pop("slot_from"), row.slot_until) if row.slot_from else values.pop("slot_from")
    kinds = {"state": CallbackState(row.state), "channel": CallbackChannel(row.channel)}
    return CallbackRow(**{**values, **kinds, "time_slot": time_slot})


def _to_transition_record(row: Row[*tuple[Any, ...]]) -> TransitionRecord:
    before = row.before and CallbackState(row.before)
    return TransitionRecord(row.at, before, CallbackState(row.after), row.by, row.detail.get("because", ""))


def _unknown(ref: str) -> NotFound:
    return NotFound(f"There is no callback {ref[:20]}; `standardiste callback list` shows those that are open.")
