"""What Asterisk's channel event log tells, written down once however often it is read."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select, update

from records.base import Base
from records.calls import append, enter, finish, known
from records.errors import NotFound
from records.events import Appeared, Fact, Happened
from records.once import found_or_made
from records.schema import Cursor

START = 0


def position(base: Base, source: str) -> int:
    """How far `source` has been read into the base; 0 for a log never read."""
    with base.read() as connection:
        return connection.scalar(select(Cursor.position).where(Cursor.name == source)) or START


def absorb(base: Base, source: str, position: int, facts: Iterable[Fact]) -> int:
    """Applies the facts that lie after what was read of `source`, and remembers that it is read up to `position`.

    One transaction: a crash or a second reading changes nothing. Facts of calls that are not ours (never appeared) are
    passed over. Gives the number of facts applied; `position` backwards applies none. Raises BaseBusy, BaseUnavailable.
    """
    with base.write() as connection:
        read_to = _lock(connection, source)
        fresh = [fact for fact in facts if read_to < fact.position <= position]
        applied = sum(_apply(connection, fact) for fact in fresh)
        later = (Cursor.name == source) & (Cursor.position < position)
        connection.execute(update(Cursor).where(later).values(position=position))
        return applied


def rewind(base: Base, source: str) -> None:
    """Reads `source` from its beginning again: the log was replaced by an empty one."""
    with base.write() as connection:
        connection.execute(update(Cursor).where(Cursor.name == source).values(position=START))


def _apply(connection: Connection, fact: Fact) -> bool:
    if isinstance(fact, Appeared):
        enter(connection, fact.arrival)
        return True
    try:
        if isinstance(fact, Happened):
            known(connection, fact.ref)
            append(connection, fact.ref, [fact.event])
        else:
            finish(connection, fact.ref, at=fact.at, ending=None, cause=fact.cause)
    except NotFound:
        return False
    return True


def _lock(connection: Connection, source: str) -> int:
    """The position, held until the end of the transaction so that two readers of one log take turns."""
    held = select(Cursor.position).where(Cursor.name == source).with_for_update()
    return found_or_made(
        connection, held, insert(Cursor).values(name=source, position=START).returning(Cursor.position)
    )
