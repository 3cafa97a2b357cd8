"""Dates and times as each language writes them (CLDR, by Babel)."""

from datetime import datetime, tzinfo

from babel.dates import format_date, format_time

from translations.catalogues import catalogue

_LOCALES = {"en": "en_GB"}
_NO_BREAK_SPACE = "\u00a0"


def long_date(at: datetime, tz: tzinfo, language: str, *, year: bool = True) -> str:
    """The day on the clocks of `tz`: "dimanche 22 novembre 2026", "Sunday 22 November 2026"; without its year on
    request."""
    pattern = "EEEE d MMMM y" if year else "EEEE d MMMM"
    return format_date(at.astimezone(tz), pattern, locale=_locale(language))


def clock_time(at: datetime, tz: tzinfo, language: str) -> str:
    """The time on the clocks of `tz`, which no line break parts: "14 h 05", "2:05 p.m."."""
    # A CLDR pattern, which each language writes in its own way.
    pattern = catalogue(language).gettext("h:mm a")
    text = format_time(at.astimezone(tz).timetz(), pattern, locale=_locale(language))
    return text.replace(" ", _NO_BREAK_SPACE)


def moment(at: datetime, tz: tzinfo, language: str) -> str:
    """Day and time: "dimanche 22 novembre 2026, 14 h 05"."""
    return f"{long_date(at, tz, language)}, {clock_time(at, tz, language)}"


def _locale(language: str) -> str:
    return _LOCALES.get(language, language)
