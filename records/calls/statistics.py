"""Sums over calls, for monitoring: no person, number or name is in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, SQLColumnExpression, case, cast, func, select

from records.call_events import CallEventKind
from records.database.engine import Database
from records.requests.visibility import visible_to_all
from records.schema import Call, CallEvent, Presence, Request

MAX_CALL_DURATION = timedelta(days=1)
"""A call that began earlier is over, whatever its row says."""

_WAITED = {CallEventKind.STAFF_ANSWERED: "answered", CallEventKind.QUEUE_ABANDONED: "abandoned"}
_IN_QUEUE = (CallEventKind.QUEUE_ENTERED, CallEventKind.QUEUE_LEFT, CallEventKind.STAFF_ANSWERED)


@dataclass(frozen=True, slots=True)
class CurrentLoad:
    """How many there are now: active calls, those of them that wait in the queue, agents by presence, open requests.

    Agents are counted by presence state, requests by kind.
    """

    active_calls: int
    waiting_calls: int
    staff: Mapping[str, int]
    open_requests: Mapping[str, int]


def current_load(database: Database, at: datetime) -> CurrentLoad:
    """The counts at `at`. Raises DatabaseUnavailable."""
    with database.read() as connection:
        live = _live(at)
        return CurrentLoad(
            connection.scalar(select(func.count()).select_from(Call).where(live)) or 0,
            _waiting(connection, live),
            _grouped(connection, Presence.state),
            _grouped(connection, Request.kind, Request.closed_at.is_(None), visible_to_all()),
        )


def count_waiting_calls(database: Database, at: datetime) -> int:
    """The callers in the queue at `at`. Raises DatabaseUnavailable."""
    with database.read() as connection:
        return _waiting(connection, _live(at))


def count_dispositions(database: Database, since: datetime, until: datetime) -> Mapping[str, int]:
    """Ended calls that began from `since` to before `until`, by disposition. Raises DatabaseUnavailable."""
    over = (Call.started_at >= since) & (Call.started_at < until) & Call.ended_at.is_not(None)
    with database.read() as connection:
        return _grouped(connection, Call.disposition, over)


def wait_histogram(
    database: Database, since: datetime, until: datetime, bounds: Sequence[float]
) -> Mapping[tuple[str, str], float]:
    """How long callers waited who left the queue from `since` to before `until`.

    By outcome ("answered" or "abandoned"), then "count", "sum" (seconds) or an upper bound as text, such as "30.0":
    how many waited that long at most. Raises DatabaseUnavailable.
    """
    waited = cast(CallEvent.detail["waited"].as_float(), Float)
    within = [func.sum(case((waited <= bound, 1), else_=0)) for bound in bounds]
    rows = select(CallEvent.kind, func.count(waited), func.coalesce(func.sum(waited), 0.0), *within)
    rows = rows.where(CallEvent.kind.in_(_WAITED), CallEvent.at >= since, CallEvent.at < until)
    names = ["count", "sum", *map(str, bounds)]
    with database.read() as connection:
        found = connection.execute(rows.group_by(CallEvent.kind)).all()
    return {
        (_WAITED[kind], name): float(value) for kind, *sums in found for name, value in zip(names, sums, strict=True)
    }


def _live(at: datetime) -> ColumnElement[bool]:
    return Call.ended_at.is_(None) & (Call.started_at > at - MAX_CALL_DURATION)


def _waiting(connection: Connection, live: ColumnElement[bool]) -> int:
    """Active calls whose last queue event is the entry into the queue."""
    rows = select(CallEvent.call_ref, CallEvent.kind).join(Call, Call.ref == CallEvent.call_ref)
    rows = rows.where(live, CallEvent.kind.in_(_IN_QUEUE)).order_by(CallEvent.at, CallEvent.id)
    last = {ref: kind for ref, kind in connection.execute(rows)}
    return sum(kind == CallEventKind.QUEUE_ENTERED for kind in last.values())


def _grouped(connection: Connection, column: SQLColumnExpression[Any], *which: ColumnElement[bool]) -> Counter[str]:
    rows = select(column, func.count()).where(*which).group_by(column)
    return Counter({str(value): count for value, count in connection.execute(rows)})
