"""Dated exceptions to the opening hours from a calendar file (iCalendar, RFC 5545).

How events are read:
- an event for whole days closes them. Whole days are dates without times, midnight to midnight or to 23:59, and what
  Outlook marks so;
- an event whose title says that it is closed ("Fermé", "Fermeture", "Closed" …) closes its times; whole days when it
  has none. One with a title such as "Congés" that covers a day closes the day;
- another event with times is an opening from its beginning to its end; several on one day are merged;
- on a day with both kinds what is closed counts;
- an event that would open for about a day, whose title says both, or that closes from a time on without an end, is a
  question: it is not imported until somebody says what it means;
- repetitions, their exceptions and cancelled events are respected; times without a zone are local, and so are those of
  a zone that nobody knows.

An event that cannot be read is named in the result, and the others are imported.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from routing.hours.calendar_clocks import cover_both_clocks, local_times, split_into_days
from routing.hours.calendar_events import EventReader, Occurrence
from routing.hours.calendar_lines import EventError, Reading
from routing.hours.calendar_text import MAX_BYTES, IcalError, TextBlock, read_blocks
from routing.hours.calendar_titles import COVERS_THE_DAY, Doubtful, Effect, Question, find_effect, read_title
from routing.hours.calendar_zones import ZoneNames
from routing.hours.opening_hours import DAY_END, OpeningHours, Span
from translations.message import Message, translatable

__all__ = [
    "MAX_BYTES",
    "Answers",
    "Doubtful",
    "IcalError",
    "IcalImport",
    "ImportedException",
    "LeftOutEvent",
    "read_ical",
]

Answers = Mapping[int, Doubtful]
"""What is to be done with doubtful events, by their place in the file; the others are asked about."""

MAX_DAYS = 50_000
"""How many days all events may cover, a day with several events counted for each."""

_MINUTE = timedelta(minutes=1)
_NOON, _WHOLE_DAY = 12 * 60, Span(0, DAY_END)


@dataclass(frozen=True, slots=True)
class ImportedException:
    """A local day, its spans in order (none: closed), and the titles of its events."""

    day: date
    spans: tuple[Span, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class LeftOutEvent:
    """An event that is not imported: when it begins, as the file or the local clock writes it, and why.

    `is_question`: somebody must say whether it opens or closes. `place` is its place among the events of the file.
    """

    title: str
    begins: str
    reason: Message
    is_question: bool = False
    place: int = 0

    def __str__(self) -> str:
        return f"{self.title or 'An event without a title'!r} ({self.begins}) {self.reason}"


@dataclass(frozen=True, slots=True)
class IcalImport:
    """What a file holds: `events_read` = `events_imported` + the number of `left_out`."""

    exceptions: tuple[ImportedException, ...]
    events_read: int
    events_imported: int
    left_out: tuple[LeftOutEvent, ...]
    unknown_zones: tuple[str, ...] = ()
    """Names of time zones that nobody knows; their times are read as local ones."""


def read_ical(
    content: bytes,
    tz: tzinfo,
    between: tuple[date, date],
    doubtful: Doubtful | Answers = Doubtful.ASK,
    usual: OpeningHours | None = None,
) -> IcalImport:
    """The exceptions of the local days from `between[0]` to `between[1]`, both included, in order.

    `doubtful` is the answer to all questions, or to each by the place of its event. `usual` are the hours without the
    import, of which a closing with times closes a part; without them it closes its days. Every event of the file is
    imported or named in `left_out`. Raises IcalError for a file that is no calendar, is cut off, or repeats without
    end.
    """
    blocks = read_blocks(content)
    events = tuple(block for block in blocks if block.kind == "VEVENT")
    zones = ZoneNames.of(blocks, tz)
    reader = EventReader(events, Reading(zones, *between))
    days = _Days(tz, between, {} if isinstance(doubtful, Doubtful) else doubtful, usual)
    if isinstance(doubtful, Doubtful):
        days.answers = dict.fromkeys(range(len(events)), doubtful)
    occurrences = reader.read()
    _limit_days(occurrences, between)
    questions: set[int] = set()
    for occurrence in occurrences:
        try:
            days.check(occurrence, events[occurrence.event])
        except EventError as error:
            reader.problems.setdefault(occurrence.event, error.reason)
            if isinstance(error, Question):
                questions.add(occurrence.event)
    for occurrence in occurrences:
        if occurrence.event not in reader.problems:
            days.add(occurrence, events[occurrence.event])
    for place in days.leave_out_idle():
        reader.problems[place] = translatable("is at times when we are closed anyway")
    left_out = _list_left_out(events, days.imported, reader.problems, questions, between)
    return IcalImport(days.exceptions(), len(events), len(days.imported), left_out, tuple(sorted(zones.unknown)))


def _limit_days(occurrences: Iterable[Occurrence], between: tuple[date, date]) -> None:
    """Raises IcalError when the events cover more days than can be looked at one by one."""
    days = sum(
        max(0, (min(each.end.date(), between[1]) - max(each.start.date(), between[0])).days + 1) for each in occurrences
    )
    if days > MAX_DAYS:
        raise IcalError(
            translatable(
                "The events of this calendar cover more than %(count)s days in all; export a shorter period.",
                count=MAX_DAYS,
            )
        )


def _list_left_out(
    events: Iterable[TextBlock],
    imported: Iterable[int],
    problems: dict[int, Message],
    questions: Iterable[int],
    between: tuple[date, date],
) -> tuple[LeftOutEvent, ...]:
    outside = translatable("has no day from %(first)s to %(last)s", first=between[0], last=between[1])
    return tuple(
        LeftOutEvent(read_title(event), _begins(event), problems.get(place, outside), place in questions, place)
        for place, event in enumerate(events)
        if place not in imported
    )


class _Days:
    """Collects what the occurrences say about each day."""

    def __init__(self, tz: tzinfo, between: tuple[date, date], answers: Answers, usual: OpeningHours | None) -> None:
        self._tz, self._between, self.answers, self._usual = tz, between, answers, usual
        self._openings: dict[date, list[Span]] = defaultdict(list)
        self._closings: dict[date, list[Span]] = defaultdict(list)
        self._titles: dict[date, list[str]] = defaultdict(list)
        self._events: dict[date, set[int]] = defaultdict(set)
        self.imported: set[int] = set()

    def check(self, occurrence: Occurrence, event: TextBlock) -> None:
        """Raises EventError for an occurrence that is neither an opening nor a closing."""
        self._effect(occurrence, event)

    def add(self, occurrence: Occurrence, event: TextBlock) -> None:
        """Adds what the occurrence says about its days; it must pass `check`."""
        effect = self._effect(occurrence, event)
        begin, end = local_times(occurrence, event, self._tz)
        for day, span in split_into_days(begin, end, *self._between):
            self.imported.add(occurrence.event)
            self._titles[day].append(read_title(event))
            self._events[day].add(occurrence.event)
            if effect is Effect.OPENS:
                self._openings[day] += cover_both_clocks(occurrence, span, self._tz)
            elif self._usual is None or span.opens == span.closes or _closes_whole_day(effect, span):
                self._closings[day].append(_WHOLE_DAY)
            else:
                self._closings[day] += cover_both_clocks(occurrence, span, self._tz)

    def leave_out_idle(self) -> set[int]:
        """Takes out the days on which closings with times close nothing; returns the events that have no other day.

        Written into the plan, such a day would keep the hours that the week has now.
        """
        idle = {day for day in self._titles if self._is_idle(day)}
        events = {place for day in idle for place in self._events[day]}
        kept = {place for day in self._titles if day not in idle for place in self._events[day]}
        for day in idle:
            del self._titles[day]
        self.imported -= events - kept
        return events - kept

    def _is_idle(self, day: date) -> bool:
        if self._usual is None or day in self._openings or _WHOLE_DAY in self._closings[day]:
            return False
        return self._spans(day) == self._usual.spans(day)

    def exceptions(self) -> tuple[ImportedException, ...]:
        return tuple(
            ImportedException(day, self._spans(day), " / ".join(dict.fromkeys(self._titles[day])))
            for day in sorted(self._titles)
        )

    def _effect(self, occurrence: Occurrence, event: TextBlock) -> Effect:
        answer = self.answers.get(occurrence.event, Doubtful.ASK)
        return find_effect(read_title(event), *local_times(occurrence, event, self._tz), answer)

    def _spans(self, day: date) -> tuple[Span, ...]:
        usual = self._usual.spans(day) if self._usual else ()
        return _without(_merge_spans(self._openings.get(day) or [*usual]), self._closings.get(day, []))


def _closes_whole_day(effect: Effect, span: Span) -> bool:
    if effect is Effect.CLOSES_COVERED_DAYS:
        return span.closes - span.opens >= COVERS_THE_DAY // _MINUTE and span.opens < _NOON < span.closes
    return effect is Effect.CLOSES_DAYS


def _begins(event: TextBlock) -> str:
    """The beginning as the file writes it, for a person: 2030-12-24, 2030-12-24 09:00."""
    written = event.value("DTSTART")
    found = re.match(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d))?", written)
    if found is None:
        return "without a date"
    year, month, day, hour, minute = found.groups()
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour else "")


def _merge_spans(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.opens <= merged[-1].closes:
            merged[-1] = Span(merged[-1].opens, max(merged[-1].closes, span.closes))
        else:
            merged.append(span)
    return tuple(merged)


def _without(spans: Iterable[Span], closings: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of the spans."""
    left = list(spans)
    for closing in closings:
        parts = (
            part
            for span in left
            for part in (
                Span(span.opens, min(span.closes, closing.opens)),
                Span(max(span.opens, closing.closes), span.closes),
            )
        )
        left = [part for part in parts if part.opens < part.closes]
    return tuple(left)
