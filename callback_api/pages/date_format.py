"""Times of callbacks as visitors read them: "demain, mardi 24 novembre, entre 9 h 00 et 9 h 30"."""

from datetime import datetime, tzinfo

from routing.callbacks.time_slots import TimeSlot
from routing.local_times import ClockPass, clock_pass
from translations.dates import clock_time, day, near_day, short_day
from translations.message import translatable


def format_slot(slot: TimeSlot, now: datetime, tz: tzinfo, language: str) -> str:
    """Day and hours of a slot."""
    return f"{day(slot.start, now, tz, language)}, {format_slot_hours(slot, tz, language)}"


# In the night in which clocks go back, two slots have the same times.
_PASSES = {
    ClockPass.FIRST: translatable("before clocks go back"),
    ClockPass.SECOND: translatable("after clocks go back"),
}


def format_earliest(at: datetime, now: datetime, tz: tzinfo, language: str) -> str:
    """Day and earliest time: "demain, mardi 24 novembre, à partir de 9 h 00"."""
    start = translatable("from %(time)s", time=clock_time(at, tz, language))
    return f"{day(at, now, tz, language)}, {start.in_language(language)}"


def format_short(at: datetime, now: datetime, tz: tzinfo, language: str) -> str:
    """Day and time for a narrow place: "demain, 9 h 00", "mardi 24, 9 h 00"."""
    return f"{near_day(at, now, tz, language) or short_day(at, tz, language)}, {clock_time(at, tz, language)}"


def format_slot_hours(slot: TimeSlot, tz: tzinfo, language: str) -> str:
    """Start and end: "entre 9 h 00 et 9 h 30", "between 9 am and 9:30 am"."""
    start, end = clock_time(slot.start, tz, language), clock_time(slot.end, tz, language)
    hours = translatable("between %(start)s and %(end)s", start=start, end=end).in_language(language)
    repeated = clock_pass(slot.start, tz)
    return f"{hours} ({_PASSES[repeated].in_language(language)})" if repeated else hours


def format_slot_range(slot: TimeSlot, tz: tzinfo, language: str) -> str:
    """Start and end for a narrow place: "9 h 00 – 9 h 30", "9 am – 9:30 am"."""
    hours = f"{clock_time(slot.start, tz, language)} – {clock_time(slot.end, tz, language)}"
    repeated = clock_pass(slot.start, tz)
    return f"{hours} ({_PASSES[repeated].in_language(language)})" if repeated else hours
