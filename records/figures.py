"""Sums over calls, for whoever watches the house: no person, number or name is in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, SQLColumnExpression, case, cast, func, select

from records.base import Base
from records.events import CallEventKind
from records.schema import Call, CallEvent, Presence, Request

LONGEST_CALL = timedelta(days=1)
"""A call that began before that is over, whatever its row says."""

_WAITED = {CallEventKind.STAFF_ANSWERED: "answered", CallEventKind.QUEUE_ABANDONED: "abandoned"}
_IN_QUEUE = (CallEventKind.QUEUE_ENTERED, CallEventKind.QUEUE_LEFT, CallEventKind.STAFF_ANSWERED)


@dataclass(frozen=True, slots=True)
class Now:
    """How many there are at this moment: `calls` under way, of these `waiting` in the queue for staff; staff by
    presence state; requests that nobody has treated, by kind."""

    calls: int
    waiting: int
    staff: Mapping[str, int]
    requests: Mapping[str, int]


def now(base: Base, at: datetime) -> Now:
    """What stands in the base at `at`. Raises BaseUnavailable."""
    with base.read() as connection:
        live = Call.ended_at.is_(None) & (Call.started_at > at - LONGEST_CALL)
        return Now(
            connection.scalar(select(func.count()).select_from(Call).where(live)) or 0,
            _waiting(connection, live),
            _grouped(connection, Presence.state),
            _grouped(connection, Request.kind, Request.closed_at.is_(None)),
        )


def ended(base: Base, since: datetime, until: datetime) -> Mapping[str, int]:
    """Calls that began from `since` to before `until` and are over, by how they ended. Raises BaseUnavailable."""
    over = (Call.started_at >= since) & (Call.started_at < until) & Call.ended_at.is_not(None)
    with base.read() as connection:
        return _grouped(connection, Call.ending, over)


def waits(base: Base, since: datetime, until: datetime, bounds: Sequence[float]) -> Mapping[tuple[str, str], float]:
    """How long callers stood in the queue who left it from `since` to before `until`.

    By outcome, "answered" or "abandoned", then "count", "sum" (seconds) or a bound as text, such as "30.0": how many
    waited so many seconds at most. Raises BaseUnavailable.
    """
    waited = cast(CallEvent.detail["waited"].as_float(), Float)
    within = [func.sum(case((waited <= bound, 1), else_=0)) for bound in bounds]
    rows = select(CallEvent.kind, func.count(waited), func.coalesce(func.sum(waited), 0.0), *within)
    rows = rows.where(CallEvent.kind.in_(_WAITED), CallEvent.at >= since, CallEvent.at < until)
    names = ["count", "sum", *map(str, bounds)]
    with base.read() as connection:
        found = connection.execute(rows.group_by(CallEvent.kind)).all()
    return {
        (_WAITED[kind], name): float(value) for kind, *sums in found for name, value in zip(names, sums, strict=True)
    }


def _waiting(connection: Connection, live: ColumnElement[bool]) -> int:
    """Live calls of which the last word from the queue is that they entered it."""
    rows = select(CallEvent.call_ref, CallEvent.kind).join(Call, Call.ref == CallEvent.call_ref)
    rows = rows.where(live, CallEvent.kind.in_(_IN_QUEUE)).order_by(CallEvent.at, CallEvent.id)
    last = {ref: kind for ref, kind in connection.execute(rows)}
    return sum(kind == CallEventKind.QUEUE_ENTERED for kind in last.values())


def _grouped(connection: Connection, column: SQLColumnExpression[Any], *which: ColumnElement[bool]) -> Counter[str]:
    rows = select(column, func.count()).where(*which).group_by(column)
    return Counter({str(value): count for value, count in connection.execute(rows)})
