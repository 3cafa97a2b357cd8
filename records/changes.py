"""The record of changes: who changed what, when, from what to what.

Rows are only ever added (database triggers enforce it), and each carries a hash over itself and the row before it: a
row that was changed outside the software no longer matches.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, RowMapping, Select, false, func, insert, or_, select, union_all

from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.schema import Change as Changes
from routing.access.permissions import Permission

LOCK_NAME = "changes"
GENESIS_HASH = "0" * 64
NO_FIELDS: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` such as "account.role"; `subject`: what was changed; `before` and `after`: the fields that differ."""

    number: int
    at: datetime
    by: str
    kind: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    user_id: int | None = None
    """The user; None for somebody at the command line, and for the software itself."""
    previous: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes are looked for; what is left out restricts nothing.

    `user_id`: what this user did; `by_machine`: what was done without a user. `since` and `until`: from this instant
    on, and before that one. `text`: these words are in the change as it is stored, or its kind is in `text_kinds`.
    """

    user_id: int | None = None
    by_machine: bool = False
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    text_kinds: tuple[str, ...] = ()
    above: int = 0
    """Only changes above this number: a search for words reads every change, so a page searches a stretch of them."""


NO_FILTER = ChangeFilter()


def record(
    connection: Connection,
    actor: Actor,
    kind: str,
    subject: str,
    *,
    before: Mapping[str, object] = NO_FIELDS,
    after: Mapping[str, object] = NO_FIELDS,
    at: datetime,
) -> int:
    """Adds a change to the transaction that makes it; gives its number. Fields that did not change are left out.

    Nothing can be erased here: what a contact card says stands beside the change (records/contacts/card_history.py).
    More than six arguments: each after `connection` is a column. Call it last: another transaction that adds a change
    waits for the end of this one.
    """
    same = {field for field in before.keys() & after.keys() if before[field] == after[field]}
    if actor.channel:
        after = {**after, "channel": actor.channel}
    acquire_lock(connection, LOCK_NAME)
    last = connection.execute(select(Changes.number, Changes.hash).order_by(Changes.number.desc()).limit(1)).first()
    number: int = last.number + 1 if last else 1
    row = {
        "number": number,
        "at": at,
        "user_id": actor.user_id,
        "by": actor.name,
        "kind": kind,
        "subject": subject,
        "before": _text({field: value for field, value in before.items() if field not in same}),
        "after": _text({field: value for field, value in after.items() if field not in same}),
        "previous": last.hash if last else GENESIS_HASH,
    }
    connection.execute(insert(Changes).values(**row, hash=_hash(row)))
    return number


def list_changes(
    database: Database,
    actor: Actor,
    *,
    before: int | None = None,
    limit: int = 50,
    wanted: ChangeFilter = NO_FILTER,
) -> tuple[Change, ...]:
    """The latest changes that are `wanted`, newest first; with `before`, those below this number. Raises Forbidden."""
    actor.require(Permission.SEE_CHANGES)
    with database.read() as connection:
        conditions = _conditions(connection, wanted)
        if before is not None:
            conditions.append(Changes.number < before)
        rows = _newest(conditions, wanted.kinds, limit)
        return tuple(_change(row) for row in connection.execute(rows))


def list_changes_of(
    connection: Connection, kinds: Sequence[str], subjects: Sequence[str], *, before: int | None, limit: int
) -> tuple[Change, ...]:
    """The latest changes of these kinds to these subjects, newest first, below the number `before`.

    Whoever calls it says who may see them.
    """
    theirs = (Changes.subject.in_(subjects), Changes.kind.in_(kinds))
    rows = select(*Changes.__table__.c).where(*theirs).order_by(Changes.number.desc()).limit(limit)
    if before is not None:
        rows = rows.where(Changes.number < before)
    return tuple(_change(row) for row in connection.execute(rows))


def count_changes(database: Database) -> int:
    """How many there are, which is the number of the newest."""
    with database.read() as connection:
        return connection.scalar(select(func.max(Changes.number))) or 0


def _conditions(connection: Connection, wanted: ChangeFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.user_id is not None:
        conditions.append(Changes.user_id == wanted.user_id)
    elif wanted.by_machine:
        conditions.append(Changes.user_id.is_(None))
    if wanted.above:
        conditions.append(Changes.number > wanted.above)
    if wanted.text:
        conditions.append(_contains(wanted))
    # Numbers follow the time, so a period is a range of numbers, which pages are read by.
    if wanted.since:
        first = select(Changes.number).where(Changes.at >= wanted.since).order_by(Changes.at).limit(1)
        found = connection.scalar(first)
        conditions.append(Changes.number >= found if found is not None else false())
    if wanted.until:
        last = select(Changes.number).where(Changes.at < wanted.until).order_by(Changes.at.desc()).limit(1)
        found = connection.scalar(last)
        conditions.append(Changes.number <= found if found is not None else false())
    return conditions


def _contains(wanted: ChangeFilter) -> ColumnElement[bool]:
    """SQLite's LIKE ignores the case of ASCII letters only, PostgreSQL's none: the usual spellings are looked for."""
    words = wanted.text
    spellings = dict.fromkeys((words, words.lower(), words.upper(), words.capitalize(), words.title()))
    stored = Changes.by + "\n" + Changes.subject + "\n" + Changes.before + "\n" + Changes.after
    found = [stored.contains(spelling, autoescape=True) for spelling in spellings]
    return or_(*found, Changes.kind.in_(wanted.text_kinds))


def _newest(conditions: Sequence[ColumnElement[bool]], kinds: Sequence[str], limit: int) -> Select[Any]:
    """The newest rows; of several kinds, the newest of each are found by the index of kinds, and then the newest."""
    rows = select(*Changes.__table__.c).order_by(Changes.number.desc()).limit(limit)
    if not kinds:
        return rows.where(*conditions)
    of_kinds = [
        select(Changes.number).where(Changes.kind == kind, *conditions).order_by(Changes.number.desc()).limit(limit)
        for kind in kinds
    ]
    numbers = union_all(*(select(each.subquery().c.number) for each in of_kinds)).subquery()
    return rows.where(Changes.number.in_(select(numbers.c.number)))


def record_export(database: Database, actor: Actor, *, at: datetime) -> None:
    """Writes down that the change log was exported. Raises Forbidden."""
    actor.require(Permission.EXPORT_CHANGES)
    with database.write() as connection:
        record(connection, actor, "changes.export", "", at=at)


@dataclass(frozen=True, slots=True)
class ChainState:
    """The result of a check: the first `length` changes match.

    `broken_at` is the number of the first change that does not match, None when all do; `last` is the last good hash.
    """

    length: int
    broken_at: int | None
    last: str


def verify_chain(database: Database) -> ChainState:
    """Recomputes the hashes from the first change to the last."""
    length, previous = 0, GENESIS_HASH
    with database.read() as connection:
        for row in connection.execute(select(Changes).order_by(Changes.number)).yield_per(1000).mappings():
            if row["number"] != length + 1 or row["previous"] != previous or row["hash"] != _hash(row):
                return ChainState(length, length + 1, previous)
            length, previous = length + 1, row["hash"]
    return ChainState(length, None, previous)


def _hash(row: Mapping[str, Any] | RowMapping) -> str:
    fields = ("number", "user_id", "by", "kind", "subject", "before", "after", "previous")
    values = [row["at"].timestamp(), *(row[field] for field in fields)]
    return hashlib.sha256(_text(values).encode()).hexdigest()


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _change(row: Row[Any]) -> Change:
    before, after = json.loads(row.before), json.loads(row.after)
    return Change(row.number, row.at, row.by, row.kind, row.subject, before, after, row.user_id, row.previous, row.hash)
