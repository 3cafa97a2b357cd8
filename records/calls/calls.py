"""Calls as they happen: one row per INVITE, its events, and its end."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from records.call_events import CallEvent, CallEventKind, Disposition, IncomingCall, infer_disposition
from records.callbacks.acceptance import accept_callback_in
from records.callbacks.callback_request import CallbackChannel, CallbackRequest
from records.callbacks.terms import get_terms_in_force
from records.calls.call_rows import add_events_in, current_contact, list_events, lock_call, lock_calls
from records.calls.closing import close_call_in, refine_dispositions
from records.calls.opening import OpenedCall, open_call_in, open_calls_in
from records.database.engine import CALL_WAIT_MS, Database
from records.errors import NotFound
from records.requests.requests import RequestKind, keep_queue_position
from records.schema import Call, Line, Request

_OPEN = select(Call.ref).where(Call.ended_at.is_(None), Call.started_at < bindparam("before"))


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

    More than six arguments: the fields of IncomingCall, for callers that have no such value.
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
        row = lock_call(connection, ref)
        add_events_in(connection, ((ref, event) for event in events))
        refine_dispositions(connection, [row])


def open_incoming_calls(database: Database, incoming_calls: Iterable[IncomingCall]) -> None:
    """Opens many calls, as `open_call` does."""
    with database.write(CALL_WAIT_MS, durable=False) as connection:
        open_calls_in(connection, incoming_calls)


def add_events_of(database: Database, events: Iterable[tuple[str, CallEvent]]) -> None:
    """Adds events to many calls, each with the call's reference. Raises NotFound when one was never opened."""
    new = tuple(events)
    refs = {ref for ref, _ in new}
    with database.write(CALL_WAIT_MS, durable=False) as connection:
        locked = lock_calls(connection, refs)
        if missing := refs.difference(locked):
            raise NotFound(f"There is no call {min(missing)}.")
        add_events_in(connection, new)
        refine_dispositions(connection, locked.values())


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
        add_events_in(connection, [(ref, CallEvent(at, CallEventKind.CALLBACK_REQUESTED, detail))])
        return True


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


def get_call(connection: Connection, ref: str) -> OpenedCall:
    """The call as it was opened, locked until the end of the transaction. Raises NotFound."""
    row = lock_call(connection, ref)
    return OpenedCall(ref, current_contact(connection, row), row.line_id, is_new_contact=False)
