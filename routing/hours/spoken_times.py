"""Times and dates as callers hear them in French and English: "neuf heures trente", "le lundi 5 janvier"."""

from datetime import date

_UNITS = (
    *("zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante"}
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre"),
    "décembre",
)
_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)


def french_time(minute: int) -> str:
    """A minute of the day: "neuf heures trente", "midi"."""
    hour, rest = divmod(minute, 60)
    if (hour, rest) == (12, 0):
        return "midi"
    name = f"{_french_number(hour)} heure{'s' if hour > 1 else ''}"
    return f"{name} {_french_number(rest)}" if rest else name


def english_time(minute: int) -> str:
    """A minute of the day: "9:30 a.m.", "noon"."""
    hour, rest = divmod(minute, 60)
    if rest == 0 and hour in (0, 12):
        return "noon" if hour else "midnight"
    clock = f"{(hour - 1) % 12 + 1}" + (f":{rest:02}" if rest else "")
    return f"{clock} {'p.m.' if hour >= 12 else 'a.m.'}"


def french_weekday(day: int) -> str:
    """The name of a weekday; 0 is Monday: "lundi"."""
    return _DAYS[day]


def english_weekday(day: int) -> str:
    """The name of a weekday; 0 is Monday: "on Monday"."""
    return f"on {_ENGLISH_DAYS[day]}"


def french_date(day: date) -> str:
    """A day of this year or the next: "le jeudi 1er janvier"."""
    return f"le {_DAYS[day.weekday()]} {'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]}"


def english_date(day: date) -> str:
    """A day of this year or the next: "on Thursday 1 January"."""
    return f"on {_ENGLISH_DAYS[day.weekday()]} {day.day} {_ENGLISH_MONTHS[day.month - 1]}"


def _french_number(number: int) -> str:
    """A number below sixty, feminine as hours and minutes are."""
    if number < 20:
        return _UNITS[number]
    tens, unit = number // 10 * 10, number % 10
    joint = " et " if unit == 1 else "-"
    return _TENS[tens] + (f"{joint}{_UNITS[unit]}" if unit else "")
