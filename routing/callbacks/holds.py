"""Holds: intervals in which no callback is made, whatever the opening hours are; the clock of a callback stands still.

A blackout period is one, and so are `callbacks pause`, `hours close` and the time without a trunk.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from routing.hours.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Hold:
    """From `starts_at` (included) to `ends_at` (excluded); None: until somebody ends it, and nobody knows when."""

    starts_at: datetime
    ends_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """True while the hold lasts."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether the hold has an instant in common with the interval from `start` (included) to `end` (excluded)."""
        return self.starts_at < end and (self.ends_at is None or start < self.ends_at)


def is_held(holds: Iterable[Hold], at: datetime) -> bool:
    """Whether no callback is made at `at`."""
    return any(hold.covers(at) for hold in holds)


def has_open_end(holds: Iterable[Hold], at: datetime) -> bool:
    """Whether a hold whose end is unknown lasts at `at`."""
    return any(hold.ends_at is None and hold.covers(at) for hold in holds)


def end_holds(holds: Iterable[Hold], at: datetime) -> tuple[Hold, ...]:
    """The holds as if those without a known end ended at `at`."""
    ended = (Hold(hold.starts_at, hold.ends_at or max(at, hold.starts_at)) for hold in holds)
    return tuple(hold for hold in ended if hold.ends_at and hold.starts_at < hold.ends_at)


def list_free_parts(holds: Iterable[Hold], start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The parts of the interval from `start` to `end` that no hold covers, in order."""
    for hold in sorted(holds, key=lambda hold: hold.starts_at):
        if hold.overlaps(start, end):
            if start < hold.starts_at:
                yield start, hold.starts_at
            if hold.ends_at is None:
                return
            start = hold.ends_at
    if start < end:
        yield start, end


def next_callable(calendar: Calendar, holds: Iterable[Hold], at: datetime) -> datetime | None:
    """The first instant from `at` on that is open and in no hold.

    None when it stays closed for the next 400 days, or is held until somebody ends the hold.
    """
    known = tuple(holds)
    while (opening := calendar.next_opening(at)) is not None:
        ends = [hold.ends_at for hold in known if hold.covers(opening)]
        if not ends:
            return opening
        if None in ends:
            return None
        at = max(end for end in ends if end)
    return None
