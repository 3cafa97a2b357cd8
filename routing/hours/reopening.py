"""The prompts that announce the next opening: a finite set of sentences, known from the plan."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from routing.hours.calendar import Calendar
from routing.hours.opening_hours import DAY_END, OpeningHours
from routing.hours.public_holidays import HolidayZone
from routing.hours.spoken_times import (
    english_date,
    english_time,
    english_weekday,
    french_date,
    french_time,
    french_weekday,
)

_PREFIX = "reopens-"
REOPENS_LATER_KEY = f"{_PREFIX}later"
WEEK = 7

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SpokenDay = tuple[str, str]  # in French and in English


def reopening_prompt_key(calendar: Calendar, now: datetime) -> str | None:
    """The key of the prompt that announces the next opening, such as "reopens-mon-0900".

    A weekday would be ambiguous from seven days on: then it is "reopens-20310106-0900" after dated exceptions,
    otherwise "reopens-later". None when it is open, or never opens again.
    """
    opening = None if calendar.is_open(now) else calendar.next_opening(now)
    span = calendar.find_open_span(opening) if opening else None
    if opening is None or span is None:
        return None
    today, day = calendar.local_date(now), calendar.local_date(opening)
    ahead = (day - today).days
    if ahead < WEEK:
        return _format_key({0: "today", 1: "tomorrow"}.get(ahead, _DAYS[day.weekday()]), span.opens)
    excepted = any(today <= special < day for special in calendar.hours.exceptions)
    return _format_key(f"{day:%Y%m%d}", span.opens) if excepted else REOPENS_LATER_KEY


def next_opening_prompt_key(calendar: Calendar, now: datetime, closed_until: datetime) -> str | None:
    """The key of the prompt that announces the opening of a number that is closed by hand until that instant.

    The prompts are those of `next_opening_texts`. None when it never opens again.
    """
    opening = _opening_after(calendar, closed_until)
    if opening is None:
        return None
    today, (day, minute) = calendar.local_date(now), opening
    ahead = (day - today).days
    if ahead >= WEEK:
        return _format_key(f"{day:%Y%m%d}", minute)
    return _format_key({0: "today", 1: "tomorrow"}.get(ahead, _DAYS[day.weekday()]), minute)


def next_opening_texts(calendar: Calendar, now: datetime, closed_until: datetime) -> dict[str, Mapping[str, str]]:
    """Every prompt that next_opening_prompt_key may name from `now` on, by key, with its texts by language."""
    opening = _opening_after(calendar, closed_until)
    if opening is None:
        return {}
    day, minute = opening
    dated = {f"{day:%Y%m%d}": (french_date(day), english_date(day))}
    names = [*(_name_near_days(day.weekday()) | dated).items()]  # today, tomorrow, the weekday, the date
    ahead = (day - calendar.local_date(now)).days
    needed = names[: 4 if ahead >= WEEK else min(ahead, 2) + 1]
    return {_format_key(when, minute): _build_texts(spoken, minute) for when, spoken in needed}


def _opening_after(calendar: Calendar, closed_until: datetime) -> tuple[date, int] | None:
    """The local day and the minute of the day at which it opens, at `closed_until` or after it."""
    opening = calendar.next_opening(closed_until)
    if opening is None:
        return None
    local = opening.astimezone(calendar.timezone)
    return local.date(), local.hour * 60 + local.minute


def reopening_prompt_texts(calendars: Iterable[Calendar]) -> dict[str, Mapping[str, str]]:
    """Every prompt that reopening_prompt_key may name, by key, with its texts by language."""
    texts: dict[str, Mapping[str, str]] = {}
    for calendar in calendars:
        if _never_closes(calendar.hours):
            continue
        for weekday, opens in sorted(set(_list_openings(calendar.hours))):
            for when, spoken in _name_near_days(weekday).items():
                texts[_format_key(when, opens)] = _build_texts(spoken, opens)
        for day, opens in sorted(set(_find_openings_after_long_closures(calendar))):
            texts[_format_key(f"{day:%Y%m%d}", opens)] = _build_texts((french_date(day), english_date(day)), opens)
        texts[REOPENS_LATER_KEY] = {"fr": "Nous rouvrons prochainement.", "en": "We open again soon."}
    return texts


def is_reopening_prompt(key: str) -> bool:
    """Whether the prompt of this key announces a next opening."""
    return key.startswith(_PREFIX)


def _name_near_days(weekday: int) -> dict[str, _SpokenDay]:
    """The names of a day of the coming week."""
    return {
        "today": ("aujourd'hui", "today"),
        "tomorrow": ("demain", "tomorrow"),
        _DAYS[weekday]: (french_weekday(weekday), english_weekday(weekday)),
    }


def _never_closes(hours: OpeningHours) -> bool:
    days = [*hours.week, *(special.spans for special in hours.exceptions.values())]
    return hours.holiday_zone is HolidayZone.NONE and all(
        sum(span.closes - span.opens for span in day) == DAY_END for day in days
    )


def _list_openings(hours: OpeningHours) -> Iterator[tuple[int, int]]:
    exceptions = ((day.weekday(), special.spans) for day, special in hours.exceptions.items())
    for weekday, spans in (*enumerate(hours.week), *exceptions):
        yield from ((weekday, span.opens) for span in spans)


def _find_openings_after_long_closures(calendar: Calendar) -> Iterator[tuple[date, int]]:
    """The day and minute of each opening that follows exceptions and at least a week of closed days."""
    hours = calendar.hours
    for special in hours.exceptions:
        after = special + timedelta(days=1)
        if after in hours.exceptions and not hours.spans(after):
            continue  # only the last day of a closed range counts
        opening = calendar.next_opening(calendar.start_of_day(after))
        span = calendar.find_open_span(opening) if opening else None
        if opening and span:
            day = calendar.local_date(opening)
            if calendar.next_opening(calendar.start_of_day(day - timedelta(days=WEEK - 1))) == opening:
                yield day, span.opens


def _format_key(when: str, opens: int) -> str:
    return f"{_PREFIX}{when}-{opens // 60:02}{opens % 60:02}"


def _build_texts(when: _SpokenDay, opens: int) -> Mapping[str, str]:
    french, english = when
    return {
        "fr": f"Nous rouvrons {french} à {french_time(opens)}.",
        "en": f"We open again {english} at {english_time(opens)}".removesuffix(".") + ".",
    }
