"""The rows of calls and of their events, inside a transaction: read, locked and added, for many calls at once."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, insert, select

from records.call_events import CallEvent, CallEventKind
from records.calls import call_traits, notifications
from records.centres import handoffs
from records.contacts.merges import surviving_card
from records.errors import NotFound
from records.messages import listen_statistics
from records.schema import Call, Interaction
from records.schema import CallEvent as CallEvents

CallRow = Row[*tuple[Any, ...]]
"""A call's `ref`, `line_id`, `contact_id` at the time of the call, `ended_at`, `disposition` and `cause`."""

# Executed in every call; building a statement costs more than executing it.
_REF: BindParameter[str] = bindparam("call")
_REFS: BindParameter[Any] = bindparam("calls", expanding=True)
_NEW_EVENT = insert(CallEvents)
_OPENED = select(Call.ref, Call.line_id, Interaction.contact_id, Call.ended_at, Call.disposition, Call.cause)
_OPENED = _OPENED.outerjoin(Interaction, Interaction.call_ref == Call.ref)
_ONE = _OPENED.where(Call.ref == _REF)
_LOCKED = _ONE.with_for_update(of=Call, key_share=True)
# In one order, so that two transactions that lock the same calls wait for each other only once.
_LOCKED_MANY = _OPENED.where(Call.ref.in_(_REFS)).order_by(Call.ref).with_for_update(of=Call, key_share=True)
_EVENTS = select(CallEvents.call_ref, CallEvents.at, CallEvents.kind, CallEvents.detail)
_EVENTS = _EVENTS.where(CallEvents.call_ref.in_(_REFS)).order_by(CallEvents.call_ref, CallEvents.at, CallEvents.id)


def get_call_row(connection: Connection, ref: str) -> CallRow | None:
    """The call, not locked; None for one that was never opened."""
    return connection.execute(_ONE, {"call": ref}).one_or_none()


def lock_call(connection: Connection, ref: str) -> CallRow:
    """The call, locked until the end of the transaction. Raises NotFound."""
    # An end that is inferred from events, and an event that changes the end, must not overlap.
    if (row := connection.execute(_LOCKED, {"call": ref}).one_or_none()) is None:
        raise NotFound(f"There is no call {ref}.")
    return row


def lock_calls(connection: Connection, refs: Collection[str]) -> dict[str, CallRow]:
    """Like `lock_call`, for many; those that were never opened are left out."""
    if not refs:
        return {}
    return {row.ref: row for row in connection.execute(_LOCKED_MANY, {"calls": [*refs]})}


def current_contact(connection: Connection, row: CallRow) -> int | None:
    """The contact of the call, or the one that it was merged into since."""
    return None if row.contact_id is None else surviving_card(connection, row.contact_id)


def add_events_in(connection: Connection, events: Iterable[tuple[str, CallEvent]]) -> None:
    """Adds events to calls that are locked, each with the call's reference."""
    new = tuple(events)
    if not new:
        return
    rows = [{"call_ref": ref, "at": event.at, "kind": event.kind, "detail": event.detail} for ref, event in new]
    connection.execute(_NEW_EVENT, rows)
    call_traits.record_in(connection, new)
    for ref, event in new:
        handoffs.record_in(connection, ref, event)
        notifications.call_answered(connection, ref, event)
    listen_statistics.count_in(connection, (event for _, event in new))


def list_events(connection: Connection, ref: str) -> tuple[CallEvent, ...]:
    """The events of a call, in order."""
    return list_events_of(connection, [ref]).get(ref, ())


def list_events_of(connection: Connection, refs: Collection[str]) -> Mapping[str, tuple[CallEvent, ...]]:
    """The events of each of these calls, in order; a call without events is left out."""
    if not refs:
        return {}
    rows = connection.execute(_EVENTS, {"calls": [*refs]})
    return {
        ref: tuple(CallEvent(row.at, CallEventKind(row.kind), row.detail) for row in of_call)
        for ref, of_call in groupby(rows, key=lambda row: row.call_ref)
    }


def last_queue_entry(events: Iterable[CallEvent]) -> datetime | None:
    """When the caller last entered the queue; None for one who never did."""
    return max((event.at for event in events if event.kind == CallEventKind.QUEUE_ENTERED), default=None)
