"""What Asterisk's channel event log tells, written down once however often it is read."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from records.base import Base
from records.calls import append, enter, events_of, exists, finish, hold
from records.errors import NotFound
from records.events import Appeared, CallEvent, CallEventKind, Fact, Happened
from records.once import found_or_made
from records.schema import Cursor

START = 0

# Asked for every piece of the log; making a statement costs more than running it.
_POSITION = select(Cursor.position).where(Cursor.name == bindparam("name"))
_LOCKED, _NEW = _POSITION.with_for_update(), insert(Cursor).returning(Cursor.position)


def position(base: Base, source: str) -> int:
    """How far `source` has been read into the base; 0 for a log never read."""
    with base.read() as connection:
        return connection.scalar(_POSITION, {"name": source}) or START


def absorb(base: Base, source: str, position: int, facts: Iterable[Fact]) -> int:
    """Applies the facts that lie after what was read of `source`, and remembers that it is read up to `position`.

    One transaction: a crash or a second reading changes nothing. Facts of calls that are not ours (never appeared) are
    passed over. Gives the number of facts applied; `position` backwards applies none. Raises BaseBusy, BaseUnavailable.
    """
    with base.write() as connection:
        read_to = _lock(connection, source)
        fresh = [fact for fact in facts if read_to < fact.position <= position]
        there: set[str] = set()
        applied = sum(_apply(connection, fact, there) for fact in fresh)
        later = (Cursor.name == source) & (Cursor.position < position)
        connection.execute(update(Cursor).where(later).values(position=position))
        return applied


def forget(base: Base, source: str) -> None:
    """`source` was read to its end and is gone."""
    with base.write() as connection:
        connection.execute(delete(Cursor).where(Cursor.name == source))


def forget_all_but(base: Base, kind: str, newest: int) -> None:
    """Of the sources whose names begin with `kind`, those that come last by name are remembered, and no others."""
    ours = Cursor.name.startswith(kind, autoescape=True)
    kept = select(Cursor.name).where(ours).order_by(Cursor.name.desc()).limit(newest)
    with base.write() as connection:
        connection.execute(delete(Cursor).where(ours, Cursor.name.not_in(kept)))


def _apply(connection: Connection, fact: Fact, there: set[str]) -> bool:
    """`there`: calls that are on record for certain."""
    if isinstance(fact, Appeared):
        ref = fact.arrival.ref
        if ref not in there and not exists(connection, ref):
            enter(connection, fact.arrival)
        there.add(ref)
        return True
    try:
        if isinstance(fact, Happened):
            hold(connection, fact.ref)
            append(connection, fact.ref, [_with_wait(connection, fact)])
        else:
            finish(connection, fact.ref, at=fact.at, ending=None, cause=fact.cause)
    except NotFound:
        return False
    return True


def _with_wait(connection: Connection, fact: Happened) -> CallEvent:
    """Who answers a caller from the queue did so after so many seconds of waiting there."""
    if fact.event.kind != CallEventKind.STAFF_ANSWERED:
        return fact.event
    entered = [e.at for e in events_of(connection, fact.ref) if e.kind == CallEventKind.QUEUE_ENTERED]
    if not entered:
        return fact.event
    waited = round((fact.event.at - entered[-1]).total_seconds(), 1)
    return replace(fact.event, detail=fact.event.detail | {"waited": waited})


def _lock(connection: Connection, source: str) -> int:
    """The position, held until the end of the transaction so that two readers of one log take turns."""
    return found_or_made(connection, _LOCKED, _NEW, {"name": source, "position": START})
