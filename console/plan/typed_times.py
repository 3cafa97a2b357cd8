"""Times of day as people type them: "9", "9h30", "9 h 30", "09:30", "9.30", "0930", "9:30 pm"."""

import re

_TIME = re.compile(r"(\d{1,2})\s*(?:(?:h|:|\.|\N{FULLWIDTH COLON})\s*(\d{2})?)?", re.IGNORECASE | re.ASCII)
_DIGITS = re.compile(r"(\d{1,2})(\d{2})", re.ASCII)
_HALF = re.compile(r"\s*([ap])\.?\s?m\.?$", re.IGNORECASE | re.ASCII)
_BETWEEN = re.compile(r"\s*(?:-|\N{EN DASH}|\N{EM DASH}|\bà\b|\bto\b)\s*", re.IGNORECASE)
_SPANS = re.compile(r"\s*(?:,|;|\bet\b|\band\b|\+)\s*", re.IGNORECASE)


def normalize_time(text: str) -> str:
    """A time as a plan writes it, "09:30"; what cannot be read stays as it was typed."""
    typed = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
    half = _HALF.search(typed)
    clock = typed[: half.start()] if half else typed
    found = _TIME.fullmatch(clock) or _DIGITS.fullmatch(clock)
    if found is None:
        return typed
    hour = int(found[1])
    if half:
        if not 1 <= hour <= 12:
            return typed
        hour = hour % 12 + (12 if half[1].lower() == "p" else 0)
    return f"{hour:02}:{found[2] or '00'}"


def normalize_times(text: str) -> str:
    """Spans as a plan writes them, "09:00-12:30, 13:30-18:00"; what cannot be read stays as it was typed."""
    spans = [_BETWEEN.split(span) for span in _SPANS.split(text.strip())]
    if not all(len(span) == 2 for span in spans):
        return text.strip()
    return ", ".join("-".join(normalize_time(edge) for edge in span) for span in spans)
