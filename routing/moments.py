"""Which instants anything here can be about: those of this century, so that no calculation with them overflows."""

from datetime import datetime

YEARS = range(2000, 2101)
"""What a date that somebody types may be in."""


def is_plausible(moment: datetime) -> bool:
    """Whether a date and time that was typed, with or without a time zone, can be meant."""
    return moment.year in YEARS
