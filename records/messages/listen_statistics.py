"""How often a version of a message was heard, and how far: from the events of calls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Float, case, cast, func, select

from records.call_events import CallEventKind
from records.database.engine import Database
from records.schema import CallEvent

TENTHS = 10


@dataclass(frozen=True, slots=True)
class ListenStatistics:
    """`plays`, and of these `completed_plays`. `listeners_per_tenth`: listeners at the end of each tenth."""

    plays: int = 0
    completed_plays: int = 0
    listeners_per_tenth: tuple[int, ...] = (0,) * TENTHS


def get_listen_statistics(database: Database, version_id: int, seconds: float, since: datetime) -> ListenStatistics:
    """How a version of this length was heard; no call before `since` can have heard it."""
    heard_s = cast(CallEvent.detail["seconds"].as_float(), Float)
    to_its_end = CallEvent.detail["whole"].as_boolean().is_(True)
    bounds: Sequence[float] = [seconds * part / TENTHS for part in range(1, TENTHS + 1)]
    still = [func.coalesce(func.sum(case((to_its_end | (heard_s >= bound), 1), else_=0)), 0) for bound in bounds]
    whole = func.count().filter(to_its_end)
    of_it = CallEvent.detail["version"].as_integer() == version_id
    rows = select(func.count(), whole, *still)
    rows = rows.where(CallEvent.kind == CallEventKind.MESSAGE_HEARD, CallEvent.at >= since, of_it)
    with database.read() as connection:
        times, entire, *reached = connection.execute(rows).one()
        return ListenStatistics(times, entire, tuple(reached))


def count_plays(database: Database, versions: Collection[int], since: datetime) -> Mapping[int, int]:
    """How often each of these versions was played; versions never played are left out."""
    number = CallEvent.detail["version"].as_integer()
    rows = select(number, func.count()).where(
        CallEvent.kind == CallEventKind.MESSAGE_HEARD, CallEvent.at >= since, number.in_(tuple(versions))
    )
    with database.read() as connection:
        return {version: count for version, count in connection.execute(rows.group_by(number))}
