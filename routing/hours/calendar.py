"""Opening hours in a time zone: what is open at an instant, and when it opens next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from routing.hours.opening_hours import DAY_END, OpeningHours, Span
from routing.local_times import local_instants

SEARCH_DAYS = 400
CLOSING_SEARCH_DAYS = 8


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours on the clocks of a time zone."""

    hours: OpeningHours
    timezone: tzinfo

    def local_date(self, at: datetime) -> date:
        """The local day of an instant."""
        return at.astimezone(self.timezone).date()

    def start_of_day(self, day: date) -> datetime:
        """The instant at which a local day begins, in UTC."""
        return datetime.combine(day, time(), self.timezone).astimezone(UTC)

    def is_open(self, at: datetime) -> bool:
        """True when it is open at this instant."""
        return self.find_open_span(at) is not None

    def find_open_span(self, at: datetime) -> Span | None:
        """The span that is open at this instant, or None."""
        local = at.astimezone(self.timezone)
        minute = local.hour * 60 + local.minute
        return next((span for span in self.hours.spans(local.date()) if span.opens <= minute < span.closes), None)

    def next_opening(self, now: datetime) -> datetime | None:
        """The first open instant from `now` on (`now` itself when it is open), in UTC.

        None when it stays closed for the next 400 days.
        """
        start = now.astimezone(UTC)  # local times compare wrongly in the hour that autumn repeats
        if self.is_open(start):
            return start
        today = self.local_date(start)
        for ahead in range(SEARCH_DAYS + 1):
            for instant in sorted(self._edges(today + timedelta(days=ahead))):
                if instant >= start and self.is_open(instant):
                    return instant
        return None

    def next_closing(self, now: datetime) -> datetime | None:
        """The first instant after `now` that is closed, in UTC; for an open instant `now`.

        None when it stays open for the next eight days: nobody needs to know an end that far away.
        """
        start = now.astimezone(UTC)
        today = self.local_date(start)
        for ahead in range(CLOSING_SEARCH_DAYS + 1):
            for instant in sorted(self._edges(today + timedelta(days=ahead))):
                if instant > start and not self.is_open(instant):
                    return instant
        return None

    def open_intervals(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The opening hours of a local day as instants (UTC); a span in an hour that spring skips is left out."""
        for span in self.hours.spans(day):
            opens, closes = self._instant(day, span.opens, 0), self._instant(day, span.closes, 1)
            if opens < closes:
                yield opens, closes

    def instants(self, day: date, minute: int) -> set[datetime]:
        """The instants (UTC) at which local clocks show this minute of the day.

        Two in the hour that autumn repeats, none in the hour that spring skips.
        """
        return {*local_instants(datetime.combine(day, time(minute // 60, minute % 60)), self.timezone)}

    def _instant(self, day: date, minute: int, fold: int) -> datetime:
        """The instant at which local clocks show this minute; of two, the first (`fold` 0) or the second."""
        if minute == DAY_END:
            return self.start_of_day(day + timedelta(days=1))
        wall = datetime.combine(day, time(minute // 60, minute % 60), self.timezone)
        return wall.replace(fold=fold).astimezone(UTC)

    def _edges(self, day: date) -> Iterator[datetime]:
        """The instants of a local day at which it may open or close.

        They are its beginning, the edges of its spans, and a change of the clocks.
        """
        for edge in {0, *(edge for span in self.hours.spans(day) for edge in (span.opens, span.closes))} - {DAY_END}:
            yield from self.instants(day, edge)
        yield from self._clock_change(day)

    def _clock_change(self, day: date) -> Iterator[datetime]:
        """The instant of that day, if any, from which another UTC offset holds (bisection, to the second)."""
        # Some zones change at midnight, so the search begins before the day.
        before = datetime.combine(day, time(), self.timezone).astimezone(UTC) - timedelta(hours=3)
        after = before + timedelta(hours=30)
        offset = before.astimezone(self.timezone).utcoffset()
        if after.astimezone(self.timezone).utcoffset() == offset:
            return
        while after - before > timedelta(seconds=1):
            middle = before + ((after - before) // 2 // timedelta(seconds=1)) * timedelta(seconds=1)
            if middle.astimezone(self.timezone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        if after.astimezone(self.timezone).date() == day:
            yield after
