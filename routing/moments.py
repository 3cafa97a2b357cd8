"""The dates that are accepted: those of the years 2000 to 2100, so that no calculation with them overflows."""

from datetime import datetime

YEARS = range(2000, 2101)
"""The years in which a date that somebody types may be."""


def is_plausible(moment: datetime) -> bool:
    """Whether a date and time that was typed, with or without a time zone, can be meant."""
    return moment.year in YEARS
