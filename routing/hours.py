"""When the house is open, and when it opens again.

Spans are what the clock on the wall shows: "09:00-12:30" means the same on every day of the year, and on the two days
when clocks change the house follows them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from routing.calendars import HolidayZone, is_holiday

SEARCH_DAYS = 400
DAY_END = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from `opens` (included) to `closes` (excluded), in minutes of the local day; 1440 is its end."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs: its spans, and the words of its own that callers hear when they find it closed.

    `key` names the prompt and `texts` holds it by language; both are None when the ordinary sentence will do.
    """

    spans: tuple[Span, ...] = ()
    key: str | None = None
    texts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening spans of the seven days from Monday; public holidays of `holidays` are closed; `exceptions` beat both."""

    week: tuple[tuple[Span, ...], ...]
    holidays: HolidayZone = HolidayZone.NONE
    exceptions: Mapping[date, SpecialDay] = field(default_factory=dict)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The spans of one local day."""
        if day in self.exceptions:
            return self.exceptions[day].spans
        return () if is_holiday(day, self.holidays) else self.week[day.weekday()]


ALWAYS = Hours(week=((Span(0, DAY_END),),) * 7)
"""Open at any time."""


def is_open(hours: Hours, now: datetime, tz: tzinfo) -> bool:
    """True when the house is open at `now`."""
    return span_at(hours, now, tz) is not None


def span_at(hours: Hours, instant: datetime, tz: tzinfo) -> Span | None:
    """The span that is open at `instant`, or None."""
    local = instant.astimezone(tz)
    minute = local.hour * 60 + local.minute
    return next((span for span in hours.spans(local.date()) if span.opens <= minute < span.closes), None)


def next_opening(hours: Hours, now: datetime, tz: tzinfo) -> datetime | None:
    """The first instant from `now` on at which the house is open (`now` itself when it is), in UTC.

    None when it stays closed for the next 400 days.
    """
    start = now.astimezone(UTC)  # local times compare wrongly in the hour that autumn repeats
    if is_open(hours, start, tz):
        return start
    today = start.astimezone(tz).date()
    for ahead in range(SEARCH_DAYS + 1):
        for instant in sorted(_turns(hours, today + timedelta(days=ahead), tz)):
            if instant >= start and is_open(hours, instant, tz):
                return instant
    return None


def _turns(hours: Hours, day: date, tz: tzinfo) -> Iterator[datetime]:
    """The instants of a local day at which the house may open or close: its beginning, the edges of its spans, and
    where clocks change."""
    edges = {0, *(edge for span in hours.spans(day) for edge in (span.opens, span.closes))} - {DAY_END}
    for edge in edges:
        wall = datetime.combine(day, time(edge // 60, edge % 60))
        for fold in (0, 1):  # a time may come twice in autumn
            instant = wall.replace(tzinfo=tz, fold=fold).astimezone(UTC)
            if instant.astimezone(tz).replace(tzinfo=None) == wall:  # or not at all in spring
                yield instant
    yield from _clock_change(day, tz)


def _clock_change(day: date, tz: tzinfo) -> Iterator[datetime]:
    """The instant of that day, if any, from which another UTC offset holds (found by halving, to the second)."""
    # Some zones change at midnight, so look a little further than the day before judging whose change it is.
    before = datetime.combine(day, time(), tz).astimezone(UTC) - timedelta(hours=3)
    after = before + timedelta(hours=30)
    offset = before.astimezone(tz).utcoffset()
    if after.astimezone(tz).utcoffset() == offset:
        return
    while after - before > timedelta(seconds=1):
        middle = before + ((after - before) // 2 // timedelta(seconds=1)) * timedelta(seconds=1)
        if middle.astimezone(tz).utcoffset() == offset:
            before = middle
        else:
            after = middle
    if after.astimezone(tz).date() == day:
        yield after
