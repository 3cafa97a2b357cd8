"""The days of the calendar of messages: which are shown, and what is on air in each."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import request

from console.context import get_context
from routing.message_calendar import Segment
from routing.messages import MessageVersion
from routing.moments import is_plausible
from translations import dates
from translations.web import gettext
from web.language import current_language

WEEK, MONTH = "week", "month"


@dataclass(frozen=True, slots=True)
class Entry:
    """What callers hear during a part of a day; `time` says which part, in words."""

    time: str
    segment: Segment
    is_scheduled: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar."""

    date: date
    label: str
    is_today: bool
    in_month: bool
    entries: tuple[Entry, ...]


def is_scheduled(version: MessageVersion, at: datetime) -> bool:
    """Whether the version is on air later, so that it can still be edited, moved and withdrawn."""
    return version.valid_from > at and version.withdrawn_at is None and version.blackout_period is None


def build_day(day: date, edges: tuple[datetime, datetime], segments: tuple[Segment, ...], shown: date) -> Day:
    """The day between these edges, with what is on air in it; `shown` is in the month that is shown."""
    at, zone = get_context().clock(), get_context().timezone()
    entries = tuple(
        Entry(_part_of_day(segment, edges), segment, version is not None and is_scheduled(version, at))
        for segment in segments
        for version in (segment.on_air.version,)
        if segment.start < edges[1] and segment.end > edges[0]
    )
    label = dates.short_day(edges[0], zone, current_language())
    return Day(day, label, day == at.astimezone(zone).date(), day.month == shown.month, entries)


def _part_of_day(segment: Segment, edges: tuple[datetime, datetime]) -> str:
    """Such as "8 h – 18 h", "from 8 h"."""
    zone, language = get_context().timezone(), current_language()
    start, end = (dates.clock_time(moment, zone, language) for moment in (segment.start, segment.end))
    if segment.start <= edges[0]:
        return gettext("all day") if segment.end >= edges[1] else gettext("until %(time)s", time=end)
    return gettext("from %(time)s", time=start) if segment.end >= edges[1] else f"{start} – {end}"


def neighbours(shown: date, view: str) -> dict[str, date]:
    """The days to which "previous" and "next" lead."""
    if view == WEEK:
        return {"previous": shown - timedelta(days=7), "next": shown + timedelta(days=7)}
    first = shown.replace(day=1)
    return {"previous": (first - timedelta(days=1)).replace(day=1), "next": (first + timedelta(days=32)).replace(day=1)}


def first_day(shown: date, view: str) -> date:
    """The Monday at which the calendar begins."""
    first = shown if view == WEEK else shown.replace(day=1)
    return first - timedelta(days=first.weekday())


def days_of_month_view(shown: date) -> int:
    """As many whole weeks as the month touches, in days."""
    last = (shown.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return (last - first_day(shown, MONTH)).days // 7 * 7 + 7


def requested_day() -> date | None:
    """The day in the address of the page; None for no day, and for one that nobody can mean."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return day if is_plausible(midnight(day)) else None


def midnight(day: date) -> datetime:
    """The instant at which the day begins."""
    return datetime.combine(day, time(), get_context().timezone())


def is_shown(start: datetime, end: datetime, edges: list[datetime]) -> bool:
    """Whether a part of the period lies between the first and the last edge."""
    return start < edges[-1] and end > edges[0]
