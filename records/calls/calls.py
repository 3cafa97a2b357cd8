"""Calls as they happen: one row per INVITE, its events, and its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from records.call_events import (
    PROVISIONAL,
    SERVED,
    CallEvent,
    CallEventKind,
    Disposition,
    IncomingCall,
    charged_wait_seconds,
    infer_disposition,
    requested_staff,
)
from records.callbacks.acceptance import accept_callback_in
from records.callbacks.callback_request import CallbackChannel, CallbackRequest
from records.callbacks.terms import get_terms_in_force
from records.calls import notifications
from records.contacts.lines import identify_caller
from records.contacts.merges import surviving_card
from records.database.engine import CALL_WAIT_MS, Database, savepoint
from records.errors import NotFound
from records.messages import listen_statistics
from records.requests import RequestKind, close_missed_request, keep_queue_position, open_request_in
from records.schema import Call, Interaction, Line, Request
from records.schema import CallEvent as CallEvents

INBOUND_PURPOSE = "reception"
TELEPHONE = "telephone"

# Executed in every call; building a statement costs more than executing it.
_REF: BindParameter[str] = bindparam("call")
_NEW_CALL, _NEW_INTERACTION, _NEW_EVENT = insert(Call), insert(Interaction), insert(CallEvents)
_OPENED = select(Call.line_id, Interaction.contact_id, Call.ended_at, Call.disposition, Call.cause)
_OPENED = _OPENED.outerjoin(Interaction, Interaction.call_ref == Call.ref).where(Call.ref == _REF)
_LOCKED = _OPENED.with_for_update(of=Call, key_share=True)
_EXISTS = select(Call.ref).where(Call.ref == _REF)
_VAGUE = _EXISTS.where(Call.disposition.in_(PROVISIONAL))
_OPEN = select(Call.ref).where(Call.ended_at.is_(None), Call.started_at < bindparam("before"))
_ENDED = update(Call).where(Call.ref == _REF)
_EVENTS = select(CallEvents.at, CallEvents.kind, CallEvents.detail).where(CallEvents.call_ref == _REF)
_EVENTS = _EVENTS.order_by(CallEvents.at, CallEvents.id)


@dataclass(frozen=True, slots=True)
class OpenedCall:
    """`contact_id` and `line_id` are None when the number is withheld or invalid."""

    ref: str
    contact_id: int | None
    line_id: int | None
    is_new_contact: bool


def open_call(
    database: Database,
    ref: str,
    *,
    landing: str,
    public_number: str | None,
    caller: str | None,
    withheld: bool,
    language: str,
    plan_version: int | None,
    at: datetime,
    wait_ms: int = CALL_WAIT_MS,
) -> OpenedCall:
    """Opens the call: its row, its line and contact, its interaction. The same again for the same `ref`.

    The keywords are the fields of IncomingCall, spelled out for callers that have no such value.
    `ref` is Asterisk's linkedid, `caller` E.164 or None. A withheld number is not stored, even if the trunk sends it.
    Raises DatabaseBusy after `wait_ms`, DatabaseUnavailable.
    """
    return open_incoming_call(
        database, IncomingCall(ref, at, landing, public_number, caller, withheld, language, plan_version), wait_ms
    )


def open_incoming_call(database: Database, incoming_call: IncomingCall, wait_ms: int = CALL_WAIT_MS) -> OpenedCall:
    """Like `open_call`."""
    with database.write(wait_ms, durable=False) as connection:
        return open_call_in(connection, incoming_call)


def add_events(database: Database, ref: str, events: Iterable[CallEvent], wait_ms: int = CALL_WAIT_MS) -> None:
    """Adds events to the call. Raises NotFound for a call that was never opened, DatabaseBusy, DatabaseUnavailable."""
    with database.write(wait_ms, durable=False) as connection:
        lock_call(connection, ref)
        add_events_in(connection, ref, events)
        _refine_disposition(connection, ref)


def close_call(
    database: Database,
    ref: str,
    *,
    at: datetime,
    disposition: Disposition | None,
    cause: str | None,
    wait_ms: int = CALL_WAIT_MS,
) -> None:
    """Closes the call. `disposition` None: inferred from its events.

    The first cause and disposition stay; only a provisional disposition (abandoned, cut) is replaced by a better one.
    A caller who asked for staff and reached nobody gets a request of kind `missed`. Raises NotFound, DatabaseBusy,
    DatabaseUnavailable.
    """
    with database.write(wait_ms) as connection:
        close_call_in(connection, ref, at=at, disposition=disposition, cause=cause)


def close_interrupted_calls(database: Database, *, before: datetime) -> int:
    """Closes as cut the open calls of the last day that began `before` Asterisk started: nothing will report their end.

    A call with a voicemail or a callback keeps that disposition. Gives the number of calls closed. Raises
    DatabaseBusy, DatabaseUnavailable.
    """
    with database.write() as connection:
        recent = (Call.started_at < before, Call.started_at > before - timedelta(days=1))
        refs = connection.scalars(select(Call.ref).where(*recent, Call.ended_at.is_(None))).all()
        for ref in refs:
            inferred = infer_disposition(list_events(connection, ref))
            final = inferred if inferred in (Disposition.CALLBACK, Disposition.VOICEMAIL) else Disposition.CUT
            close_call_in(connection, ref, at=before, disposition=final, cause=None)
        return len(refs)


def list_open_calls(database: Database, *, before: datetime) -> tuple[str, ...]:
    """The references of the calls that began `before` and have no end on record. Raises DatabaseUnavailable."""
    with database.read() as connection:
        return tuple(connection.scalars(_OPEN, {"before": before}))


def has_ended(database: Database, ref: str) -> bool:
    """True once the call has ended; False while it lasts, and for a call that was never opened."""
    with database.read() as connection:
        return connection.scalar(select(Call.ended_at).where(Call.ref == ref)) is not None


def create_callback(
    database: Database, ref: str, *, at: datetime, line: str | None = None, waiting_since: datetime | None = None
) -> bool:
    """Accepts a callback for the caller, at `line` (E.164) or their own number; committed when this returns True.

    `waiting_since`: when they began to wait, if they keep their place in the queue. The plan in force says how and
    when they are called. A call has one callback: a second request keeps the longer of both waits. False when no
    number is given and the caller's is withheld. Raises NotFound, DatabaseBusy, DatabaseUnavailable.
    """
    with database.write(notify=True) as connection:
        if (callback_request := _build_callback_request(connection, ref, line, waiting_since)) is None:
            return False
        asked = select(Request.id).where(Request.call_ref == ref, Request.kind == RequestKind.CALLBACK)
        if (before := connection.scalar(asked)) is None:
            accept_callback_in(
                connection,
                callback_request,
                get_terms_in_force(connection, callback_request.public_number),
                at=at,
            )
        elif waiting_since:
            keep_queue_position(connection, before, waiting_since)
        detail: dict[str, object] = {"place_since": waiting_since.isoformat()} if waiting_since else {}
        add_events_in(connection, ref, [CallEvent(at, CallEventKind.CALLBACK_REQUESTED, detail)])
        return True


def open_call_in(connection: Connection, arrival: IncomingCall) -> OpenedCall:
    """Like `open_incoming_call`, inside a transaction."""
    if opened := _opened(connection, arrival.ref):
        return opened
    try:
        with savepoint(connection):
            return _enter_new(connection, arrival)
    except IntegrityError:
        if opened := _opened(connection, arrival.ref):
            return opened  # another transaction was faster
        raise


def call_exists(connection: Connection, ref: str) -> bool:
    """Whether the call was opened."""
    return connection.scalar(_EXISTS, {"call": ref}) is not None


def add_events_in(connection: Connection, ref: str, events: Iterable[CallEvent]) -> None:
    """Like `add_events`, inside a transaction."""
    new = tuple(events)
    if new:
        rows = [{"call_ref": ref, "at": event.at, "kind": event.kind, "detail": event.detail} for event in new]
        connection.execute(_NEW_EVENT, rows)
        notifications.call_answered(connection, ref, new)
        listen_statistics.count_in(connection, new)


def list_events(connection: Connection, ref: str) -> tuple[CallEvent, ...]:
    """The events of a call, in order."""
    rows = connection.execute(_EVENTS, {"call": ref})
    return tuple(CallEvent(row.at, CallEventKind(row.kind), row.detail) for row in rows)


def close_call_in(
    connection: Connection, ref: str, *, at: datetime, disposition: Disposition | None, cause: str | None
) -> None:
    """Like `close_call`, inside a transaction."""
    was = lock_call(connection, ref)
    events = list_events(connection, ref)
    final = (
        was.disposition
        if was.disposition and was.disposition not in PROVISIONAL
        else disposition or infer_disposition(events)
    )
    ended = {"ended_at": was.ended_at or at, "disposition": final, "cause": was.cause or cause}
    connection.execute(_ENDED, {"call": ref, **ended})
    if was.ended_at is None or was.disposition != final:
        notifications.call_ended(connection, ref)
    paid = charged_wait_seconds(events, was.ended_at or at)
    if was.ended_at is None and paid is not None:
        add_events_in(connection, ref, [CallEvent(at, CallEventKind.PAID_WAIT, {"seconds": round(paid, 1)})])
    if final in SERVED:
        close_missed_request(connection, ref, outcome=final, at=at)
    elif requested_staff(events):
        card = _current_contact(connection, was)
        open_request_in(connection, RequestKind.MISSED, call_ref=ref, contact_id=card, line_id=was.line_id, at=at)


def _build_callback_request(
    connection: Connection, ref: str, line: str | None, waiting_since: datetime | None
) -> CallbackRequest | None:
    """The caller's request. A number other than the caller ID is called for this caller, even if others use it."""
    call = get_call(connection, ref)
    rows = select(Call.landing, Call.public_number, Call.language, Line.e164).outerjoin(Line, Line.id == Call.line_id)
    row = connection.execute(rows.where(Call.ref == ref)).one()
    if (number := line or row.e164) is None:
        return None
    ours = row.public_number or row.landing
    return CallbackRequest(
        number,
        ours,
        CallbackChannel.KEY,
        row.language,
        call_ref=ref,
        waiting_since=waiting_since,
        contact_id=call.contact_id,
    )


def _refine_disposition(connection: Connection, ref: str) -> None:
    """Events of our own code may be stored after the end that Asterisk reported, and correct the disposition."""
    if connection.scalar(_VAGUE, {"call": ref}) is not None:
        events = list_events(connection, ref)
        better = infer_disposition(events)
        if better not in PROVISIONAL:
            connection.execute(_ENDED, {"call": ref, "disposition": better})
            notifications.call_ended(connection, ref)
        if better in SERVED:
            close_missed_request(connection, ref, outcome=better, at=events[-1].at)


def get_call(connection: Connection, ref: str) -> OpenedCall:
    """The call as it was opened, locked until the end of the transaction. Raises NotFound."""
    row = lock_call(connection, ref)
    return OpenedCall(ref, _current_contact(connection, row), row.line_id, is_new_contact=False)


def lock_call(connection: Connection, ref: str) -> Row[*tuple[Any, ...]]:
    """Like `get_call`: the call's line, its contact at the time, and how it ended."""
    # An end that is inferred from events, and an event that changes the end, must not overlap.
    if (row := connection.execute(_LOCKED, {"call": ref}).one_or_none()) is None:
        raise NotFound(f"There is no call {ref}.")
    return row


def _opened(connection: Connection, ref: str) -> OpenedCall | None:
    if (row := connection.execute(_OPENED, {"call": ref}).one_or_none()) is None:
        return None
    return OpenedCall(ref, _current_contact(connection, row), row.line_id, is_new_contact=False)


def _current_contact(connection: Connection, row: Row[*tuple[Any, ...]]) -> int | None:
    return None if row.contact_id is None else surviving_card(connection, row.contact_id)


def _enter_new(connection: Connection, arrival: IncomingCall) -> OpenedCall:
    at, caller = arrival.at, None if arrival.withheld else arrival.caller
    found = None if caller is None else identify_caller(connection, caller, at)
    line_id, contact_id = (found.line_id, found.contact_id) if found else (None, None)
    row = {
        "ref": arrival.ref,
        "landing": arrival.landing,
        "public_number": arrival.public_number,
        "line_id": line_id,
        "withheld": arrival.withheld,
        "language": arrival.language,
        "plan_version": arrival.plan_version,
        "started_at": at,
    }
    moment = {
        "contact_id": contact_id,
        "purpose": INBOUND_PURPOSE,
        "channel": TELEPHONE,
        "at": at,
        "call_ref": arrival.ref,
    }
    connection.execute(_NEW_CALL, row)
    connection.execute(_NEW_INTERACTION, moment)
    notifications.call_started(connection, arrival)
    if found is None:
        return OpenedCall(arrival.ref, None, None, is_new_contact=False)
    card = found.contact_id if found.is_new_card else surviving_card(connection, found.contact_id)
    return OpenedCall(arrival.ref, card, found.line_id, found.is_new_card)
