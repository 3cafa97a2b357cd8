"""The counts of each day of a centre: kept once the day is over, and counted from the calls where they are not kept.

Whatever changes a hand-off says so in its own transaction (day_changes.py); a day with a change is counted again. So
the counts are exact to the last call, and no call waits for them.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from records.centres import ledger
from records.database.engine import Database
from records.database.unit_of_work import one_view
from records.schema import CentreDay as Days
from records.schema import CentreDayChange as Changes
from records.schema import Handoff as Handoffs
from routing.centres.day_counts import DayCount, count_day, count_days

AT_ONCE = 50
"""Days counted in one go: a fraction of a second."""
_ONE_DAY = timedelta(days=1)


class _CountedElsewhere(Exception):
    """Another process has counted the day meanwhile, perhaps later than this one."""


def read_days(database: Database, centre: str, first: date, after: date, tz: tzinfo) -> tuple[DayCount, ...]:
    """The counts from the day `first` on and before the day `after`, by the clock of `tz`, all of one moment.

    Days without calls are left out.
    """
    with one_view(database) as view:
        with view.read() as connection:
            kept = _read_kept(connection, centre, first, after, tz)
            changed = _list_changed(connection, centre, first, after, tz)
        found = [day for day in kept.values() if day.day not in changed and day.sent]
        for begin, end in _spans(first, after, kept.keys() - changed):
            found += count_days(ledger.list_calls(view, centre, begin, end, tz))
    return tuple(sorted(found, key=lambda count: count.day))


def keep_days(database: Database, tz: tzinfo, now: datetime) -> int:
    """Counts days that are over and are not kept yet, or have changed since; gives how many: none, when all are.

    May be interrupted and repeated at any time, also by two processes at once.
    """
    today = now.astimezone(tz).date()
    other_clock = Days.timezone != str(tz)
    with database.read() as connection:
        has_other_clock = connection.scalar(select(Days.day).where(other_clock).limit(1)) is not None
    if has_other_clock:
        with database.write(durable=False) as connection:
            connection.execute(delete(Days).where(other_clock))
    counted = 0
    for centre in ledger.list_centres(database):
        for day in _list_due(database, centre, today, tz)[: AT_ONCE - counted]:
            counted += _keep_day(database, centre, day, tz)
    return counted


def _keep_day(database: Database, centre: str, day: date, tz: tzinfo) -> bool:
    """Whether the day is kept now. It is counted before the write, so that no call waits for it.

    A change that is committed meanwhile is not among those that are taken away, and lets the day be counted again.
    """
    own = (Days.centre == centre, Days.day == day)
    with one_view(database) as view:
        count = count_day(day, ledger.list_calls(view, centre, day, day + _ONE_DAY, tz))
        with view.read() as connection:
            is_kept = connection.scalar(select(Days.day).where(*own)) is not None
            changes = connection.scalars(select(Changes.id).where(_of_days(centre, day, day + _ONE_DAY, tz))).all()
    try:
        with database.write(durable=False) as connection:
            if connection.execute(delete(Changes).where(Changes.id.in_(changes))).rowcount != len(changes):
                raise _CountedElsewhere
            if is_kept:
                connection.execute(update(Days).where(*own).values(_values(count)))
            else:
                connection.execute(insert(Days).values(centre=centre, timezone=str(tz), **_values(count)))
    except (_CountedElsewhere, IntegrityError):
        return False  # nothing was written, and the changes stay: the next run looks again
    return True


def _list_due(database: Database, centre: str, today: date, tz: tzinfo) -> Sequence[date]:
    """The days before today that have to be counted, in order."""
    own = Days.centre == centre
    with database.read() as connection:
        begun = connection.scalar(select(func.min(Handoffs.dialled_at)).where(Handoffs.centre == centre))
        if begun is None:
            return []
        first = begun.astimezone(tz).date()
        changed = _list_changed(connection, centre, first, today, tz)
        over = max(0, (today - first).days)
        if not changed and connection.scalar(select(func.count()).where(own, Days.day < today)) == over:
            return []
        kept = set(connection.scalars(select(Days.day).where(own)))
    days = (first + timedelta(days=number) for number in range(over))
    return [day for day in days if day in changed or day not in kept]


def _read_kept(connection: Connection, centre: str, first: date, after: date, tz: tzinfo) -> Mapping[date, DayCount]:
    own = (Days.centre == centre, Days.day >= first, Days.day < after, Days.timezone == str(tz))
    return {row.day: _count(row) for row in connection.execute(select(*Days.__table__.c).where(*own))}


def _list_changed(connection: Connection, centre: str, first: date, after: date, tz: tzinfo) -> frozenset[date]:
    moments = connection.scalars(select(Changes.at).where(_of_days(centre, first, after, tz)))
    return frozenset(at.astimezone(tz).date() for at in moments)


def _of_days(centre: str, first: date, after: date, tz: tzinfo) -> ColumnElement[bool]:
    since, until = (datetime.combine(day, time(), tz).astimezone(UTC) for day in (first, after))
    return (Changes.centre == centre) & (Changes.at >= since) & (Changes.at < until)


def _spans(first: date, after: date, without: AbstractSet[date]) -> Iterator[tuple[date, date]]:
    """The days from `first` to before `after` that are not among `without`, as spans of days that follow each other."""
    begin = None
    for number in range((after - first).days):
        day = first + timedelta(days=number)
        if day in without:
            if begin is not None:
                yield begin, day
            begin = None
        elif begin is None:
            begin = day
    if begin is not None:
        yield begin, after


def _values(count: DayCount) -> dict[str, object]:
    return {
        "day": count.day,
        "sent": count.sent,
        "abandoned": count.abandoned,
        "not_taken": count.not_taken,
        "missing": count.missing,
        "talk_ms": count.talk_ms,
        "rings": {str(seconds): number for seconds, number in count.rings.items()},
        "talks": {str(seconds): number for seconds, number in count.talks.items()},
    }


def _count(row: Row[*tuple[Any, ...]]) -> DayCount:
    rings, talks = ({int(seconds): number for seconds, number in each.items()} for each in (row.rings, row.talks))
    return DayCount(row.day, row.sent, row.abandoned, row.not_taken, row.missing, row.talk_ms, rings, talks)
