"""How hours are written in a plan: "mon-fri", "09:00-12:30, 13:30-18:00", "closed". Errors are sentences."""

import re
from collections.abc import Iterable
from itertools import pairwise

from routing.hours import DAY_END, Span
from routing.plan_tree import quoted

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"(\d{1,2}):(\d{2}) ?[-–] ?(\d{1,2}):(\d{2})", re.ASCII)


def weekdays(text: str) -> range:
    """The days (0 is Monday) of "mon" or "mon-fri". Raises ValueError."""
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS or text.endswith("-"):
        raise ValueError(f"{quoted(text)} is not a day; write {', '.join(DAYS)}, or a range such as mon-fri")
    days = range(DAYS.index(first), DAYS.index(last or first) + 1)
    if not days:
        raise ValueError(f"{quoted(text)} runs backwards; a range goes from mon towards sun")
    return days


def spans(text: str) -> tuple[Span, ...]:
    """The spans of "09:00-12:30, 13:30-18:00", in order; none for "closed". Raises ValueError."""
    if text == "closed":
        return ()
    found = tuple(_span(part.strip()) for part in text.split(","))
    for earlier, later in pairwise(found):
        if later.opens < earlier.closes:
            raise ValueError(f"{quoted(text)} overlaps or is out of order; write the times of a day in order")
    return found


def written(spans: Iterable[Span]) -> str:
    """Spans as a plan has them: "09:00-12:30, 13:30-18:00", or "closed"."""
    return ", ".join(f"{_clock(span.opens)}-{_clock(span.closes)}" for span in spans) or "closed"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError(f"{quoted(text)} is not a time span; write 09:00-12:30, several with commas, or closed")
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    span = Span(from_hour * 60 + from_minute, to_hour * 60 + to_minute)
    if from_minute > 59 or to_minute > 59 or span.closes > DAY_END:
        raise ValueError(f"{quoted(text)} is not a time of day; the last one is 24:00")
    if span.opens >= span.closes:
        raise ValueError(f"{quoted(text)} ends before it begins; a night is 22:00-24:00, then 00:00-06:00 the next day")
    return span
