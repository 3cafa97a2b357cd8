"""An event of a calendar file, written again for the libraries: local times without zones, and bounded rules.

Times are converted to the clocks of the event's own zone, because repetitions follow those clocks. Each series is
bounded before it is followed, so that no rule can repeat without end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from routing.hours.calendar_text import ContentLine, IcalError, TextBlock
from routing.hours.calendar_zones import ZoneNames
from translations.message import Message, translatable

DAY = timedelta(days=1)
MAX_RULE_YEARS = 100
MAX_LENGTH = timedelta(days=366)
MAX_STEPS = 500_000
"""How many days all rules of a file may look at together."""
EARLIEST, LATEST = datetime(1000, 1, 1), datetime(9000, 1, 1)  # noqa: DTZ001
"""Times before and after are read as these: arithmetic near the years 1 and 9999 overflows."""

_VALUE = re.compile(r"(\d{8})(?:T(\d{4})(\d{2})?(Z?))?")
_RULE_LENGTH, _MAX_DATES = 400, 2_000
_RECENT = timedelta(days=750)  # more than the longest event: what began earlier does not reach into the days asked for
_STEP_DAYS = {"DAILY": 1, "WEEKLY": 2, "MONTHLY": 4, "YEARLY": 8}  # measured: what a rule costs, in days of a daily one
TIMES_OF_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
# The library looks for the next match of a rule up to the year 9999, so that a rule without one (30 February) costs
# seconds. The calendar repeats itself every 400 years, weekdays included: rules are evaluated LATER_YEARS
# later, where that search is short.
LATER_YEARS = 7_600
ORIGIN = "X-ORIGIN"
"""The line that names the place of the event in the file."""


class EventError(Exception):
    """One event cannot be read; `reason` says why, as the end of a sentence about it."""

    def __init__(self, reason: Message) -> None:
        self.reason = reason
        super().__init__(str(reason))


@dataclass(slots=True)
class Reading:
    """What is read of a file: the days from `first` to `last`, and how many days its rules have looked at so far."""

    zones: ZoneNames
    first: date
    last: date
    steps: int = 0

    def spend(self, days: int) -> None:
        """Counts what a rule costs. Raises IcalError when all rules together cost too much."""
        self.steps += days
        if self.steps > MAX_STEPS:
            raise IcalError(
                translatable("The events of this calendar repeat too often in all; export a shorter period.")
            )


@dataclass(frozen=True, slots=True)
class EventNormalizer:
    """Writes an event again with times on the clocks of `zone`, without zones, and with bounded rules."""

    event: TextBlock
    zone: tzinfo
    reading: Reading

    @property
    def start(self) -> date:
        """The beginning, on the clocks of `zone`."""
        return self._read(find_beginning(self.event))

    def read_end(self) -> datetime:
        """The end of an event that takes place once."""
        for line in self._end(self.start):
            name, _, value = line.partition(":")
            if name == "DURATION":
                from icalendar import vDuration  # here, as a calendar is rarely imported

                duration: timedelta = vDuration.from_ical(value)  # type: ignore[no-untyped-call]
                if duration < timedelta():
                    raise EventError(translatable("ends before it begins"))
                return as_datetime(self.start) + duration
            return as_datetime(self._read(ContentLine(name, "", value)))
        return as_datetime(self.start) + (timedelta() if isinstance(self.start, datetime) else DAY)

    def lines(self, place: int, *, master: date | None) -> list[str]:
        """The lines of the event; those that do not say when it takes place are left out.

        `master`: the beginning of the series that the event may change; None for an event by itself.
        """
        start = self.start
        lines = ["BEGIN:VEVENT", "UID:-", f"{ORIGIN}:{place}", f"STATUS:{self.event.value('STATUS') or 'CONFIRMED'}"]
        if as_datetime(start).year < EARLIEST.year or self.read_end() - as_datetime(start) > MAX_LENGTH:
            raise EventError(translatable("repeats, and begins before the year 1000 or lasts for more than a year"))
        skipped = self._skipped(start)
        lines.append(f"DTSTART{_written(later(start + skipped))}")
        lines += self._end(start, skipped)
        if master is not None:
            lines += self._recurrence_id(master)
        if self.event.find("EXRULE"):
            raise EventError(translatable("has an exclusion rule (EXRULE), which is not read; use excluded dates"))
        lines += [self._bounded_rule(rule.value.strip(), start) for rule in self.event.find_all("RRULE")]
        for name in ("EXDATE", "RDATE"):
            lines += [f"{name}{each}" for line in self.event.find_all(name) for each in self._dates(line, start)]
        return [*lines, "END:VEVENT"]

    def _skipped(self, start: date) -> timedelta:
        """How much later than its start a rule can be begun with the same result: old rules cost time."""
        rules = [rule.value.upper() for rule in self.event.find_all("RRULE")]
        recent = datetime.combine(self.reading.first, time()) - _RECENT
        begins = as_datetime(start)
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
            raise EventError(translatable("begins with a date and ends with a time, or the reverse"))
        if end == start:  # several programs write whole days so; a time without length is for the reader to judge
            end = end if isinstance(end, datetime) else end + DAY
        elif end < start:
            raise EventError(translatable("ends before it begins"))
        return [f"DTEND{_written(end if skipped is None else later(end + skipped))}"]

    def _recurrence_id(self, master: date) -> list[str]:
        line = self.event.find("RECURRENCE-ID")
        if line is None:
            return []
        scope = ";RANGE=THISANDFUTURE" if line.parameter("RANGE").upper() == "THISANDFUTURE" else ""
        return [f"RECURRENCE-ID{scope}{_written(later(_like(master, self._read(line))))}"]

    def _dates(self, line: ContentLine, start: date) -> Iterator[str]:
        if line.value.count(",") > _MAX_DATES:
            raise EventError(translatable("has more than %(count)s dates of its own", count=_MAX_DATES))
        for text in line.value.split(","):
            begin, slash, until = text.strip().partition("/")
            found = self._read(ContentLine(line.name, line.parameters, begin))
            if line.name == "EXDATE" and isinstance(found, datetime) and found.time() == time():
                found = found.date()  # some programs write an excluded day as its midnight
            written = _written(later(_like(start, found)))
            if not slash:
                yield written
            elif re.fullmatch(r"P[0-9DTHMSW]+", until):
                yield f";VALUE=PERIOD{written}/{until}"
            else:
                end = _written(later(self._read(ContentLine(line.name, line.parameters, until))))
                yield f";VALUE=PERIOD{written}/{end.removeprefix(':')}"

    def _bounded_rule(self, rule: str, start: date) -> str:
        """The rule with an UNTIL no later than the days that are asked for."""
        if len(rule) > _RULE_LENGTH:
            raise EventError(translatable("has a rule of repetition that is too long"))
        parts = dict(part.strip().upper().split("=", 1) for part in rule.split(";") if "=" in part)
        frequency = parts.get("FREQ", "")
        if frequency not in _STEP_DAYS or any("," in parts.get(name, "") for name in TIMES_OF_DAY):
            raise EventError(
                translatable("repeats more often than once a day; opening hours do not")
                if frequency
                else translatable("has a rule of repetition without FREQ")
            )
        if not re.fullmatch(r"[1-9]\d{0,4}", parts.get("INTERVAL", "1"), re.ASCII):
            raise EventError(translatable("repeats at an interval that is no number above 0"))
        horizon = datetime.combine(self.reading.last + 2 * DAY, time())
        until = min(horizon, self._until(parts["UNTIL"], start)) if "UNTIL" in parts else horizon
        days = max(0, (until - as_datetime(start + self._skipped(start))).days)
        if days > MAX_RULE_YEARS * 366 and frequency != "YEARLY":
            raise EventError(
                translatable("has repeated for more than %(count)s years; begin it later", count=MAX_RULE_YEARS)
            )
        self.reading.spend(-(-days // _STEP_DAYS[frequency]) + 1)
        last = later(until if isinstance(start, datetime) else until.date())
        parts["UNTIL"] = _written(last).rpartition(":")[2]
        return "RRULE:" + ";".join(f"{name}={value}" for name, value in parts.items())

    def _until(self, text: str, start: date) -> datetime:
        until = self._read(ContentLine("UNTIL", "", text))
        if isinstance(until, datetime) or not isinstance(start, datetime):
            return as_datetime(until)
        return datetime.combine(until, time.max.replace(microsecond=0))  # the whole last day

    def _read(self, line: ContentLine) -> date:
        """The date, or the time on the clocks of `zone`."""
        text = line.value.strip().upper()
        found = _VALUE.fullmatch(text)
        if found is None:
            raise EventError(
                translatable("has a date that cannot be read: %(date)s", date=shown(text))
                if text
                else translatable("has an empty date")
            )
        day, minutes, seconds, utc = found.groups()
        try:
            read = date(int(day[:4]), int(day[4:6]), int(day[6:]))
            if minutes is None or line.parameter("VALUE").upper() == "DATE":
                return read
            wall = datetime.combine(read, time(int(minutes[:2]), int(minutes[2:]), min(int(seconds or 0), 59)))
        except ValueError:
            raise EventError(translatable("has a date that does not exist: %(date)s", date=shown(text))) from None
        named = line.parameter("TZID")
        zone = UTC if utc else self.reading.zones.find(named) if named else self.zone
        return wall if zone == self.zone else wall.replace(tzinfo=zone).astimezone(self.zone).replace(tzinfo=None)


def find_beginning(event: TextBlock) -> ContentLine:
    beginning = event.find("DTSTART")
    if beginning is None:
        raise EventError(translatable("has no beginning (DTSTART)"))
    return beginning


def shown(text: str, most: int = 40) -> str:
    """The beginning of a text of the file as one can read it, `most` characters of it."""
    return "".join(character if character.isprintable() else "?" for character in text[:most])


def _like(start: date, moment: date) -> date:
    """The moment as a date or a time, as the series has them; some programs mix the two."""
    if isinstance(start, datetime) and not isinstance(moment, datetime):
        return datetime.combine(moment, start.time())
    return moment.date() if isinstance(moment, datetime) and not isinstance(start, datetime) else moment


def later(moment: date, years: int = LATER_YEARS) -> date:
    """The same day of the same weekday, a multiple of 400 years later."""
    return moment.replace(year=moment.year + years)


def _written(moment: date) -> str:
    """Parameters and value of a date or a time."""
    if isinstance(moment, datetime):
        return f":{moment:%Y%m%dT%H%M%S}" if moment.year > 999 else f":{moment.year:04}{moment:%m%dT%H%M%S}"
    return f";VALUE=DATE:{moment.year:04}{moment:%m%d}"


def as_datetime(moment: date) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())
