"""The calls that a centre was given, and their counts by day, from which costs and figures are worked out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import ceil, floor


@dataclass(frozen=True, slots=True)
class HandedOverCall:
    """A call that a centre was given. `day` is that of the hand-off in the plan's time zone.

    `ring_s` None: the centre has not answered; `talk_s` None: it has not answered, or the talk goes on. `abandoned`:
    the caller hung up first; `not_taken`: busy, nobody there, no voice; `missing`: answered, and the centre has not
    said what became of it.
    """

    reference: str
    at: datetime
    day: date
    ring_s: float | None = None
    talk_s: float | None = None
    abandoned: bool = False
    not_taken: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class DayCount:
    """The calls of one day.

    `rings`: how many were answered after so many seconds, rounded up; `talks`: how many talks ended after so many,
    rounded down. So a limit in whole seconds holds for a call exactly when it holds for its number here.
    """

    day: date
    sent: int = 0
    abandoned: int = 0
    not_taken: int = 0
    missing: int = 0
    talk_ms: int = 0
    rings: Mapping[int, int] = field(default_factory=dict)
    talks: Mapping[int, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        return sum(self.rings.values())

    def count_answered_within(self, seconds: int | None) -> int:
        """How many were answered within so many seconds; all answers for None."""
        return sum(count for ring, count in self.rings.items() if seconds is None or ring <= seconds)

    def count_talks_from(self, seconds: int) -> int:
        """How many talks have lasted so long or longer."""
        return sum(count for talk, count in self.talks.items() if talk >= seconds)


def count_days(calls: Iterable[HandedOverCall]) -> tuple[DayCount, ...]:
    """The counts of each day on which there was a call, in order."""
    by_day: dict[date, list[HandedOverCall]] = {}
    for call in calls:
        by_day.setdefault(call.day, []).append(call)
    return tuple(count_day(day, by_day[day]) for day in sorted(by_day))


def count_day(day: date, calls: Iterable[HandedOverCall]) -> DayCount:
    """The counts of these calls, all of this day."""
    of_day = tuple(calls)
    talks = [call.talk_s for call in of_day if call.talk_s is not None]
    return DayCount(
        day=day,
        sent=len(of_day),
        abandoned=sum(call.abandoned for call in of_day),
        not_taken=sum(call.not_taken for call in of_day),
        missing=sum(call.missing for call in of_day),
        talk_ms=sum(milliseconds(talk) for talk in talks),
        rings=Counter(ceil(call.ring_s) for call in of_day if call.ring_s is not None),
        talks=Counter(floor(talk) for talk in talks),
    )


def milliseconds(seconds: float) -> int:
    return round(1000 * seconds)
