"""From the tree of a plan's text to its calendars."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from routing import hours_text
from routing.calendars import HolidayZone
from routing.hours import Hours, Span, SpecialDay
from routing.plan import LANGUAGES
from routing.plan_tree import Node, Reader, quoted

YEARS = range(2000, 2101)
LONGEST_RANGE_DAYS = 366

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TO = " to "


def read_hours(read: Reader, name: str, node: Node) -> Hours:
    """The calendar written at `node`. Its problems go to `read`."""
    parts = read.fields(node, ("week",), ("holidays", "exceptions"))
    zone = HolidayZone.NONE
    if "holidays" in parts:
        zone = HolidayZone(read.one_of(parts["holidays"], tuple(HolidayZone), "a holiday zone"))
    written = "exceptions" in parts and parts["exceptions"].value is not None
    exceptions = _exceptions(read, name, parts["exceptions"]) if written else {}
    return Hours(_week(read, parts["week"]), zone, MappingProxyType(exceptions))


def _week(read: Reader, node: Node) -> tuple[tuple[Span, ...], ...]:
    week: dict[int, tuple[Span, ...]] = {}
    for days, entry in read.mapping(node, "a line for each day, such as mon-fri: 09:00-18:00").items():
        spans = _spans(read, entry)
        for day in read.told(entry, hours_text.weekdays, days, range(0)):
            if day in week:
                read.refuse(entry, f"{hours_text.DAYS[day]} is given twice")
            week[day] = spans
    return tuple(week.get(day, ()) for day in range(7))


def _exceptions(read: Reader, name: str, node: Node) -> dict[date, SpecialDay]:
    exceptions: dict[date, SpecialDay] = {}
    for text, entry in read.mapping(node, "one entry for each date").items():
        days: tuple[date, ...] = read.told(entry, _days, text, ())
        special = _special_day(read, f"exception-{name}-{days[0]:%Y%m%d}" if days else "", entry)
        for day in days:
            if day in exceptions:
                read.refuse(entry, f"{day} is given twice")
            exceptions[day] = special
    return exceptions


def _special_day(read: Reader, key: str, node: Node) -> SpecialDay:
    """Spans alone, or spans under `open` and own words beside them."""
    if not isinstance(node.value, Mapping):
        return SpecialDay(_spans(read, node))
    parts = read.fields(node, ("open", *LANGUAGES))
    texts = {language: read.text(parts[language]) for language in LANGUAGES}
    return SpecialDay(_spans(read, parts["open"]), key, MappingProxyType(texts))


def _spans(read: Reader, node: Node) -> tuple[Span, ...]:
    word = read.word(node)
    return read.told(node, hours_text.spans, word, ()) if word else ()


def _days(text: str) -> tuple[date, ...]:
    """The days of "2030-12-24" or "2030-12-24 to 2031-01-02". Raises ValueError."""
    first, joint, last = text.partition(_TO)
    begin = _date(first)
    length = (_date(last) - begin).days + 1 if joint else 1
    if length < 1:
        raise ValueError(f"{quoted(text)} runs backwards; write the first day first")
    if length > LONGEST_RANGE_DAYS:
        raise ValueError(f"{quoted(text)} is longer than {LONGEST_RANGE_DAYS} days; change the week instead")
    return tuple(begin + timedelta(days=day) for day in range(length))


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise ValueError(f"{quoted(text)} is not a date; write year-month-day, such as 2030-12-24") from None
    if day.year not in YEARS:
        raise ValueError(f"{quoted(text)} is not in a year from {YEARS[0]} to {YEARS[-1]}")
    return day
