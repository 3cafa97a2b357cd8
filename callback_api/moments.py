"""Moments as people say them: "demain, mardi 24 novembre, entre 9 h 00 et 9 h 30"."""

from datetime import datetime, timedelta, tzinfo

from routing.callback_slots import Slot
from routing.spoken_times import english_date, english_time, french_date

_NEAR = {
    "fr": {timedelta(0): "aujourd'hui", timedelta(1): "demain"},
    "en": {timedelta(0): "today", timedelta(1): "tomorrow"},
}


def moment(slot: Slot, now: datetime, tz: tzinfo, language: str) -> str:
    """Day and hours of a slot."""
    return f"{day(slot.start, now, tz, language)}, {hours(slot, tz, language)}"


def since(at: datetime, now: datetime, tz: tzinfo, language: str) -> str:
    """Day and earliest time: "demain, mardi 24 novembre, à partir de 9 h 00"."""
    start = "à partir de" if language == "fr" else "from"
    return f"{day(at, now, tz, language)}, {start} {_clock(at, tz, language)}"


def day(at: datetime, now: datetime, tz: tzinfo, language: str) -> str:
    """The day of `at` on the clocks of `tz`: "demain, mardi 24 novembre", "tomorrow, Tuesday 24 November"."""
    near = _near(at, now, tz, language)
    return f"{near}, {_date(at, tz, language)}" if near else _date(at, tz, language)


def briefly(at: datetime, now: datetime, tz: tzinfo, language: str) -> str:
    """Day and time for a narrow place: "demain, 9 h 00", "mardi 24, 9 h 00"."""
    return f"{_near(at, now, tz, language) or short_day(at, tz, language)}, {_clock(at, tz, language)}"


def short_day(at: datetime, tz: tzinfo, language: str) -> str:
    """Day of the week and of the month: "mardi 24", "Tuesday 24"."""
    return " ".join(_date(at, tz, language).split()[:2])


def hours(slot: Slot, tz: tzinfo, language: str) -> str:
    """From when to when: "entre 9 h 00 et 9 h 30", "between 9 a.m. and 9:30 a.m."."""
    start, end = _clock(slot.start, tz, language), _clock(slot.end, tz, language)
    return f"entre {start} et {end}" if language == "fr" else f"between {start} and {end}"


def unbroken(text: str) -> str:
    """A time or a number that no line break parts."""
    return text.replace(" ", "\u00a0")


def _near(at: datetime, now: datetime, tz: tzinfo, language: str) -> str:
    return _NEAR[language].get(at.astimezone(tz).date() - now.astimezone(tz).date(), "")


def _date(at: datetime, tz: tzinfo, language: str) -> str:
    its = at.astimezone(tz).date()
    return french_date(its).removeprefix("le ") if language == "fr" else english_date(its).removeprefix("on ")


def _clock(at: datetime, tz: tzinfo, language: str) -> str:
    local = at.astimezone(tz)
    text = f"{local.hour} h {local:%M}" if language == "fr" else english_time(local.hour * 60 + local.minute)
    return unbroken(text)
