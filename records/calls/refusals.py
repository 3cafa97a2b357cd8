"""How many calls were refused before they were answered, by minute, trunk, landing number and reason."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from records.call_events import CallRefused, RefusalReason
from records.database.engine import Database
from records.database.get_or_create import get_or_create
from records.schema import RefusedCalls


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """`calls` that were refused in the minute that begins at `minute`; `trunk` is `trunk` for the test trunk."""

    minute: datetime
    trunk: str
    landing: str
    reason: RefusalReason
    calls: int


_KEY = ("minute", "trunk", "landing", "reason")
_THE_ROW = [getattr(RefusedCalls, name) == bindparam(f"the_{name}") for name in _KEY]
_CALLS = select(RefusedCalls.calls).where(*_THE_ROW).with_for_update()
_NEW = (
    insert(RefusedCalls)
    .values({name: bindparam(f"the_{name}") for name in _KEY} | {"calls": 0})
    .returning(RefusedCalls.calls)
)
_ADD = update(RefusedCalls).where(*_THE_ROW).values(calls=RefusedCalls.calls + bindparam("more"))


def count_in(connection: Connection, refused: Iterable[CallRefused]) -> int:
    """Adds these calls to the counts of their minutes; gives how many they were."""
    added = Counter(
        (call.at.replace(second=0, microsecond=0), call.trunk, call.landing, call.reason.value) for call in refused
    )
    for key, more in added.items():
        row = {f"the_{name}": value for name, value in zip(_KEY, key, strict=True)}
        get_or_create(connection, _CALLS, _NEW, row)
        connection.execute(_ADD, row | {"more": more})
    return added.total()


def count_refusals(database: Database, since: datetime, until: datetime) -> Mapping[tuple[str, str], int]:
    """Calls refused from `since` to before `until`, by trunk and reason. Raises DatabaseUnavailable."""
    rows = select(RefusedCalls.trunk, RefusedCalls.reason, func.sum(RefusedCalls.calls))
    rows = rows.where(RefusedCalls.minute >= since, RefusedCalls.minute < until)
    with database.read() as connection:
        found = connection.execute(rows.group_by(RefusedCalls.trunk, RefusedCalls.reason)).all()
    return {(trunk, reason): int(calls) for trunk, reason, calls in found}


def list_refusals(database: Database, limit: int) -> Sequence[RefusalCount]:
    """The counts of the last minutes, newest first; `limit` rows at most. Raises DatabaseUnavailable."""
    rows = select(
        RefusedCalls.minute, RefusedCalls.trunk, RefusedCalls.landing, RefusedCalls.reason, RefusedCalls.calls
    )
    rows = rows.order_by(RefusedCalls.minute.desc(), RefusedCalls.trunk, RefusedCalls.landing, RefusedCalls.reason)
    with database.read() as connection:
        found = connection.execute(rows.limit(limit)).all()
    return [RefusalCount(at, trunk, landing, RefusalReason(reason), n) for at, trunk, landing, reason, n in found]
