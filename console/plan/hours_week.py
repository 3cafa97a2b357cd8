"""The week of opening hours in a form: spans of each day, copied from day to day, and refused at their field."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from console.forms import parse_number
from console.plan.forms import FieldError, FieldErrors, Fields
from console.plan.typed_times import normalize_time
from routing.hours import notation
from routing.hours.notation import WEEKDAY_CODES
from routing.hours.opening_hours import DAY_END, Span
from routing.plan.value_text import PlainValue
from routing.quoting import quote_word
from translations.message import Message, translatable

MIN_SPANS = 2
MAX_SPANS = 12
CLOSED = "closed"
SPANS_FIELD = "spans"
WORKING_DAYS = WEEKDAY_CODES[1:5]
"""Tuesday to Friday: those that get the hours of Monday."""


def week_fields(week: Sequence[Sequence[Span]]) -> dict[str, str]:
    """The fields of a week."""
    return {
        f"{day}-{number}-{edge}": clock
        for day, spans in zip(WEEKDAY_CODES, week, strict=True)
        for number, span in enumerate(spans, 1)
        for edge, clock in zip(("from", "to"), notation.format_spans([span]).split("-"), strict=True)
    }


def is_week_field(name: str) -> bool:
    """Whether the field is a time of the week, such as "mon-1-from"."""
    return name[:3] in WEEKDAY_CODES and name.count("-") == 2


def count_spans(fields: Fields) -> int:
    """How many spans the form shows for each day."""
    numbers = (parse_number(name.split("-")[1]) for name in fields if is_week_field(name) and fields[name])
    wanted = parse_number(fields.get(SPANS_FIELD)) or 0
    return min(max((MIN_SPANS, wanted, *(number or 0 for number in numbers))), MAX_SPANS)


def copy_day(fields: Fields, source: str, targets: Sequence[str]) -> dict[str, str]:
    """The fields with the times of one day on others as well."""
    kept = {name: value for name, value in fields.items() if not (is_week_field(name) and name[:3] in targets)}
    times = {name[3:]: value for name, value in fields.items() if is_week_field(name) and name[:3] == source}
    return {**kept, **{f"{day}{rest}": value for day in targets for rest, value in times.items()}}


def read_week(fields: Fields) -> tuple[tuple[Span, ...], ...]:
    """The spans of the seven days, in order. Raises FieldErrors with the first wrong field of each day."""
    problems: dict[str, Message] = {}
    week = tuple(_read_day(fields, day, problems) for day in WEEKDAY_CODES)
    if problems:
        raise FieldErrors(problems)
    return week


def _read_day(fields: Fields, day: str, problems: dict[str, Message]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for number in range(1, count_spans(fields) + 1):
        names = [f"{day}-{number}-{edge}" for edge in ("from", "to")]
        typed = [fields.get(name, "").strip() for name in names]
        if not any(typed):
            continue
        try:
            span = _read_span(names, typed)
        except FieldError as error:
            problems |= error.reasons
            return ()
        if spans and span.opens < spans[-1].closes:
            problems[names[0]] = translatable("begins before the period before it has ended")
            return ()
        spans.append(span)
    return tuple(spans)


def _read_span(names: Sequence[str], typed: Sequence[str]) -> Span:
    if not typed[0]:
        raise FieldError(names[0], translatable("say from when, such as 09:00"))
    if not typed[1]:
        raise FieldError(names[1], translatable("say until when, such as 18:00"))
    opens, closes = (_read_time(name, text) for name, text in zip(names, typed, strict=True))
    if opens >= closes:
        raise FieldError(
            names[1],
            translatable("ends before it begins; a night is entered on two days: until 24:00, then from 00:00"),
        )
    return Span(opens, closes)


def _read_time(name: str, text: str) -> int:
    """The minute of the day. Raises FieldError."""
    hour, _, minute = normalize_time(text).partition(":")
    read_hour, read_minute = parse_number(hour), parse_number(minute)
    if read_hour is None or read_minute is None:
        raise FieldError(
            name, translatable("%(word)s is not a time of day; write one such as 09:00", word=quote_word(text))
        )
    if read_minute > 59 or read_hour * 60 + read_minute > DAY_END:
        raise FieldError(
            name, translatable("%(word)s is not a time of day; the last one is 24:00", word=quote_word(text))
        )
    return read_hour * 60 + read_minute


def write_week(week: Sequence[tuple[Span, ...]], old: PlainValue) -> PlainValue:
    """The week in the lines of the plan as far as its days are the same; a day with other hours leaves its line."""
    rows: list[tuple[int, str, PlainValue]] = []
    covered: set[int] = set()
    for name, spans in old.items() if isinstance(old, Mapping) else ():
        days = notation.parse_weekdays(name)
        if len({week[day] for day in days}) == 1:
            is_same = week[days[0]] == notation.parse_spans(str(spans))
            rows.append((days[0], name, spans if is_same else notation.format_spans(week[days[0]])))
            covered |= {*days}
    rows += _new_rows(week, [day for day in range(7) if day not in covered and week[day]])
    return {name: spans for _, name, spans in sorted(rows, key=lambda row: row[0])} or {"mon-sun": CLOSED}


def _new_rows(week: Sequence[tuple[Span, ...]], days: Sequence[int]) -> Iterator[tuple[int, str, PlainValue]]:
    """A line for each run of days with the same hours."""
    for _, group in groupby(days, key=lambda day: (week[day], day - days.index(day))):
        first, *others = group
        name = f"{WEEKDAY_CODES[first]}-{WEEKDAY_CODES[others[-1]]}" if others else WEEKDAY_CODES[first]
        yield first, name, notation.format_spans(week[first])
