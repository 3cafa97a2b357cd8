"""The times of an event of a calendar file on local clocks, and the days on which it takes place."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from routing.hours.calendar_events import Occurrence
from routing.hours.calendar_lines import DAY
from routing.hours.calendar_text import TextBlock
from routing.hours.opening_hours import DAY_END, Span

_MINUTE = timedelta(minutes=1)
_OUTLOOK_ALL_DAY = "X-MICROSOFT-CDO-ALLDAYEVENT"


def local_times(occurrence: Occurrence, event: TextBlock, tz: tzinfo) -> tuple[datetime, datetime]:
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


def split_into_days(begin: datetime, end: datetime, first: date, last: date) -> Iterator[tuple[date, Span]]:
    """Each of the days from `first` to `last` on which the event takes place, with its span."""
    day = max(begin.date(), first)
    last = min(last, end.date())
    while day <= last:
        opens = _minute_of_day(begin) if day == begin.date() else 0
        until = _minute_of_day(end) if day == end.date() else DAY_END
        if until > opens or begin == end:
            yield day, Span(opens, until)
        day += DAY


def cover_both_clocks(occurrence: Occurrence, span: Span, tz: tzinfo) -> list[Span]:
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
