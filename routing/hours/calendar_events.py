"""The events of a calendar file with their repetitions: when each takes place, on local clocks."""

import re
import warnings
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from routing.hours.calendar_lines import (
    DAY,
    EARLIEST,
    LATER_YEARS,
    LATEST,
    ORIGIN,
    TIMES_OF_DAY,
    EventError,
    EventNormalizer,
    Reading,
    as_datetime,
    find_beginning,
    later,
    shown,
)
from routing.hours.calendar_series import Series, SeriesFinder
from routing.hours.calendar_text import ContentLine, IcalError, TextBlock
from translations.message import Message, translatable

MAX_OCCURRENCES = 10_000
_FRUITLESS_STEPS = 60_000
_REPEATS = ("RRULE", "RDATE", "EXRULE")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time of an event; `event` is its place in the file.

    `start` and `end` are on the clocks of `zone`; `all_day` for dates without times.
    """

    event: int
    start: datetime
    end: datetime
    zone: tzinfo
    all_day: bool

    def instants(self) -> tuple[datetime, datetime]:
        """Beginning and end in UTC."""
        return self.start.replace(tzinfo=self.zone).astimezone(UTC), self.end.replace(tzinfo=self.zone).astimezone(UTC)


@dataclass(slots=True)
class EventReader:
    """Reads the events of one file. `problems` says what is wrong with the events that are not read."""

    events: Sequence[TextBlock]
    reading: Reading
    problems: dict[int, Message] = field(default_factory=dict)

    def read(self) -> list[Occurrence]:
        """Every occurrence from a day before `first` to a day after `last`. Raises IcalError for too many."""
        found: list[Occurrence] = []
        for series in SeriesFinder(self.events, self.problems).find():
            try:
                found += self._follow(series)
            except EventError as error:
                self.problems |= dict.fromkeys((series.master, *series.changes), error.reason)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                # The libraries have raised each of these for a broken event.
                reason = translatable("cannot be read: %(why)s", why=shown(" ".join(str(error).split()), 120))
                self.problems |= dict.fromkeys((series.master, *series.changes), reason)
            if len(found) > MAX_OCCURRENCES:
                raise IcalError(
                    translatable(
                        "The calendar repeats more than %(count)s times; export a shorter period.",
                        count=MAX_OCCURRENCES,
                    )
                )
        return found

    def _follow(self, series: Series) -> Iterator[Occurrence]:
        """The occurrences of a series."""
        zone = self._zone(find_beginning(self.events[series.master]))
        master = EventNormalizer(self.events[series.master], zone, self.reading)
        start = master.start
        alone = self.events[series.master].find("RECURRENCE-ID") is not None
        if not series.changes and not any(self.events[series.master].find(name) for name in _REPEATS):
            begin, end = max(EARLIEST, as_datetime(start)), min(LATEST, master.read_end())
            yield Occurrence(series.master, begin, end, zone, not isinstance(start, datetime))
            return
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-"]
        for place in (series.master, *series.changes):
            normalizer = EventNormalizer(self.events[place], zone, self.reading)
            lines += normalizer.lines(place, master=None if alone else start)
        import recurring_ical_events  # here, as a calendar is rarely imported, and this takes 5 MB
        from icalendar import Calendar

        calendar = Calendar.from_ical("\r\n".join([*lines, "END:VCALENDAR", ""]).encode())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # UNTIL is added to rules with COUNT, to bound them
            query = recurring_ical_events.of(calendar, components=["VEVENT"])
            found = query.between(later(self.reading.first - DAY), later(self.reading.last + 2 * DAY))
            if self._may_be_fruitless(series, start, len(found)):
                self.reading.spend(_FRUITLESS_STEPS)
            for event in found:
                place = int(event[ORIGIN])
                if str(event.get("STATUS", "")).upper() == "CANCELLED":
                    self.problems[place] = translatable("is cancelled")
                    continue
                all_day = not isinstance(event.start, datetime)
                start, end = (as_datetime(later(moment, -LATER_YEARS)) for moment in (event.start, event.end))
                yield Occurrence(place, start, end, zone, all_day)

    def _may_be_fruitless(self, series: Series, start: date, found: int) -> bool:
        """Whether a rule without a match was followed to its end: a rule that ends by itself stops earlier.

        `found` may hold what the event names itself: its beginning, its own dates and its changed repetitions.
        """
        event = self.events[series.master]
        named = 1 + len(series.changes) + sum(line.value.count(",") + 1 for line in event.find_all("RDATE"))
        rules = [rule.value.upper() for rule in event.find_all("RRULE")]
        return found <= named and any("BY" in rule and not _matches(rule, start) for rule in rules)

    def _zone(self, line: ContentLine) -> tzinfo:
        """The zone on whose clocks the series repeats."""
        if line.value.strip().upper().endswith("Z"):
            return UTC
        name = line.parameter("TZID")
        return self.reading.zones.find(name) if name and "T" in line.value.upper() else self.reading.zones.local


def _matches(rule: str, day: date) -> bool:
    """Whether the rule holds for this day, by its month, day of the month and weekday alone."""
    parts = dict(part.strip().split("=", 1) for part in rule.split(";") if "=" in part)
    if "BYMONTHDAY" in parts and re.search(r"\d", parts.get("BYDAY", "")):  # a fifth Monday on a first: never
        return False
    length = monthrange(day.year, day.month)[1]
    held = {
        "BYMONTH": {str(day.month)},
        "BYMONTHDAY": {str(day.day), str(day.day - length - 1)},
        "BYDAY": {("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day.weekday()]},
    }
    for name, value in parts.items():
        if not name.startswith("BY") or name in TIMES_OF_DAY:
            continue
        values = {each.strip().lstrip("+0123456789-" if name == "BYDAY" else "+0") for each in value.split(",")}
        if not values & held.get(name, set[str]()):
            return False
    return True
