"""Whether callers find the house open at this moment, and what they are told when they do not."""

from dataclasses import dataclass
from datetime import datetime

from routing.hours.calendar import Calendar
from routing.hours.reopening import reopening_prompt_key


@dataclass(frozen=True, slots=True)
class OpeningState:
    """Open or closed. When closed: `key` is the prompt with the day's own words (None: the ordinary sentence), and
    `reopens` the prompt that says when the house opens again (None: nobody can tell)."""

    is_open: bool
    exception_prompt: str | None = None
    reopening_prompt: str | None = None


def get_opening_state(calendar: Calendar, now: datetime, forced_closed: bool = False) -> OpeningState:
    """What the calendar says at `now`, unless somebody has closed the house by hand (`closed_now`): then it is closed,
    and since only a hand opens it again, no time is promised."""
    if calendar.is_open(now):
        return OpeningState(not forced_closed)
    return OpeningState(
        False, exception_prompt_key(calendar, now), None if forced_closed else reopening_prompt_key(calendar, now)
    )


def exception_prompt_key(calendar: Calendar, now: datetime) -> str | None:
    """The key of the day's own words, such as "exception-office-20301224", or None on a day that has none."""
    special = calendar.hours.exceptions.get(calendar.local_date(now))
    return special.prompt_key if special else None
