"""Who never wants to be rung by us again: kept to in every callback, whoever asked for it."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from records.base import Base
from records.callback_moves import hold, move_to
from records.lines import line_of
from records.once import found_or_made
from records.schema import Line, Opposition, Request
from routing.callback_states import CallbackState

BECAUSE = "opposed"
_STOPPED = (CallbackState.QUEUED, CallbackState.IN_LINE, CallbackState.MISSED, CallbackState.EXPIRED)

_IN_FORCE = select(Opposition.id).where(Opposition.line_id == bindparam("line_id"), Opposition.withdrawn_at.is_(None))


def oppose(base: Base, line: str, source: str, by: str, at: datetime) -> None:
    """Nobody rings `line` (E.164) from now on; its callback that waits is closed unrung. Said again, nothing changes.

    `source`: where it was said ("telephone", "letter"). Durable when this returns.
    """
    with base.write(wakes=True) as connection:
        oppose_in(connection, line_of(connection, line, at), source=source, by=by, at=at)


def oppose_in(connection: Connection, line_id: int, *, source: str, by: str, at: datetime) -> None:
    """As `oppose`, inside a transaction."""
    # The callback first, as whoever hears the key for "never again" holds it already: two who wait for each other fail.
    waiting = hold(connection, (Request.line_id == line_id) & Request.closed_at.is_(None))
    new = insert(Opposition).values(line_id=line_id, at=at, by=by, source=source).returning(Opposition.id)
    in_force = select(Opposition.id).where(Opposition.line_id == line_id, Opposition.withdrawn_at.is_(None))
    found_or_made(connection, in_force, new)
    for held in waiting:
        if held.state in _STOPPED:
            move_to(connection, held, CallbackState.UNRUNG, by=by, at=at, because=BECAUSE)


def withdraw_opposition(base: Base, line: str, by: str, at: datetime) -> bool:
    """`line` may be rung again; False when nobody had opposed."""
    with base.write() as connection:
        line_id = select(Line.id).where(Line.e164 == line).scalar_subquery()
        withdrawn = update(Opposition).where((Opposition.line_id == line_id) & Opposition.withdrawn_at.is_(None))
        return connection.execute(withdrawn.values(withdrawn_at=at, withdrawn_by=by)).rowcount == 1


def is_opposed(base: Base, line: str) -> bool:
    """Whether nobody may ring `line` (E.164)."""
    with base.read() as connection:
        in_force = select(Opposition.id).join(Line).where(Line.e164 == line, Opposition.withdrawn_at.is_(None))
        return connection.scalar(in_force) is not None


def is_opposed_in(connection: Connection, line_id: int) -> bool:
    """As `is_opposed`, inside a transaction."""
    return connection.scalar(_IN_FORCE, {"line_id": line_id}) is not None
