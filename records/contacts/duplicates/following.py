"""Compares cards behind the calls, and every card once a night. Calls write no row of it."""

import time
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from records.contacts.duplicates.counters import count_recognised_callers
from records.contacts.duplicates.keys import numbered_keys, queue_contacts, read_keys, write_keys
from records.contacts.duplicates.people import read_own
from records.contacts.duplicates.proposals import compare_contacts
from records.database.engine import Database
from records.schema import Callback, Contact, DuplicateQueue, Request, SearchCursor

BATCH = 50
_FOLLOWED, _SWEPT, _SWEPT_DAY = "dup_requests", "dup_sweep", "dup_sweep_day"


def propose_duplicates(database: Database, now: datetime, most: int = BATCH) -> int:
    """Compares the cards that have changed, about `most` at once; gives how many. Call it again until it gives 0."""
    count_recognised_callers(database, now)
    _queue_named_in_requests(database)
    with database.read() as connection:
        ids = connection.scalars(
            select(DuplicateQueue.contact_id).order_by(DuplicateQueue.contact_id).limit(most)
        ).all()
    if ids:
        with database.write(durable=False) as connection:
            connection.execute(delete(DuplicateQueue).where(DuplicateQueue.contact_id.in_(ids)))
            for contact_id in ids:
                write_keys(connection, contact_id)
        compare_contacts(database, ids, now)
    return len(ids)


def sweep(database: Database, now: datetime, seconds: float) -> int:
    """Compares all cards, for about so many seconds at once; gives how many: 0 when the sweep of this day is done.

    One that a night was too short for goes on where it stopped. It finds what was written beside the queue: an older
    database, or what changed while this was switched off.
    """
    today = now.date().toordinal()
    with database.read() as connection:
        if _read_cursor(connection, _SWEPT_DAY) == today:
            return 0
        cursor, newest = _read_cursor(connection, _SWEPT), connection.scalar(select(func.max(Contact.id))) or 0
    ended, done = time.monotonic() + seconds, 0
    while cursor < newest:
        ids = _sweep_batch(database, cursor, now)
        cursor, done = (ids[-1] if ids else newest), done + len(ids)
        if time.monotonic() >= ended:
            break
    with database.write(durable=False) as connection:
        is_whole = cursor >= newest
        _write_cursor(connection, _SWEPT, 0 if is_whole else cursor)
        if is_whole:
            _write_cursor(connection, _SWEPT_DAY, today)
    return done


def _sweep_batch(database: Database, after: int, now: datetime) -> Sequence[int]:
    """Compares the next cards behind this one; gives their ids."""
    with database.read() as connection:
        ids = connection.scalars(select(Contact.id).where(Contact.id > after).order_by(Contact.id).limit(BATCH)).all()
        changed = [each for each in ids if _has_other_keys(connection, each)]
    if changed:
        with database.write(durable=False) as connection:
            for contact_id in changed:
                write_keys(connection, contact_id)
    compare_contacts(database, ids, now)
    return ids


def _has_other_keys(connection: Connection, contact_id: int) -> bool:
    wanted = {number for number, _ in numbered_keys(read_own(connection, contact_id))}
    return wanted != read_keys(connection, contact_id)


def _queue_named_in_requests(database: Database) -> None:
    """A visitor who asks for a callback gives their name with the request, and the card has none yet."""
    with database.read() as connection:
        cursor, newest = _read_cursor(connection, _FOLLOWED), connection.scalar(select(func.max(Request.id))) or 0
    if newest <= cursor:
        return
    with database.write(durable=False) as connection:
        named = select(Request.contact_id).join(Callback, Callback.request_id == Request.id)
        named = named.where(Request.id > cursor, Request.id <= newest, Request.contact_id.is_not(None))
        named = named.where(Callback.name.is_not(None)).distinct()
        queue_contacts(connection, [each for each in connection.scalars(named) if each is not None])
        _write_cursor(connection, _FOLLOWED, newest)


def _read_cursor(connection: Connection, followed: str) -> int:
    return connection.scalar(select(SearchCursor.last_id).where(SearchCursor.followed == followed)) or 0


def _write_cursor(connection: Connection, followed: str, last_id: int) -> None:
    moved = update(SearchCursor).where(SearchCursor.followed == followed).values(last_id=last_id)
    if not connection.execute(moved).rowcount:
        connection.execute(insert(SearchCursor).values(followed=followed, last_id=last_id))
