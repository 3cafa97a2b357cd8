"""Dated exceptions to the opening hours from a calendar file (iCalendar, RFC 5545).

How events are read:
- an event with times is an opening from its beginning to its end; several on one day are merged;
- an event for whole days closes them, and so does an event whose title begins with "Fermé", "Fermeture" or "Closed",
  whatever its times; a day with both kinds is closed;
- recurrences, their exceptions and cancelled events are respected; times without a zone are local.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

import recurring_ical_events
from icalendar import Calendar, Component, Event

from routing.hours.opening_hours import DAY_END, Span
from routing.quoting import quote_word

MAX_BYTES = 1_000_000
DAY = timedelta(days=1)

_CLOSED = re.compile(r"(ferm[ée]e?s?|fermeture|closed)\b", re.IGNORECASE)
_OPEN = re.compile(r"(ouverte?s?|ouverture|open)\b", re.IGNORECASE)
_SLOW = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


class IcalError(Exception):
    """The calendar cannot be imported; str() says why, and what to do."""


@dataclass(frozen=True, slots=True)
class ImportedException:
    """A local day, its spans in order (none: closed), and the titles of its events."""

    day: date
    spans: tuple[Span, ...]
    summary: str


def parse_ical_exceptions(text: str, tz: tzinfo, between: tuple[date, date]) -> tuple[ImportedException, ...]:
    """The exceptions of the local days from `between[0]` to `between[1]`, both included, in order.

    Raises IcalError for a text that is not a calendar, and for an event that is ambiguous.
    """
    first, last = between
    openings: dict[date, list[Span]] = defaultdict(list)
    closed: set[date] = set()
    titles: dict[date, list[str]] = defaultdict(list)
    for title, day, span in _read_days(text, tz, first, last):
        titles[day].append(title)
        if span is None:
            closed.add(day)
        else:
            openings[day].append(span)
    return tuple(
        ImportedException(
            day, () if day in closed else _merge_spans(openings[day]), " / ".join(dict.fromkeys(titles[day]))
        )
        for day in sorted(titles)
        if first <= day <= last
    )


def _read_days(text: str, tz: tzinfo, first: date, last: date) -> list[tuple[str, date, Span | None]]:
    """The title, local day and span (None: closed) of each event and day."""
    if len(text) > MAX_BYTES:
        raise IcalError(f"The calendar is longer than {MAX_BYTES} characters; export a shorter period.")
    try:
        return [
            (_clean_title(event), day, span)
            for event in _iterate_events(text, first, last)
            for day, span in _split_into_days(event, tz)
        ]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Each of these has been raised by the libraries for a broken file.
        raise IcalError(f"No calendar file (iCalendar, .ics) that can be read: {quote_word(str(error))}.") from error


def _iterate_events(text: str, first: date, last: date) -> Iterator[Event]:
    calendar = Calendar.from_ical(text)
    for event in calendar.walk("VEVENT"):
        _check_repetition(event)
    # One more day on each side, because days begin at different instants in other zones.
    for event in recurring_ical_events.of(calendar, components=["VEVENT"]).between(first - DAY, last + 2 * DAY):
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            yield event


def _check_repetition(event: Component) -> None:
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if not _SLOW.issuperset(map(str.upper, rule.get("FREQ", []))):
            raise IcalError(f"{_clean_title(event)!r} repeats more often than once a day; opening hours do not.")


def _clean_title(event: Component) -> str:
    """The title as one line of at most 60 characters, without invisible ones."""
    text = unicodedata.normalize("NFC", str(event.get("SUMMARY", "")))
    plain = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    return " ".join(plain.split())[:60]


def _split_into_days(event: Event, tz: tzinfo) -> Iterator[tuple[date, Span | None]]:
    """Each local day of the event with its span, or None where the event closes the day."""
    title, begin, end = _clean_title(event), _to_local_time(event.start, tz), _to_local_time(event.end, tz)
    if end <= begin:
        raise IcalError(f"{title!r} on {begin.date()} has no length; give it an end.")
    whole_days = begin.time() == end.time() == time()
    if whole_days and _OPEN.match(title):
        raise IcalError(f"{title!r} on {begin.date()} does not say from when to when; give the event its times.")
    closes = whole_days or _CLOSED.match(title) is not None
    day = begin.date()
    while datetime.combine(day, time()) < end:
        opens = _minute_of_day(begin) if day == begin.date() else 0
        until = _minute_of_day(end) if day == end.date() else DAY_END
        yield day, None if closes else Span(opens, until)
        day += DAY


def _to_local_time(moment: date, tz: tzinfo) -> datetime:
    """The local time to the minute, without zone; a date is its midnight."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    local = moment.astimezone(tz) if moment.tzinfo else moment
    return local.replace(second=0, microsecond=0, tzinfo=None)


def _minute_of_day(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute


def _merge_spans(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.opens <= merged[-1].closes:
            merged[-1] = Span(merged[-1].opens, max(merged[-1].closes, span.closes))
        else:
            merged.append(span)
    return tuple(merged)
