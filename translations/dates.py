"""Dates and times as each language writes them (CLDR, by Babel).

The patterns are texts of the catalogues: each language writes its own (https://cldr.unicode.org/translation/date-time).
"""

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from babel.dates import format_date, format_time, get_day_names

from translations.message import Message, translatable, translatable_in_context
from translations.typography import capitalize_first

_LOCALES = {"en": "en_GB"}
_NO_BREAK_SPACE = "\u00a0"

_DAY, _FIRST_DAY = translatable("EEEE d MMMM"), translatable_in_context("first day of a month", "EEEE d MMMM")
_DAY_OF_YEAR, _FIRST_DAY_OF_YEAR = (
    translatable("EEEE d MMMM y"),
    translatable_in_context("first day of a month", "EEEE d MMMM y"),
)
_MONTH = translatable("LLLL y")
_SHORT_DAY, _FIRST_SHORT_DAY = translatable("EEEE d"), translatable_in_context("first day of a month", "EEEE d")

_MORNING, _AFTERNOON = translatable("h:mm 'am'"), translatable("h:mm 'pm'")
_FULL_HOURS = (
    translatable("'midnight'"),
    translatable("'noon'"),
    translatable("h 'am'"),
    translatable("h 'pm'"),
)
_OPENING_HOURS = (
    translatable_in_context("opening hours", "'midnight'"),
    translatable_in_context("opening hours", "'noon'"),
    translatable_in_context("opening hours", "h 'am'"),
    translatable_in_context("opening hours", "h 'pm'"),
)

_NEAR_DAYS = {timedelta(0): translatable("today"), timedelta(1): translatable("tomorrow")}


def long_date(at: datetime, tz: tzinfo, language: str, *, year: bool = True) -> str:
    """The day in the time zone: "dimanche 22 novembre 2026", "Sunday 22 November"; with or without its year."""
    local = at.astimezone(tz)
    if year:
        pattern = _FIRST_DAY_OF_YEAR if local.day == 1 else _DAY_OF_YEAR
    else:
        pattern = _FIRST_DAY if local.day == 1 else _DAY
    return _format_date(local, pattern, language)


def month(day: date, language: str) -> str:
    """A month and its year: "novembre 2026", "November 2026"."""
    return _format_day(day, _MONTH.in_language(language), _locale(language))


def short_day(at: datetime, tz: tzinfo, language: str) -> str:
    """Day of the week and of the month: "mardi 24", "Tuesday 24"."""
    local = at.astimezone(tz)
    return _format_date(local, _FIRST_SHORT_DAY if local.day == 1 else _SHORT_DAY, language)


def near_day(at: datetime, now: datetime, tz: tzinfo, language: str) -> str:
    """The words "aujourd'hui", "demain" ("today", "tomorrow"); empty for any other day."""
    name = _NEAR_DAYS.get(at.astimezone(tz).date() - now.astimezone(tz).date())
    return name.in_language(language) if name else ""


def day(at: datetime, now: datetime, tz: tzinfo, language: str) -> str:
    """The day seen from `now`: "demain, mardi 24 novembre", "tomorrow, Tuesday 24 November"."""
    near, full = near_day(at, now, tz, language), long_date(at, tz, language, year=False)
    return f"{near}, {full}" if near else full


def clock_time(at: datetime, tz: tzinfo, language: str) -> str:
    """The time in the time zone, with no-break spaces: "14 h 05", "2:05 pm", "9 am", "noon"."""
    local = at.astimezone(tz)
    pattern = _clock_pattern(local.hour, local.minute, _FULL_HOURS)
    return _format_time(local.hour, local.minute, pattern.in_language(language), _locale(language))


def moment(at: datetime, tz: tzinfo, language: str) -> str:
    """Day and time: "dimanche 22 novembre 2026, 14 h 05"."""
    return f"{long_date(at, tz, language)}, {clock_time(at, tz, language)}"


def clock_seconds(at: datetime, tz: tzinfo) -> str:
    """The time to the second, for what happens within a call: "14:05:09"."""
    return f"{at.astimezone(tz):%H:%M:%S}"


def duration(seconds: float, language: str) -> str:
    """A length of time to the second: "45 s", "2 min 05 s", "1 h 02 min"."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        text = translatable("%(hours)s h %(minutes)s min", hours=hours, minutes=str(minutes_left).zfill(2))
    elif minutes:
        text = translatable("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=str(left).zfill(2))
    else:
        text = translatable("%(seconds)s s", seconds=left)
    return no_break(text.in_language(language))


def time_of_day(minute: int, language: str) -> str:
    """A minute of the day as opening hours are written: "9 h", "9 h 30", "9:30 am", "noon"."""
    hour, past = divmod(minute, 60)
    pattern = _clock_pattern(hour, past, _OPENING_HOURS)
    return _format_time(hour, past, pattern.in_language(language), _locale(language))


def weekday_name(weekday: int, language: str) -> str:
    """A day of the week from 0, Monday: "lundi", "Monday"."""
    return str(get_day_names("wide", "stand-alone", _locale(language))[weekday])


def month_name(day: date, language: str) -> str:
    """The month of a day, with its year, as a title: "Décembre 2030", "December 2030"."""
    name = _format_day(day, _MONTH.in_language(language), _locale(language))
    return capitalize_first(name)


def no_break(text: str) -> str:
    """A time or a telephone number with no-break spaces, so that it stays on one line."""
    return text.replace(" ", _NO_BREAK_SPACE)


def _clock_pattern(hour: int, minute: int, full_hours: tuple[Message, ...]) -> Message:
    if minute:
        return _MORNING if hour < 12 else _AFTERNOON
    midnight, noon, morning, afternoon = full_hours
    if hour in (0, 12):
        return noon if hour else midnight
    return morning if hour < 12 else afternoon


def _format_date(local: datetime, pattern: Message, language: str) -> str:
    return _format_day(local.date(), pattern.in_language(language), _locale(language))


# A form offers hundreds of slots, on few days and at few times of day; Babel needs about 20 µs for each.
@lru_cache(maxsize=1_000)
def _format_day(local: date, pattern: str, locale: str) -> str:
    return str(format_date(local, pattern, locale=locale))


@lru_cache(maxsize=10_000)
def _format_time(hour: int, minute: int, pattern: str, locale: str) -> str:
    return no_break(str(format_time(time(hour, minute), pattern, locale=locale)))


def _locale(language: str) -> str:
    return _LOCALES.get(language, language)
