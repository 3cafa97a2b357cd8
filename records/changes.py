"""The record of changes: who, when, from what to what. Rows are only ever added (triggers of the base see to it), and
each carries a hash over itself and the one before: what was changed behind the base's back no longer fits."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, insert, select

from records.base import Base, take_turn
from records.schema import Change as Changes
from records.viewer import Viewer
from routing.permissions import Right

TURN = "changes"
FIRST = "0" * 64
NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` such as "account.role", `subject` what was changed; `before` and `after`: the fields that differ."""

    number: int
    at: datetime
    by: str
    kind: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def write(
    connection: Connection,
    viewer: Viewer,
    kind: str,
    subject: str,
    *,
    before: Mapping[str, object] = NOTHING,
    after: Mapping[str, object] = NOTHING,
    at: datetime,
) -> None:
    """One more change, in the transaction that makes it. Values that are the same before and after are left out.

    Call it last: whoever else writes one waits until the transaction is over.
    """
    same = {field for field in before.keys() & after.keys() if before[field] == after[field]}
    if viewer.channel:
        after = {**after, "channel": viewer.channel}
    take_turn(connection, TURN)
    last = connection.execute(select(Changes.number, Changes.hash).order_by(Changes.number.desc()).limit(1)).first()
    row = {
        "number": last.number + 1 if last else 1,
        "at": at,
        "account_id": viewer.account_id,
        "by": viewer.name,
        "kind": kind,
        "subject": subject,
        "before": _text({field: value for field, value in before.items() if field not in same}),
        "after": _text({field: value for field, value in after.items() if field not in same}),
        "previous": last.hash if last else FIRST,
    }
    connection.execute(insert(Changes).values(**row, hash=_hash(row)))


def latest(base: Base, viewer: Viewer, *, before: int | None = None, limit: int = 50) -> tuple[Change, ...]:
    """The last ones, newest first; with `before`, those under this number. Raises Forbidden."""
    viewer.demand(Right.SEE_CHANGES)
    rows = select(Changes).order_by(Changes.number.desc()).limit(limit)
    if before is not None:
        rows = rows.where(Changes.number < before)
    with base.read() as connection:
        return tuple(_change(row) for row in connection.execute(rows))


@dataclass(frozen=True, slots=True)
class Chain:
    """`length` changes fit; `broken_at` is the first number that does not, None when all do; `last`: the last hash."""

    length: int
    broken_at: int | None
    last: str


def verify(base: Base) -> Chain:
    """Follows the hashes from the first change to the last one."""
    length, previous = 0, FIRST
    with base.read() as connection:
        for row in connection.execute(select(Changes).order_by(Changes.number)).yield_per(1000).mappings():
            if row["number"] != length + 1 or row["previous"] != previous or row["hash"] != _hash(row):
                return Chain(length, length + 1, previous)
            length, previous = length + 1, row["hash"]
    return Chain(length, None, previous)


def _hash(row: Mapping[str, Any] | RowMapping) -> str:
    fields = ("number", "account_id", "by", "kind", "subject", "before", "after", "previous")
    told = [row["at"].timestamp(), *(row[field] for field in fields)]
    return hashlib.sha256(_text(told).encode()).hexdigest()


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _change(row: Row[Any]) -> Change:
    before, after = json.loads(row.before), json.loads(row.after)
    return Change(row.number, row.at, row.by, row.kind, row.subject, before, after)
