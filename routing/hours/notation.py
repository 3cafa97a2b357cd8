"""The notation of hours in a plan: "mon-fri", "09:00-12:30, 13:30-18:00", "closed"."""

import re
from collections.abc import Iterable
from itertools import pairwise

from routing.errors import InvalidTextError
from routing.hours.opening_hours import DAY_END, Span
from routing.quoting import quote_word
from translations.message import translatable

WEEKDAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"(\d{1,2}):(\d{2}) ?[-–] ?(\d{1,2}):(\d{2})", re.ASCII)


def parse_weekdays(text: str) -> range:
    """The weekdays (0 is Monday) of "mon" or "mon-fri". Raises InvalidTextError."""
    first, _, last = text.partition("-")
    if first not in WEEKDAY_CODES or (last or first) not in WEEKDAY_CODES or text.endswith("-"):
        raise InvalidTextError(
            translatable(
                "%(word)s is not a day; write %(days)s, or a range such as mon-fri",
                word=quote_word(text),
                days=", ".join(WEEKDAY_CODES),
            )
        )
    days = range(WEEKDAY_CODES.index(first), WEEKDAY_CODES.index(last or first) + 1)
    if not days:
        raise InvalidTextError(
            translatable("%(word)s runs backwards; a range goes from mon towards sun", word=quote_word(text))
        )
    return days


def parse_spans(text: str) -> tuple[Span, ...]:
    """The spans of "09:00-12:30, 13:30-18:00", in order; none for "closed". Raises InvalidTextError."""
    if text == "closed":
        return ()
    spans = tuple(_parse_span(part.strip()) for part in text.split(","))
    for earlier, later in pairwise(spans):
        if later.opens < earlier.closes:
            raise InvalidTextError(
                translatable(
                    "%(word)s overlaps or is out of order; write the times of a day in order", word=quote_word(text)
                )
            )
    return spans


def format_spans(spans: Iterable[Span]) -> str:
    """Spans in the notation of a plan: "09:00-12:30, 13:30-18:00", or "closed"."""
    return ", ".join(f"{_format_time(span.opens)}-{_format_time(span.closes)}" for span in spans) or "closed"


def _format_time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _parse_span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if not match:
        raise InvalidTextError(
            translatable(
                "%(word)s is not a time span; write 09:00-12:30, several with commas, or closed", word=quote_word(text)
            )
        )
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    span = Span(from_hour * 60 + from_minute, to_hour * 60 + to_minute)
    if from_minute > 59 or to_minute > 59 or span.closes > DAY_END:
        raise InvalidTextError(
            translatable("%(word)s is not a time of day; the last one is 24:00", word=quote_word(text))
        )
    if span.opens >= span.closes:
        raise InvalidTextError(
            translatable(
                "%(word)s ends before it begins; a night is 22:00-24:00, then 00:00-06:00 the next day",
                word=quote_word(text),
            )
        )
    return span
