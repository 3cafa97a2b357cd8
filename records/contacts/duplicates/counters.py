"""How many duplicates were avoided and merged: sums that outlive the cards."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, bindparam, func, insert, select, update

from records.database.engine import Database
from records.database.get_or_create import get_or_create_new
from records.schema import Contact, DuplicateCount, Interaction, SearchCursor

_CURSOR = "recognised"
_SETTLED = timedelta(minutes=1)
"""Calls of the last minute may still be written (PostgreSQL commits in any order)."""
_LARGEST_STEP = 1_000
"""Calls in one transaction. PostgreSQL finds the cards of so many one by one; for many more it would read all cards."""

_COUNT = select(DuplicateCount.kind).where(DuplicateCount.kind == bindparam("kind"))
_NEW_COUNT = insert(DuplicateCount).returning(DuplicateCount.kind)


class AvoidedBy(StrEnum):
    """What kept a second card of a person from being made."""

    CALLER = "caller"
    """A person who called or asked for a callback again."""
    IMPORT = "import"
    """A line of a file that was written to the card that existed."""


class Decided(StrEnum):
    """What people did with proposals."""

    MERGED = "merged"
    SEPARATED = "separated"
    DISTINCT = "distinct"


Counted = AvoidedBy | Decided


def count_avoided(connection: Connection, by: AvoidedBy, count: int = 1) -> None:
    """Adds to the duplicates that were avoided, within the transaction that avoids them."""
    add_count(connection, by, count)


def add_count(connection: Connection, kind: Counted, count: int = 1) -> None:
    """Adds to a sum. Call it late: another transaction that adds to the same sum waits for the end of this one."""
    get_or_create_new(connection, _COUNT, _NEW_COUNT, {"kind": kind.value, "count": 0})
    more = update(DuplicateCount).where(DuplicateCount.kind == kind.value)
    connection.execute(more.values(count=DuplicateCount.count + count))


def read_counts(database: Database) -> Mapping[Counted, int]:
    """Each sum, 0 included."""
    with database.read() as connection:
        rows = connection.execute(select(DuplicateCount.kind, DuplicateCount.count)).all()
    known = {kind: count for kind, count in rows}
    kinds: tuple[Counted, ...] = (*AvoidedBy, *Decided)
    return {kind: known.get(kind.value, 0) for kind in kinds}


def count_recognised_callers(database: Database, now: datetime) -> int:
    """Counts, behind the calls, those of people who had a card already; gives how many were added."""
    counted = 0
    while (some := _count_next(database, now)) is not None:
        counted += some
    return counted


def _count_next(database: Database, now: datetime) -> int | None:
    """How many of the next calls were added; None if there are none left, or another process has counted them."""
    with database.read() as connection:
        cursor, newest = _cursor(connection), _newest_settled(connection, now)
    if newest <= cursor:
        return None
    until = min(newest, cursor + _LARGEST_STEP)
    with database.write(durable=False) as connection:
        known = select(func.count()).select_from(Interaction).join(Contact, Contact.id == Interaction.contact_id)
        known = known.where(Interaction.id > cursor, Interaction.id <= until, Contact.created_at < Interaction.at)
        count = connection.scalar(known) or 0
        moved = update(SearchCursor).where(SearchCursor.followed == _CURSOR, SearchCursor.last_id == cursor)
        if not connection.execute(moved.values(last_id=until)).rowcount:
            if cursor:
                return None
            connection.execute(insert(SearchCursor).values(followed=_CURSOR, last_id=until))
        if count:
            add_count(connection, AvoidedBy.CALLER, count)
    return count


def _cursor(connection: Connection) -> int:
    return connection.scalar(select(SearchCursor.last_id).where(SearchCursor.followed == _CURSOR)) or 0


def _newest_settled(connection: Connection, now: datetime) -> int:
    settled = select(Interaction.id).where(Interaction.at < now - _SETTLED).order_by(Interaction.id.desc()).limit(1)
    return connection.scalar(settled) or 0
