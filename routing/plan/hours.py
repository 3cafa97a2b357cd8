"""Reads the opening hours of a plan."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from routing.errors import InvalidTextError
from routing.hours import notation
from routing.hours.opening_hours import OpeningHours, Span, SpecialDay
from routing.hours.public_holidays import HolidayZone
from routing.languages import LANGUAGES
from routing.moments import YEARS
from routing.plan.tree import Node, NodeReader
from routing.quoting import quote_word
from translations.message import translatable

MAX_RANGE_DAYS = 366

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TO = " to "


def read_hours(reader: NodeReader, name: str, node: Node) -> OpeningHours:
    """The opening hours of this node; `name` is theirs, and part of the keys of their prompts."""
    parts = reader.read_fields(node, ("week",), ("title", "holidays", "exceptions"))
    zone = HolidayZone.NONE
    if "holidays" in parts:
        zone = HolidayZone(reader.read_choice(parts["holidays"], tuple(HolidayZone), translatable("a holiday zone")))
    written = "exceptions" in parts and parts["exceptions"].value is not None
    exceptions = _read_exceptions(reader, name, parts["exceptions"]) if written else {}
    title = reader.read_title(parts.get("title"))
    return OpeningHours(_read_week(reader, parts["week"]), zone, MappingProxyType(exceptions), title)


def _read_week(reader: NodeReader, node: Node) -> tuple[tuple[Span, ...], ...]:
    week: dict[int, tuple[Span, ...]] = {}
    for days, entry in reader.read_mapping(
        node, translatable("a line for each day, such as mon-fri: 09:00-18:00")
    ).items():
        spans = _read_spans(reader, entry)
        for day in reader.convert(entry, notation.parse_weekdays, days, range(0)):
            if day in week:
                reader.add_problem(entry, translatable("%(word)s is used twice", word=notation.WEEKDAY_CODES[day]))
            week[day] = spans
    return tuple(week.get(day, ()) for day in range(7))


def _read_exceptions(reader: NodeReader, name: str, node: Node) -> dict[date, SpecialDay]:
    exceptions: dict[date, SpecialDay] = {}
    for text, entry in reader.read_mapping(node, translatable("one entry for each date")).items():
        days: tuple[date, ...] = reader.convert(entry, parse_days, text, ())
        special = _read_special_day(reader, f"exception-{name}-{days[0]:%Y%m%d}" if days else "", entry)
        for day in days:
            if day in exceptions:
                reader.add_problem(entry, translatable("%(word)s is used twice", word=day))
            exceptions[day] = special
    return exceptions


def _read_special_day(reader: NodeReader, key: str, node: Node) -> SpecialDay:
    """Spans alone, or spans under `open` with a prompt of the day beside them."""
    if not isinstance(node.value, Mapping):
        return SpecialDay(_read_spans(reader, node))
    parts = reader.read_fields(node, ("open",), LANGUAGES)
    if not any(language in parts for language in LANGUAGES):
        return SpecialDay(_read_spans(reader, parts["open"]))
    spoken = reader.choose_languages(node, parts)
    texts = {language: reader.read_text(part) for language, part in spoken.items()}
    return SpecialDay(_read_spans(reader, parts["open"]), key, MappingProxyType(texts))


def _read_spans(reader: NodeReader, node: Node) -> tuple[Span, ...]:
    word = reader.read_scalar(node)
    return reader.convert(node, notation.parse_spans, word, ()) if word else ()


def parse_days(text: str) -> tuple[date, ...]:
    """The days of "2030-12-24" or "2030-12-24 to 2031-01-02". Raises InvalidTextError."""
    first, joint, last = text.partition(_TO)
    begin = _parse_date(first)
    length = (_parse_date(last) - begin).days + 1 if joint else 1
    if length < 1:
        raise InvalidTextError(
            translatable("%(word)s runs backwards; write the first day first", word=quote_word(text))
        )
    if length > MAX_RANGE_DAYS:
        raise InvalidTextError(
            translatable(
                "%(word)s is longer than %(count)s days; change the week instead",
                word=quote_word(text),
                count=MAX_RANGE_DAYS,
            )
        )
    return tuple(begin + timedelta(days=day) for day in range(length))


def _parse_date(text: str) -> date:
    try:
        day = date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise InvalidTextError(
            translatable("%(word)s is not a date; write year-month-day, such as 2030-12-24", word=quote_word(text))
        ) from None
    if day.year not in YEARS:
        raise InvalidTextError(
            translatable(
                "%(word)s is not in a year from %(first)s to %(last)s",
                word=quote_word(text),
                first=YEARS[0],
                last=YEARS[-1],
            )
        )
    return day
