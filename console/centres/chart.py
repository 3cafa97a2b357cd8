"""Contacts by week as bars, each with the number at which both tariffs cost the same as a line across it."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.centres.weeks import Week

HEIGHT, WIDTH, GAP = 120, 30, 10


@dataclass(frozen=True, slots=True)
class Bar:
    """Position and size in drawing units; `line` is how far down the break-even is, None when it is unknown."""

    x: int
    y: float
    height: float
    line: float | None
    week: Week


def build_bars(weeks: Sequence[Week]) -> Sequence[Bar]:
    """One bar for each week, from left to right; none when there is nothing to draw."""
    most = max((max(week.contacts, week.break_even or 0) for week in weeks), default=0)
    if not most:
        return ()
    return [
        Bar(
            place * (WIDTH + GAP),
            HEIGHT - _height(week.contacts, most),
            _height(week.contacts, most),
            None if week.break_even is None else HEIGHT - _height(week.break_even, most),
            week,
        )
        for place, week in enumerate(weeks)
    ]


def _height(count: int, most: int) -> float:
    return round((HEIGHT - 2) * count / most, 1)
