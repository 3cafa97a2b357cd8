"""Applies the records of Asterisk's CEL log once, however often the log is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

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
from records.calls.call_rows import CallRow, add_events_in, last_queue_entry, list_events, lock_calls
from records.calls.closing import CallEnd, close_calls_in
from records.calls.opening import open_calls_in
from records.database.engine import Database
from records.database.get_or_create import get_or_create
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
        applied = _apply_to_calls(connection, [fact for fact in fresh if not isinstance(fact, CallRefused)])
        applied += refusals.count_in(connection, (fact for fact in fresh if isinstance(fact, CallRefused)))
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


def _apply_to_calls(connection: Connection, facts: Sequence[CallStarted | CallEventLogged | CallEnded]) -> int:
    """Applies them in order, in few statements, however many calls they are about; gives how many were applied."""
    locked = lock_calls(connection, {fact.ref for fact in facts})
    new: dict[str, CallStarted] = {}
    for fact in facts:
        if isinstance(fact, CallStarted) and fact.ref not in locked:
            new.setdefault(fact.ref, fact)  # a call began with the first of them
    open_calls_in(connection, [started.incoming_call for started in new.values()])
    locked |= lock_calls(connection, new)
    applied = 0
    events: list[tuple[str, CallEvent]] = []
    ends: dict[str, CallEnd] = {}
    for fact in facts:
        if fact.ref not in locked:
            continue
        applied += 1
        if isinstance(fact, CallStarted):
            continue
        if fact.ref in ends:  # nothing that comes after the end of a call decides how it ended
            _write(connection, events, ends, locked)
            events, ends, locked = [], {}, lock_calls(connection, [*locked])
        if isinstance(fact, CallEnded):
            ends[fact.ref] = CallEnd(fact.ref, fact.at, fact.disposition, fact.cause)
        else:
            events.append((fact.ref, _with_wait(connection, fact, events)))
    _write(connection, events, ends, locked)
    return applied


def _write(
    connection: Connection,
    events: Sequence[tuple[str, CallEvent]],
    ends: Mapping[str, CallEnd],
    locked: Mapping[str, CallRow],
) -> None:
    add_events_in(connection, events)
    close_calls_in(connection, [*ends.values()], locked)


def _with_wait(connection: Connection, fact: CallEventLogged, unwritten: Iterable[tuple[str, CallEvent]]) -> CallEvent:
    """How long the caller had waited in the queue when an agent answered, in seconds."""
    if fact.event.kind != CallEventKind.STAFF_ANSWERED:
        return fact.event
    before = [*list_events(connection, fact.ref), *(event for ref, event in unwritten if ref == fact.ref)]
    if (entered := last_queue_entry(before)) is None or _was_answered(before, entered):  # they were handed over
        return fact.event
    waited = round((fact.event.at - entered).total_seconds(), 1)
    return replace(fact.event, detail=fact.event.detail | {"waited": waited})


def _was_answered(events: Iterable[CallEvent], since: datetime) -> bool:
    return any(event.kind == CallEventKind.STAFF_ANSWERED and event.at >= since for event in events)


def _lock(connection: Connection, source: str) -> int:
    """The position, locked until the end of the transaction, so that two readers of one log take turns."""
    return get_or_create(connection, _LOCKED, _NEW, {"name": source, "position": START})
