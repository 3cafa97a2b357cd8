"""Applies the records of Asterisk's CEL log once, however often the log is read."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from records.call_events import (
    CallEnded,
    CallEvent,
    CallEventKind,
    CallEventLogged,
    CallRefused,
    CallStarted,
    CelRecord,
)
from records.calls import refusals
from records.calls.calls import add_events_in, call_exists, close_call_in, list_events, lock_call, open_call_in
from records.database.engine import Database
from records.database.get_or_create import get_or_create
from records.errors import NotFound
from records.schema import LogCursor

START = 0

# Executed for every piece of the log; building a statement costs more than executing it.
_POSITION = select(LogCursor.position).where(LogCursor.name == bindparam("name"))
_LOCKED, _NEW = _POSITION.with_for_update(), insert(LogCursor).returning(LogCursor.position)


def get_position(database: Database, source: str) -> int:
    """How far `source` has been read; 0 for a log that was never read."""
    with database.read() as connection:
        return connection.scalar(_POSITION, {"name": source}) or START


def apply(database: Database, source: str, position: int, records: Iterable[CelRecord]) -> int:
    """Applies the records after the stored position of `source`, and stores `position`.

    One transaction: a crash or a second reading changes nothing. Records of calls that did not come through us (never
    started) are skipped. Gives the number of records applied; an earlier `position` applies none. Raises DatabaseBusy,
    DatabaseUnavailable.
    """
    with database.write() as connection:
        read_to = _lock(connection, source)
        fresh = [fact for fact in records if read_to < fact.position <= position]
        there: set[str] = set()
        refused = [fact for fact in fresh if isinstance(fact, CallRefused)]
        applied = sum(_apply(connection, fact, there) for fact in fresh if not isinstance(fact, CallRefused))
        applied += refusals.count_in(connection, refused)
        later = (LogCursor.name == source) & (LogCursor.position < position)
        connection.execute(update(LogCursor).where(later).values(position=position))
        return applied


def copy_cursor(database: Database, source: str, copy: str) -> None:
    """Stores the position of `source` under a second name, that which the source will have."""
    with database.write() as connection:
        position = _lock(connection, source)
        get_or_create(connection, _LOCKED, _NEW, {"name": copy, "position": position})


def delete_cursor(database: Database, source: str) -> None:
    """Forgets the position of a `source` that was read to its end and deleted."""
    with database.write() as connection:
        connection.execute(delete(LogCursor).where(LogCursor.name == source))


def prune_cursors(database: Database, kind: str, newest: int) -> None:
    """Keeps the positions of the last sources, by name, among those whose names begin with `kind`."""
    ours = LogCursor.name.startswith(kind, autoescape=True)
    kept = select(LogCursor.name).where(ours).order_by(LogCursor.name.desc()).limit(newest)
    with database.write() as connection:
        connection.execute(delete(LogCursor).where(ours, LogCursor.name.not_in(kept)))


def _apply(connection: Connection, fact: CallStarted | CallEventLogged | CallEnded, known_calls: set[str]) -> bool:
    """`known`: calls that are certainly stored."""
    if isinstance(fact, CallStarted):
        ref = fact.incoming_call.ref
        if ref not in known_calls and not call_exists(connection, ref):
            open_call_in(connection, fact.incoming_call)
        known_calls.add(ref)
        return True
    try:
        if isinstance(fact, CallEventLogged):
            lock_call(connection, fact.ref)
            add_events_in(connection, fact.ref, [_with_wait(connection, fact)])
        else:
            close_call_in(connection, fact.ref, at=fact.at, disposition=fact.disposition, cause=fact.cause)
    except NotFound:
        return False
    return True


def _with_wait(connection: Connection, fact: CallEventLogged) -> CallEvent:
    """How long the caller had waited in the queue when an agent answered, in seconds."""
    if fact.event.kind != CallEventKind.STAFF_ANSWERED:
        return fact.event
    entered = [e.at for e in list_events(connection, fact.ref) if e.kind == CallEventKind.QUEUE_ENTERED]
    if not entered:
        return fact.event
    waited = round((fact.event.at - entered[-1]).total_seconds(), 1)
    return replace(fact.event, detail=fact.event.detail | {"waited": waited})


def _lock(connection: Connection, source: str) -> int:
    """The position, locked until the end of the transaction, so that two readers of one log take turns."""
    return get_or_create(connection, _LOCKED, _NEW, {"name": source, "position": START})
