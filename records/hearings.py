"""How often a version of a message was heard, and how far: from the events of the calls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Float, case, cast, func, select

from records.base import Base
from records.events import CallEventKind
from records.schema import CallEvent

PARTS = 10


@dataclass(frozen=True, slots=True)
class Hearings:
    """`times` it was played to somebody, `whole`: to its end. `reached`: how many still listened at the end of each
    tenth of it."""

    times: int = 0
    whole: int = 0
    reached: tuple[int, ...] = (0,) * PARTS


def of_version(base: Base, version_id: int, seconds: float, since: datetime) -> Hearings:
    """How a version of this length was heard, which nobody can have heard before `since`."""
    heard_s = cast(CallEvent.detail["seconds"].as_float(), Float)
    to_its_end = CallEvent.detail["whole"].as_boolean().is_(True)
    bounds: Sequence[float] = [seconds * part / PARTS for part in range(1, PARTS + 1)]
    still = [func.coalesce(func.sum(case((to_its_end | (heard_s >= bound), 1), else_=0)), 0) for bound in bounds]
    whole = func.count().filter(to_its_end)
    of_it = CallEvent.detail["version"].as_integer() == version_id
    rows = select(func.count(), whole, *still)
    rows = rows.where(CallEvent.kind == CallEventKind.MESSAGE_HEARD, CallEvent.at >= since, of_it)
    with base.read() as connection:
        times, entire, *reached = connection.execute(rows).one()
        return Hearings(times, entire, tuple(reached))


def times(base: Base, versions: Collection[int], since: datetime) -> Mapping[int, int]:
    """How often each of these versions was played to somebody; those that never were are left out."""
    number = CallEvent.detail["version"].as_integer()
    rows = select(number, func.count()).where(
        CallEvent.kind == CallEventKind.MESSAGE_HEARD, CallEvent.at >= since, number.in_(tuple(versions))
    )
    with base.read() as connection:
        return {version: count for version, count in connection.execute(rows.group_by(number))}
