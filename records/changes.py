"""The record of changes: who changed what, when, from what to what.

Rows are only ever added (database triggers enforce it), and each carries a hash over itself and the row before it: a
row that was changed outside the software no longer matches.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, insert, select

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


def record(
    connection: Connection,
    actor: Actor,
    kind: str,
    subject: str,
    *,
    before: Mapping[str, object] = NO_FIELDS,
    after: Mapping[str, object] = NO_FIELDS,
    at: datetime,
) -> None:
    """Adds a change to the transaction that makes it. Fields with the same value before and after are left out.

    Each parameter after `connection` is a column. Call it last: another transaction that adds a change waits for the
    end of this one.
    """
    same = {field for field in before.keys() & after.keys() if before[field] == after[field]}
    if actor.channel:
        after = {**after, "channel": actor.channel}
    acquire_lock(connection, LOCK_NAME)
    last = connection.execute(select(Changes.number, Changes.hash).order_by(Changes.number.desc()).limit(1)).first()
    row = {
        "number": last.number + 1 if last else 1,
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


def list_changes(database: Database, actor: Actor, *, before: int | None = None, limit: int = 50) -> tuple[Change, ...]:
    """The latest changes, newest first; with `before`, those below this number. Raises Forbidden."""
    actor.require(Permission.SEE_CHANGES)
    rows = select(Changes).order_by(Changes.number.desc()).limit(limit)
    if before is not None:
        rows = rows.where(Changes.number < before)
    with database.read() as connection:
        return tuple(_change(row) for row in connection.execute(rows))


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
    return Change(row.number, row.at, row.by, row.kind, row.subject, before, after)
