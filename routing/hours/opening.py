"""Whether a number is open at an instant, and the prompts for callers when it is closed."""

from dataclasses import dataclass
from datetime import datetime

from routing.hours.calendar import Calendar
from routing.hours.reopening import reopening_prompt_key


@dataclass(frozen=True, slots=True)
class OpeningState:
    """Open or closed, and when closed, two prompts.

    `exception_prompt` is the text of a special day (None: the ordinary sentence), `reopening_prompt` the one that tells
    the next opening (None: it is not known).
    """

    is_open: bool
    exception_prompt: str | None = None
    reopening_prompt: str | None = None


def get_opening_state(calendar: Calendar, now: datetime, forced_closed: bool = False) -> OpeningState:
    """The state at `now`.

    `forced_closed` is the manual override: it is then closed, with no reopening prompt, because nobody knows when the
    override will end.
    """
    if calendar.is_open(now):
        return OpeningState(not forced_closed)
    return OpeningState(
        False, exception_prompt_key(calendar, now), None if forced_closed else reopening_prompt_key(calendar, now)
    )


def exception_prompt_key(calendar: Calendar, now: datetime) -> str | None:
    """The key of the day's own prompt, such as "exception-office-20301224"; None on a day without one."""
    special = calendar.hours.exceptions.get(calendar.local_date(now))
    return special.prompt_key if special else None
