"""What a caller who finds us closed is told of the next opening: a finite set of sentences, known from the plan."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from routing.calendars import HolidayZone
from routing.hours import DAY_END, Hours, is_open, next_opening, span_at
from routing.spoken_times import (
    english_date,
    english_time,
    english_weekday,
    french_date,
    french_time,
    french_weekday,
)

LATER = "reopens-later"
WEEK = 7

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_Said = tuple[str, str]  # a day as the two languages say it


def reopening_key(hours: Hours, now: datetime, tz: tzinfo) -> str | None:
    """The key of the sentence that says when we open again, such as "reopens-mon-0900".

    From seven days on a weekday alone would mislead: "reopens-20310106-0900" after dated exceptions, otherwise
    "reopens-later". None when open, or closed for good.
    """
    opening = None if is_open(hours, now, tz) else next_opening(hours, now, tz)
    span = span_at(hours, opening, tz) if opening else None
    if opening is None or span is None:
        return None
    today, day = now.astimezone(tz).date(), opening.astimezone(tz).date()
    ahead = (day - today).days
    if ahead < WEEK:
        return _key({0: "today", 1: "tomorrow"}.get(ahead, _DAYS[day.weekday()]), span.opens)
    excepted = any(today <= special < day for special in hours.exceptions)
    return _key(f"{day:%Y%m%d}", span.opens) if excepted else LATER


def reopening_texts(calendars: Iterable[Hours], tz: tzinfo) -> dict[str, Mapping[str, str]]:
    """Every sentence that `reopening_key` may ask for, by key, with its texts by language."""
    texts: dict[str, Mapping[str, str]] = {}
    for hours in calendars:
        if _never_closes(hours):
            continue
        for weekday, opens in sorted(set(_openings(hours))):
            for when, said in _near(weekday).items():
                texts[_key(when, opens)] = _texts(said, opens)
        for day, opens in sorted(set(_after_long_closures(hours, tz))):
            texts[_key(f"{day:%Y%m%d}", opens)] = _texts((french_date(day), english_date(day)), opens)
        texts[LATER] = {"fr": "Nous rouvrons prochainement.", "en": "We open again soon."}
    return texts


def _near(weekday: int) -> dict[str, _Said]:
    """How a day of the coming week may be called."""
    return {
        "today": ("aujourd'hui", "today"),
        "tomorrow": ("demain", "tomorrow"),
        _DAYS[weekday]: (french_weekday(weekday), english_weekday(weekday)),
    }


def _never_closes(hours: Hours) -> bool:
    days = [*hours.week, *(special.spans for special in hours.exceptions.values())]
    return hours.holidays is HolidayZone.NONE and all(
        sum(span.closes - span.opens for span in day) == DAY_END for day in days
    )


def _openings(hours: Hours) -> Iterator[tuple[int, int]]:
    exceptions = ((day.weekday(), special.spans) for day, special in hours.exceptions.items())
    for weekday, spans in (*enumerate(hours.week), *exceptions):
        yield from ((weekday, span.opens) for span in spans)


def _after_long_closures(hours: Hours, tz: tzinfo) -> Iterator[tuple[date, int]]:
    """Day and minute of each opening that follows an exception and a week or more of being closed."""
    for special in hours.exceptions:
        after = special + timedelta(days=1)
        if after in hours.exceptions and not hours.spans(after):
            continue  # the last day of a row tells for all
        opening = next_opening(hours, _midnight(after, tz), tz)
        span = span_at(hours, opening, tz) if opening else None
        if opening and span:
            day = opening.astimezone(tz).date()
            if next_opening(hours, _midnight(day - timedelta(days=WEEK - 1), tz), tz) == opening:
                yield day, span.opens


def _midnight(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time(), tz)


def _key(when: str, opens: int) -> str:
    return f"reopens-{when}-{opens // 60:02}{opens % 60:02}"


def _texts(when: _Said, opens: int) -> Mapping[str, str]:
    french, english = when
    return {
        "fr": f"Nous rouvrons {french} à {french_time(opens)}.",
        "en": f"We open again {english} at {english_time(opens)}".removesuffix(".") + ".",
    }
