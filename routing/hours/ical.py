"""Dated exceptions to the opening hours from a calendar file (iCalendar, RFC 5545).

How events are read:
- an event for whole days closes them. Whole days are dates without times, midnight to midnight or to 23:59, and what
  Outlook marks so;
- an event whose title says that it is closed ("Fermé", "Fermeture", "Closed" …) closes its days, whatever its times; so
  does one with a title such as "Congés" that covers the day;
- another event with times is an opening from its beginning to its end; several on one day are merged;
- a day with both kinds is closed;
- an event that would open for about a day, or whose title says both, is a question: it is not imported until somebody
  says what it means;
- repetitions, their exceptions and cancelled events are respected; times without a zone are local, and so are those of
  a zone that nobody knows.

An event that cannot be read is named in the result, and the others are imported.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from html import unescape

from routing.hours.calendar_events import DAY, EventError, EventReader, Occurrence
from routing.hours.calendar_text import MAX_BYTES, IcalError, TextBlock, read_blocks
from routing.hours.calendar_zones import ZoneNames
from routing.hours.opening_hours import DAY_END, Span

__all__ = ["MAX_BYTES", "Doubtful", "IcalError", "IcalImport", "ImportedException", "LeftOutEvent", "read_ical"]

ABOUT_A_DAY = timedelta(hours=20)
COVERS_THE_DAY = timedelta(hours=6)

# Accents may be wrong, or bytes that were read in another encoding: "Férmé", "FermÃ©", "Ferm‚".
_FERME = r"f[eé]rm(?:e|[^\x00-\x7f]{1,3})"
_CLOSED_FIRST = re.compile(rf"({_FERME}e?s?|fermetures?|closed|closure|closing|closes|shut)(?!\w)", re.IGNORECASE)
_CLOSED = re.compile(
    r"\b(f[eé]rm[^\x00-\x7f]{1,3}e?s?|fermees?|fermetures?|(?<!la )(?<!une )(?<!de )ferme"
    r"|closed|closure|closing|closes|shut)(?!\w)",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(congés?|conges?|vacances|vacation|holidays?|fériée?s?|feriee?s?|chômée?s?|chomee?s?|relâche|repos|rtt|ponts?"
    r"|absence|absente?s?|day off|days off|out of office|indisponibles?|unavailable|not available|grève|strike"
    r"|suspendue?s?|suspended|interrompue?s?|interrupted)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(r[ée])?-?(ouverte?s?|ouvertures?|ouvrir|opens?|opening)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(annulée?s?|annulation|cancell?ed|pas de|no longer|reportée?s?)\b|\bnot (closed|closing)\b"
    r"|\b(non|fin (de la|de|des)|end of)[ -](the )?(ferm|congé|conge|vacances|clos|holiday)",
    re.IGNORECASE,
)
_NOT_OPEN = re.compile(
    r"\b(pas|non|sans|aucune?|plus|hors|ni|jamais|not|no|never|without|cannot)[ -](d['’ ]\s*|de |yet )?(r[ée])?-?"
    r"(ouverte?s?|ouvertures?|ouvrir|open|opening)\b",
    re.IGNORECASE,
)
_MINUTE = timedelta(minutes=1)
_OUTLOOK_ALL_DAY = "X-MICROSOFT-CDO-ALLDAYEVENT"


class Doubtful(StrEnum):
    """What is done with an event that may be an opening of about a day, or a closing."""

    ASK = "ask"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ImportedException:
    """A local day, its spans in order (none: closed), and the titles of its events."""

    day: date
    spans: tuple[Span, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class LeftOutEvent:
    """An event that is not imported: when it begins, as the file or the local clock writes it, and why.

    `is_question`: somebody must say whether it opens or closes.
    """

    title: str
    begins: str
    reason: str
    is_question: bool = False

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


class _Question(EventError):
    """An event that may open or close."""


def read_ical(content: bytes, tz: tzinfo, between: tuple[date, date], doubtful: Doubtful = Doubtful.ASK) -> IcalImport:
    """The exceptions of the local days from `between[0]` to `between[1]`, both included, in order.

    Every event of the file is imported or named in `left_out`. Raises IcalError for a file that is no calendar, is cut
    off, or repeats without end.
    """
    blocks = read_blocks(content)
    events = tuple(block for block in blocks if block.kind == "VEVENT")
    zones = ZoneNames.of(blocks, tz)
    reader = EventReader(events, zones, *between)
    days = _Days(tz, between, doubtful)
    occurrences = reader.read()
    questions: set[int] = set()
    for occurrence in occurrences:
        try:
            days.check(occurrence, events[occurrence.event])
        except EventError as error:
            reader.problems.setdefault(occurrence.event, str(error))
            if isinstance(error, _Question):
                questions.add(occurrence.event)
    for occurrence in occurrences:
        if occurrence.event not in reader.problems:
            days.add(occurrence, events[occurrence.event])
    left_out = _list_left_out(events, days.imported, reader.problems, questions, between)
    return IcalImport(days.exceptions(), len(events), len(days.imported), left_out, tuple(sorted(zones.unknown)))


def _list_left_out(
    events: Iterable[TextBlock],
    imported: Iterable[int],
    problems: dict[int, str],
    questions: Iterable[int],
    between: tuple[date, date],
) -> tuple[LeftOutEvent, ...]:
    outside = f"has no day from {between[0]} to {between[1]}"
    return tuple(
        LeftOutEvent(_clean_title(event), _begins(event), problems.get(place, outside), place in questions)
        for place, event in enumerate(events)
        if place not in imported
    )


class _Days:
    """Collects what the occurrences say about each day."""

    def __init__(self, tz: tzinfo, between: tuple[date, date], doubtful: Doubtful) -> None:
        self._tz, self._between, self._doubtful = tz, between, doubtful
        self._openings: dict[date, list[Span]] = defaultdict(list)
        self._closed: set[date] = set()
        self._titles: dict[date, list[str]] = defaultdict(list)
        self.imported: set[int] = set()

    def check(self, occurrence: Occurrence, event: TextBlock) -> None:
        """Raises EventError for an occurrence that is neither an opening nor a closing."""
        _closes(_clean_title(event), *_local_times(occurrence, event, self._tz), self._doubtful)

    def add(self, occurrence: Occurrence, event: TextBlock) -> None:
        """Adds what the occurrence says about its days; it must pass `check`."""
        title = _clean_title(event)
        begin, end = _local_times(occurrence, event, self._tz)
        closes = _closes(title, begin, end, self._doubtful)
        first, last = self._between
        for day, span in _split_into_days(begin, end, first, last):
            self.imported.add(occurrence.event)
            self._titles[day].append(title)
            if closes:
                self._closed.add(day)
            else:
                self._openings[day] += _on_both_clocks(occurrence, span, self._tz)

    def exceptions(self) -> tuple[ImportedException, ...]:
        return tuple(
            ImportedException(
                day,
                () if day in self._closed else _merge_spans(self._openings[day]),
                " / ".join(dict.fromkeys(self._titles[day])),
            )
            for day in sorted(self._titles)
        )


def _closes(title: str, begin: datetime, end: datetime, doubtful: Doubtful) -> bool:
    """Whether the event closes its days; else it opens them. Raises EventError when that cannot be said."""
    says_closed, says_open = _CLOSED.search(title) is not None, _OPEN.search(title) is not None
    away, length = _AWAY.search(title) is not None, end - begin
    whole_days = begin.time() == end.time() == time() and length > timedelta()
    if (says_closed or away) and _DENIED.search(title):
        return _ask("says that it is closed, and that it is not", doubtful)
    if _NOT_OPEN.search(title) and not says_closed:
        return _ask("says that it is not open; call it closed if it is", doubtful)
    if _CLOSED_FIRST.match(title) or (says_closed and not says_open):
        return True
    if says_closed:
        return _ask("says both open and closed", doubtful)
    if away and not says_open and (whole_days or not length or length >= COVERS_THE_DAY):
        return True
    if length <= timedelta():
        raise EventError("has no length; give it an end")
    if away and not says_open:
        return _ask(f"from {begin:%H:%M} to {end:%H:%M} may be an opening or a closing", doubtful)
    if whole_days and not says_open:
        return True
    if whole_days and doubtful is Doubtful.ASK:
        return _ask("does not say from when to when; give the event its times", doubtful)
    return _ask("would open for about a day", doubtful) if length >= ABOUT_A_DAY else False


def _ask(question: str, doubtful: Doubtful) -> bool:
    if doubtful is Doubtful.ASK:
        raise _Question(question)
    return doubtful is Doubtful.CLOSED


def _clean_title(event: TextBlock) -> str:
    """The title as one line of at most 60 characters, without invisible ones."""
    written = re.sub(r"\\(.)", lambda each: "\n" if each[1] in "nN" else each[1], event.value("SUMMARY"))
    text = unicodedata.normalize("NFC", unescape(written))  # web calendars write "Ferm&eacute;"
    plain = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    return " ".join(plain.split())[:60]


def _begins(event: TextBlock) -> str:
    """The beginning as the file writes it, for a person: 2030-12-24, 2030-12-24 09:00."""
    written = event.value("DTSTART")
    found = re.match(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d))?", written)
    if found is None:
        return "without a date"
    year, month, day, hour, minute = found.groups()
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour else "")


def _local_times(occurrence: Occurrence, event: TextBlock, tz: tzinfo) -> tuple[datetime, datetime]:
    """Beginning and end on local clocks, to the minute; midnight for what is meant as whole days."""
    if occurrence.all_day:
        return occurrence.start, occurrence.end
    begin, end = (_to_local(moment, occurrence.zone, tz) for moment in (occurrence.start, occurrence.end))
    if event.value(_OUTLOOK_ALL_DAY).upper() == "TRUE":
        own_days = occurrence.start.time() == time()  # Outlook writes midnight of the zone in which it was entered
        begin, end = (occurrence.start, occurrence.end) if own_days else (begin, end)
        days = max(DAY, (end - begin + DAY / 2) // DAY * DAY)
        first = datetime.combine((begin + DAY / 2).date() if begin.hour >= 12 else begin.date(), time())
        return first, first + days
    begin = begin.replace(second=0, microsecond=0)
    if end.second:
        end = end.replace(second=0, microsecond=0) + _MINUTE
    if (end.hour, end.minute) == (23, 59):
        end += _MINUTE
    before, after = occurrence.instants()
    if end <= begin and after > before:  # clocks went back in between: what they show is covered on both passes
        begin, end = _repeated_hour(before, after, tz)
    return begin, end


def _to_local(wall: datetime, zone: tzinfo, tz: tzinfo) -> datetime:
    return wall if zone == tz else wall.replace(tzinfo=zone).astimezone(tz).replace(tzinfo=None)


def _repeated_hour(before: datetime, after: datetime, tz: tzinfo) -> tuple[datetime, datetime]:
    """The earliest and latest times that clocks show from `before` to `after`, which lie around a change back."""
    shown = []
    moment = before
    while moment < after:
        shown.append(moment.astimezone(tz).replace(tzinfo=None))
        moment += _MINUTE
    return min(shown), max(shown) + _MINUTE


def _split_into_days(begin: datetime, end: datetime, first: date, last: date) -> Iterator[tuple[date, Span]]:
    """Each of the days from `first` to `last` on which the event takes place, with its span."""
    day = max(begin.date(), first)
    last = min(last, end.date())
    while day <= last:
        opens = _minute_of_day(begin) if day == begin.date() else 0
        until = _minute_of_day(end) if day == end.date() else DAY_END
        if until > opens or begin == end:
            yield day, Span(opens, until)
        day += DAY


def _on_both_clocks(occurrence: Occurrence, span: Span, tz: tzinfo) -> list[Span]:
    """The span; in the night in which clocks go back, an event over the change covers the repeated hour as well."""
    before, after = occurrence.instants()
    here, there = (moment.astimezone(tz) for moment in (before, after))
    back = (here.utcoffset() or timedelta()) - (there.utcoffset() or timedelta())
    if back <= timedelta() or there.date() != here.date() or span.closes == DAY_END:
        return [span]
    change_back = back // _MINUTE
    return [Span(span.opens, max(span.closes, min(DAY_END, _change_minute(before, after, tz) + change_back)))]


def _change_minute(before: datetime, after: datetime, tz: tzinfo) -> int:
    """The minute of the day that clocks show just after they went back."""
    offset = before.astimezone(tz).utcoffset()
    while after - before > _MINUTE:
        middle = before + (after - before) / 2
        if middle.astimezone(tz).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return _minute_of_day(after.astimezone(tz))


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
