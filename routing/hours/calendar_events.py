"""The events of a calendar file with their repetitions: when each takes place, on local clocks.

Times are converted to the clocks of the event's own zone before the libraries see them, because repetitions follow
those clocks. Each series is bounded before it is followed, so that no rule can repeat without end.
"""

import re
import warnings
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import recurring_ical_events
from icalendar import Calendar, vDuration

from routing.hours.calendar_text import ContentLine, IcalError, TextBlock
from routing.hours.calendar_zones import ZoneNames

DAY = timedelta(days=1)
MAX_RULE_YEARS = 100
MAX_LENGTH = timedelta(days=366)
MAX_STEPS = 500_000
"""How many days all rules of a file may look at together."""
MAX_OCCURRENCES = 10_000
EARLIEST, LATEST = datetime(1000, 1, 1), datetime(9000, 1, 1)  # noqa: DTZ001
"""Times before and after are read as these: arithmetic near the years 1 and 9999 overflows."""

_VALUE = re.compile(r"(\d{8})(?:T(\d{4})(\d{2})?(Z?))?")
_RULE_LENGTH, _MAX_DATES = 400, 2_000
_RECENT = timedelta(days=750)  # more than the longest event: what began earlier does not reach into the days asked for
_STEP_DAYS = {"DAILY": 1, "WEEKLY": 2, "MONTHLY": 4, "YEARLY": 8}  # measured: what a rule costs, in days of a daily one
_TIMES_OF_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
# The library looks for the next match of a rule up to the year 9999, so that a rule without one (30 February) costs
# seconds. The calendar repeats itself every 400 years, weekdays included: rules are evaluated _LATER_YEARS
# later, where that search is short.
_LATER_YEARS = 7_600
_FRUITLESS_STEPS = 60_000
_REPEATS = ("RRULE", "RDATE", "EXRULE")
_ORIGIN = "X-ORIGIN"


class EventError(Exception):
    """One event cannot be read; str() says why."""


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
class _Series:
    """An event with its changed repetitions, as places in the file; `zone` is that of its beginning."""

    master: int
    changes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class EventReader:
    """Reads the events of one file. `problems` says what is wrong with the events that are not read."""

    events: Sequence[TextBlock]
    zones: ZoneNames
    first: date
    last: date
    problems: dict[int, str] = field(default_factory=dict)
    steps: int = 0

    def read(self) -> list[Occurrence]:
        """Every occurrence from a day before `first` to a day after `last`. Raises IcalError for too many."""
        found: list[Occurrence] = []
        for series in self._group():
            try:
                found += self._follow(series)
            except EventError as error:
                self.problems |= dict.fromkeys((series.master, *series.changes), str(error))
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                # The libraries have raised each of these for a broken event.
                reason = f"cannot be read: {' '.join(str(error).split())[:120]}"
                self.problems |= dict.fromkeys((series.master, *series.changes), reason)
            if len(found) > MAX_OCCURRENCES:
                raise IcalError(f"The calendar repeats more than {MAX_OCCURRENCES} times; export a shorter period.")
        return found

    def _group(self) -> list[_Series]:
        """Events without RECURRENCE-ID are each a series; those with one belong to the series of their UID.

        Programs have written one UID into every event, so it does not make two events one; only a later SEQUENCE
        replaces an earlier one.
        """
        masters: dict[str, list[int]] = defaultdict(list)
        changes: dict[str, list[int]] = defaultdict(list)
        for place, event in enumerate(self.events):
            if not event.complete:
                self.problems[place] = "is not complete: END:VEVENT is missing"
            elif event.value("STATUS").upper() == "CANCELLED" and not event.find("RECURRENCE-ID"):
                self.problems[place] = "is cancelled"
            else:
                (changes if event.find("RECURRENCE-ID") else masters)[event.value("UID")].append(place)
        series = []
        for uid, places in masters.items():
            kept = self._without_replaced(places) if uid else places
            series += [_Series(place) for place in kept]
            if uid in changes:
                repeating = [one for one in series[-len(kept) :] if self.events[one.master].find("RRULE")]
                (repeating or series)[-1].changes += self._without_replaced(changes.pop(uid), "RECURRENCE-ID")
        return series + [_Series(place) for places in changes.values() for place in places]

    def _without_replaced(self, places: Sequence[int], *same: str) -> list[int]:
        """The events without those that a later revision replaces."""
        latest: dict[tuple[str, ...], int] = {}
        for place in places:
            key = tuple(self.events[place].value(name) for name in same)
            latest[key] = max(latest.get(key, 0), self._revision(place))
        kept = []
        for place in places:
            key = tuple(self.events[place].value(name) for name in same)
            if self._revision(place) < latest[key]:
                self.problems[place] = "is replaced by a later version of itself in this file"
            else:
                kept.append(place)
        return kept

    def _revision(self, place: int) -> int:
        sequence = self.events[place].value("SEQUENCE")
        return int(sequence) if re.fullmatch(r"\d{1,9}", sequence, re.ASCII) else 0

    def _follow(self, series: _Series) -> Iterator[Occurrence]:
        """The occurrences of a series."""
        zone = self._zone(_beginning(self.events[series.master]))
        master = _Normalizer(self.events[series.master], zone, self)
        start = master.start
        alone = self.events[series.master].find("RECURRENCE-ID") is not None
        if not series.changes and not any(self.events[series.master].find(name) for name in _REPEATS):
            begin, end = max(EARLIEST, _as_datetime(start)), min(LATEST, master.read_end())
            yield Occurrence(series.master, begin, end, zone, not isinstance(start, datetime))
            return
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-"]
        for place in (series.master, *series.changes):
            normalizer = _Normalizer(self.events[place], zone, self)
            lines += normalizer.lines(place, master=None if alone else start)
        calendar = Calendar.from_ical("\r\n".join([*lines, "END:VCALENDAR", ""]).encode())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # UNTIL is added to rules with COUNT, to bound them
            query = recurring_ical_events.of(calendar, components=["VEVENT"])
            found = query.between(_later(self.first - DAY), _later(self.last + 2 * DAY))
            if self._may_be_fruitless(series, start, len(found)):
                self.spend(_FRUITLESS_STEPS)
            for event in found:
                place = int(event[_ORIGIN])
                if str(event.get("STATUS", "")).upper() == "CANCELLED":
                    self.problems[place] = "is cancelled"
                    continue
                all_day = not isinstance(event.start, datetime)
                start, end = (_as_datetime(_later(moment, -_LATER_YEARS)) for moment in (event.start, event.end))
                yield Occurrence(place, start, end, zone, all_day)

    def _may_be_fruitless(self, series: _Series, start: date, found: int) -> bool:
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
        return self.zones.find(name) if name and "T" in line.value.upper() else self.zones.local

    def spend(self, days: int) -> None:
        """Counts what a rule costs. Raises IcalError when all rules together cost too much."""
        self.steps += days
        if self.steps > MAX_STEPS:
            raise IcalError("The events of this calendar repeat too often in all; export a shorter period.")


@dataclass(frozen=True, slots=True)
class _Normalizer:
    """Writes an event again with times on the clocks of `zone`, without zones, and with bounded rules."""

    event: TextBlock
    zone: tzinfo
    reader: EventReader

    @property
    def start(self) -> date:
        """The beginning, on the clocks of `zone`."""
        return self._read(_beginning(self.event))

    def read_end(self) -> datetime:
        """The end of an event that takes place once."""
        for line in self._end(self.start):
            name, _, value = line.partition(":")
            if name == "DURATION":
                duration: timedelta = vDuration.from_ical(value)  # type: ignore[no-untyped-call]
                if duration < timedelta():
                    raise EventError("ends before it begins")
                return _as_datetime(self.start) + duration
            return _as_datetime(self._read(ContentLine(name, "", value)))
        return _as_datetime(self.start) + (timedelta() if isinstance(self.start, datetime) else DAY)

    def lines(self, place: int, *, master: date | None) -> list[str]:
        """The lines of the event; those that do not say when it takes place are left out.

        `master`: the beginning of the series that the event may change; None for an event by itself.
        """
        start = self.start
        lines = ["BEGIN:VEVENT", "UID:-", f"{_ORIGIN}:{place}", f"STATUS:{self.event.value('STATUS') or 'CONFIRMED'}"]
        if _as_datetime(start).year < EARLIEST.year or self.read_end() - _as_datetime(start) > MAX_LENGTH:
            raise EventError("repeats, and begins before the year 1000 or lasts for more than a year")
        skipped = self._skipped(start)
        lines.append(f"DTSTART{_written(_later(start + skipped))}")
        lines += self._end(start, skipped)
        if master is not None:
            lines += self._recurrence_id(master)
        if self.event.find("EXRULE"):
            raise EventError("has an exclusion rule (EXRULE), which is not read; use excluded dates")
        lines += [self._bounded_rule(rule.value.strip(), start) for rule in self.event.find_all("RRULE")]
        for name in ("EXDATE", "RDATE"):
            lines += [f"{name}{each}" for line in self.event.find_all(name) for each in self._dates(line, start)]
        return [*lines, "END:VEVENT"]

    def _skipped(self, start: date) -> timedelta:
        """How much later than its start a rule can be begun with the same result: old rules cost time."""
        rules = [rule.value.upper() for rule in self.event.find_all("RRULE")]
        recent = datetime.combine(self.reader.first, time()) - _RECENT
        begins = _as_datetime(start)
        if len(rules) != 1 or "COUNT" in rules[0] or re.search(r"INTERVAL=(?!1(;|$))", rules[0]) or begins > recent:
            return timedelta()
        if "DAILY" in rules[0] or "WEEKLY" in rules[0]:
            return (recent - begins) // (7 * DAY) * (7 * DAY)
        try:  # every fourth year has a 29 February
            return begins.replace(year=begins.year + (recent.year - begins.year) // 4 * 4) - begins
        except ValueError:
            return timedelta()

    def _end(self, start: date, skipped: timedelta | None = None) -> list[str]:
        ending, duration = self.event.find("DTEND"), self.event.value("DURATION").upper()
        if ending is None:
            return [f"DURATION:{duration}"] if duration else []
        end = self._read(ending)
        if isinstance(start, datetime) != isinstance(end, datetime):
            raise EventError("begins with a date and ends with a time, or the reverse")
        if end == start:  # several programs write whole days so; a time without length is for the reader to judge
            end = end if isinstance(end, datetime) else end + DAY
        elif end < start:
            raise EventError("ends before it begins")
        return [f"DTEND{_written(end if skipped is None else _later(end + skipped))}"]

    def _recurrence_id(self, master: date) -> list[str]:
        line = self.event.find("RECURRENCE-ID")
        if line is None:
            return []
        scope = ";RANGE=THISANDFUTURE" if line.parameter("RANGE").upper() == "THISANDFUTURE" else ""
        return [f"RECURRENCE-ID{scope}{_written(_later(_like(master, self._read(line))))}"]

    def _dates(self, line: ContentLine, start: date) -> Iterator[str]:
        if line.value.count(",") > _MAX_DATES:
            raise EventError(f"has more than {_MAX_DATES} dates of its own")
        for text in line.value.split(","):
            begin, slash, until = text.strip().partition("/")
            written = _written(_later(_like(start, self._read(ContentLine(line.name, line.parameters, begin)))))
            if not slash:
                yield written
            elif re.fullmatch(r"P[0-9DTHMSW]+", until):
                yield f";VALUE=PERIOD{written}/{until}"
            else:
                end = _written(_later(self._read(ContentLine(line.name, line.parameters, until))))
                yield f";VALUE=PERIOD{written}/{end.removeprefix(':')}"

    def _bounded_rule(self, rule: str, start: date) -> str:
        """The rule with an UNTIL no later than the days that are asked for."""
        if len(rule) > _RULE_LENGTH:
            raise EventError("has a rule of repetition that is too long")
        parts = dict(part.strip().upper().split("=", 1) for part in rule.split(";") if "=" in part)
        frequency = parts.get("FREQ", "")
        if frequency not in _STEP_DAYS or any("," in parts.get(name, "") for name in _TIMES_OF_DAY):
            raise EventError(
                "repeats more often than once a day; opening hours do not"
                if frequency
                else "has a rule of repetition without FREQ"
            )
        if not re.fullmatch(r"[1-9]\d{0,4}", parts.get("INTERVAL", "1"), re.ASCII):
            raise EventError("repeats at an interval that is no number above 0")
        horizon = datetime.combine(self.reader.last + 2 * DAY, time())
        until = min(horizon, self._until(parts["UNTIL"], start)) if "UNTIL" in parts else horizon
        days = max(0, (until - _as_datetime(start + self._skipped(start))).days)
        if days > MAX_RULE_YEARS * 366 and frequency != "YEARLY":
            raise EventError(f"has repeated for more than {MAX_RULE_YEARS} years; begin it later")
        self.reader.spend(-(-days // _STEP_DAYS[frequency]) + 1)
        last = _later(until if isinstance(start, datetime) else until.date())
        parts["UNTIL"] = _written(last).rpartition(":")[2]
        return "RRULE:" + ";".join(f"{name}={value}" for name, value in parts.items())

    def _until(self, text: str, start: date) -> datetime:
        until = self._read(ContentLine("UNTIL", "", text))
        if isinstance(until, datetime) or not isinstance(start, datetime):
            return _as_datetime(until)
        return datetime.combine(until, time.max.replace(microsecond=0))  # the whole last day

    def _read(self, line: ContentLine) -> date:
        """The date, or the time on the clocks of `zone`."""
        text = line.value.strip().upper()
        found = _VALUE.fullmatch(text)
        if found is None:
            raise EventError(f"has a date that cannot be read: {text[:40] or 'an empty one'}")
        day, minutes, seconds, utc = found.groups()
        try:
            read = date(int(day[:4]), int(day[4:6]), int(day[6:]))
            if minutes is None or line.parameter("VALUE").upper() == "DATE":
                return read
            wall = datetime.combine(read, time(int(minutes[:2]), int(minutes[2:]), min(int(seconds or 0), 59)))
        except ValueError:
            raise EventError(f"has a date that does not exist: {text[:40]}") from None
        named = line.parameter("TZID")
        zone = UTC if utc else self.reader.zones.find(named) if named else self.zone
        return wall if zone == self.zone else wall.replace(tzinfo=zone).astimezone(self.zone).replace(tzinfo=None)


def _beginning(event: TextBlock) -> ContentLine:
    beginning = event.find("DTSTART")
    if beginning is None:
        raise EventError("has no beginning (DTSTART)")
    return beginning


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
        if not name.startswith("BY") or name in _TIMES_OF_DAY:
            continue
        values = {each.strip().lstrip("+0123456789-" if name == "BYDAY" else "+0") for each in value.split(",")}
        if not values & held.get(name, set[str]()):
            return False
    return True


def _like(start: date, moment: date) -> date:
    """The moment as a date or a time, as the series has them; some programs mix the two."""
    if isinstance(start, datetime) and not isinstance(moment, datetime):
        return datetime.combine(moment, start.time())
    return moment.date() if isinstance(moment, datetime) and not isinstance(start, datetime) else moment


def _later(moment: date, years: int = _LATER_YEARS) -> date:
    """The same day of the same weekday, a multiple of 400 years later."""
    return moment.replace(year=moment.year + years)


def _written(moment: date) -> str:
    """Parameters and value of a date or a time."""
    if isinstance(moment, datetime):
        return f":{moment:%Y%m%dT%H%M%S}" if moment.year > 999 else f":{moment.year:04}{moment:%m%dT%H%M%S}"
    return f";VALUE=DATE:{moment.year:04}{moment:%m%d}"


def _as_datetime(moment: date) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())
