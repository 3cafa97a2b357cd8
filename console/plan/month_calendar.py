"""A little calendar of one month, in which days are picked: made on the server, so that it works without scripts."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from console.plan.hours_descriptions import format_day, format_spans
from routing.hours.opening_hours import OpeningHours
from routing.hours.public_holidays import is_holiday
from routing.moments import YEARS
from translations.dates import month_name
from translations.web import gettext
from web.language import current_language

PICK = "pick-"
"""The beginning of the name of a field that picks a day."""
MONTH_FIELD = "month"


class DayKind(StrEnum):
    """Why a day is open or closed."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of the calendar: what it is, and what people read about it. A day that is past cannot be picked."""

    day: date
    kind: DayKind
    text: str
    is_past: bool
    is_picked: bool

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"{PICK}{self.day}"


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday; None is a day of another month. `earlier` and `later` are "" where none is."""

    name: str
    weeks: tuple[tuple[MonthDay | None, ...], ...]
    month: str
    earlier: str
    later: str


def build_month(first: date, hours: OpeningHours, picked: Iterable[date], today: date) -> Month:
    """The month of `first`; `hours` say what each day is."""
    first = first.replace(day=1)
    chosen = {*picked}
    days = [first + timedelta(days=number) for number in range(monthrange(first.year, first.month)[1])]
    cells: list[MonthDay | None] = [None] * first.weekday()
    cells += [MonthDay(day, _kind(hours, day), describe_day(hours, day), day < today, day in chosen) for day in days]
    cells += [None] * (-len(cells) % 7)
    weeks = tuple(tuple(cells[place : place + 7]) for place in range(0, len(cells), 7))
    before, after = first - timedelta(days=1), days[-1] + timedelta(days=1)
    return Month(
        month_name(first, current_language()),
        weeks,
        f"{first:%Y-%m}",
        f"{before:%Y-%m}" if (before.year, before.month) >= (today.year, today.month) else "",
        f"{after:%Y-%m}" if after.year in YEARS else "",
    )


def describe_day(hours: OpeningHours, day: date) -> str:
    """A day in words: "mardi 24 décembre 2030 : fermé (jour férié)"."""
    kind = _kind(hours, day)
    text = gettext("%(day)s: %(hours)s", day=format_day(day), hours=format_spans(hours.spans(day)))
    reasons = {DayKind.HOLIDAY: gettext("public holiday"), DayKind.SPECIAL: gettext("special day")}
    return gettext("%(text)s (%(reason)s)", text=text, reason=reasons[kind]) if kind in reasons else text


def _kind(hours: OpeningHours, day: date) -> DayKind:
    if day in hours.exceptions:
        return DayKind.SPECIAL
    if is_holiday(day, hours.holiday_zone):
        return DayKind.HOLIDAY
    return DayKind.OPEN if hours.spans(day) else DayKind.CLOSED


def parse_month(text: str, today: date) -> date:
    """The first day of a month such as "2031-01"; of this month for what is none, or past."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if first.year in YEARS and first >= today.replace(day=1) else today.replace(day=1)


def picked_days(fields: Iterable[str]) -> list[date]:
    """The days that are picked, in order."""
    return sorted(_parse_days(name.removeprefix(PICK) for name in fields if name.startswith(PICK)))


def _parse_days(texts: Iterable[str]) -> Iterator[date]:
    for text in texts:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        if day.year in YEARS and f"{day}" == text:
            yield day


def join_days(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """First and last day of each run of days in a row."""
    first = last = None
    for day in days:
        if first and last and day == last + timedelta(days=1):
            last = day
            continue
        if first and last:
            yield first, last
        first = last = day
    if first and last:
        yield first, last


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day in words and as a bar: the spans in minutes of the day."""

    day: str
    hours: str
    kind: DayKind
    spans: tuple[tuple[int, int], ...]


def next_days(hours: OpeningHours, today: date, count: int = 14) -> tuple[DayBar, ...]:
    """What the hours mean on the days from today on."""
    days = [today + timedelta(days=ahead) for ahead in range(count)]
    return tuple(
        DayBar(
            format_day(day),
            format_spans(hours.spans(day)),
            _kind(hours, day),
            tuple((span.opens, span.closes - span.opens) for span in hours.spans(day)),
        )
        for day in days
    )
