"""Whether callers find the house open at this moment, and what they are told when they do not."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from routing.hours import Hours, is_open
from routing.reopening import reopening_key


@dataclass(frozen=True, slots=True)
class Opening:
    """Open or closed. When closed: `key` is the prompt with the day's own words (None: the ordinary sentence), and
    `reopens` the prompt that says when the house opens again (None: nobody can tell)."""

    is_open: bool
    key: str | None = None
    reopens: str | None = None


def opening(hours: Hours, now: datetime, tz: tzinfo, closed_now: bool = False) -> Opening:
    """What the calendar says at `now`, unless somebody has closed the house by hand (`closed_now`): then it is closed,
    and since only a hand opens it again, no time is promised."""
    if is_open(hours, now, tz):
        return Opening(not closed_now)
    return Opening(False, exception_key(hours, now, tz), None if closed_now else reopening_key(hours, now, tz))


def exception_key(hours: Hours, now: datetime, tz: tzinfo) -> str | None:
    """The key of the day's own words, such as "exception-office-20301224", or None on a day that has none."""
    special = hours.exceptions.get(now.astimezone(tz).date())
    return special.key if special else None
