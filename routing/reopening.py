"""What a caller who finds us closed is told of the next opening: a finite set of sentences, known from the plan."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo

from routing.calendars import HolidayZone
from routing.hours import DAY_END, Hours, is_open, next_opening, span_at

LATER = "reopens-later"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHEN = {
    "today": {"fr": "aujourd'hui", "en": "today"},
    "tomorrow": {"fr": "demain", "en": "tomorrow"},
    "mon": {"fr": "lundi", "en": "on Monday"},
    "tue": {"fr": "mardi", "en": "on Tuesday"},
    "wed": {"fr": "mercredi", "en": "on Wednesday"},
    "thu": {"fr": "jeudi", "en": "on Thursday"},
    "fri": {"fr": "vendredi", "en": "on Friday"},
    "sat": {"fr": "samedi", "en": "on Saturday"},
    "sun": {"fr": "dimanche", "en": "on Sunday"},
}
_UNITS = (
    *("zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante"}


def reopening_key(hours: Hours, now: datetime, tz: tzinfo) -> str | None:
    """The key of the sentence that says when we open again, such as "reopens-mon-0900".

    "reopens-later" from seven days on, when a weekday alone would mislead; None when open, or closed for good.
    """
    opening = None if is_open(hours, now, tz) else next_opening(hours, now, tz)
    if opening is None:
        return None
    day = opening.astimezone(tz).date()
    ahead = (day - now.astimezone(tz).date()).days
    if ahead >= 7:
        return LATER
    span = span_at(hours, opening, tz)
    when = {0: "today", 1: "tomorrow"}.get(ahead, _DAYS[day.weekday()])
    return _key(when, span.opens) if span else None


def reopening_texts(calendars: Iterable[Hours]) -> dict[str, Mapping[str, str]]:
    """Every sentence that `reopening_key` may ask for, by key, with its texts by language."""
    texts: dict[str, Mapping[str, str]] = {}
    for hours in calendars:
        if _never_closes(hours):
            continue
        for weekday, opens in sorted(set(_openings(hours))):
            for when in ("today", "tomorrow", _DAYS[weekday]):
                texts[_key(when, opens)] = _texts(when, opens)
        texts[LATER] = {"fr": "Nous rouvrons prochainement.", "en": "We open again soon."}
    return texts


def _never_closes(hours: Hours) -> bool:
    days = [*hours.week, *hours.exceptions.values()]
    return hours.holidays is HolidayZone.NONE and all(
        sum(span.closes - span.opens for span in day) == DAY_END for day in days
    )


def _openings(hours: Hours) -> Iterator[tuple[int, int]]:
    exceptions = ((day.weekday(), spans) for day, spans in hours.exceptions.items())
    for weekday, spans in (*enumerate(hours.week), *exceptions):
        yield from ((weekday, span.opens) for span in spans)


def _key(when: str, opens: int) -> str:
    return f"reopens-{when}-{opens // 60:02}{opens % 60:02}"


def _texts(when: str, opens: int) -> Mapping[str, str]:
    return {
        "fr": f"Nous rouvrons {_WHEN[when]['fr']} à {_french_time(opens)}.",
        "en": f"We open again {_WHEN[when]['en']} at {_english_time(opens)}".removesuffix(".") + ".",
    }


def _french_time(opens: int) -> str:
    hour, minute = divmod(opens, 60)
    if (hour, minute) == (12, 0):
        return "midi"
    name = f"{_french(hour)} heure{'s' if hour > 1 else ''}"
    return f"{name} {_french(minute)}" if minute else name


def _french(number: int) -> str:
    """A number below sixty, feminine as hours and minutes are."""
    if number < 20:
        return _UNITS[number]
    tens, unit = number // 10 * 10, number % 10
    joint = " et " if unit == 1 else "-"
    return _TENS[tens] + (f"{joint}{_UNITS[unit]}" if unit else "")


def _english_time(opens: int) -> str:
    hour, minute = divmod(opens, 60)
    if minute == 0 and hour in (0, 12):
        return "noon" if hour else "midnight"
    clock = f"{(hour - 1) % 12 + 1}" + (f":{minute:02}" if minute else "")
    return f"{clock} {'p.m.' if hour >= 12 else 'a.m.'}"
