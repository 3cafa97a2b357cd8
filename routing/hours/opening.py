"""Whether a number is open at an instant, and the prompts for callers when it is closed."""

from dataclasses import dataclass
from datetime import datetime

from routing.hours.calendar import Calendar
from routing.hours.reopening import next_opening_prompt_key, reopening_prompt_key
from routing.overrides import NO_OVERRIDES, ManualOverrides


@dataclass(frozen=True, slots=True)
class OpeningState:
    """Open or closed, and when closed, two prompts.

    `exception_prompt` is the text of a special day (None: the ordinary sentence), `reopening_prompt` the one that tells
    the next opening (None: it is not known).
    """

    is_open: bool
    exception_prompt: str | None = None
    reopening_prompt: str | None = None


def get_opening_state(calendar: Calendar, now: datetime, overrides: ManualOverrides = NO_OVERRIDES) -> OpeningState:
    """The state at `now`.

    A number that is closed by hand opens again at the end of the override, or later by its hours. Without an end nobody
    knows when, and there is no reopening prompt; nor is there one that was not prepared.
    """
    if overrides.opened or (not overrides.closed and calendar.is_open(now)):
        return OpeningState(True)
    if overrides.closed is None:
        return OpeningState(False, exception_prompt_key(calendar, now), reopening_prompt_key(calendar, now))
    # "The office is open in the afternoon today", which the special day's text may say, would not be true.
    exception = None if calendar.is_open(now) else exception_prompt_key(calendar, now)
    ends_at, prepared = overrides.closed.ends_at, overrides.closed.sentences
    reopening = next_opening_prompt_key(calendar, now, ends_at) if ends_at else None
    return OpeningState(False, exception, reopening if reopening in prepared else None)


def exception_prompt_key(calendar: Calendar, now: datetime) -> str | None:
    """The key of the day's own prompt, such as "exception-office-20301224"; None on a day without one."""
    special = calendar.hours.exceptions.get(calendar.local_date(now))
    return special.prompt_key if special else None
