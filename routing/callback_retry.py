"""When a visitor who was not reached is rung again."""

from datetime import datetime, timedelta, tzinfo

from routing.callback_rules import CallbackRules
from routing.hours import Hours, next_opening


def next_attempt(rules: CallbackRules, rings: int, ended: datetime, hours: Hours, tz: tzinfo) -> datetime | None:
    """When to try again after so many rings, the last of which ended at `ended`; always inside opening hours.

    None: no more, because all attempts are used or the house never opens again.
    """
    if rings >= rules.attempts:
        return None
    pauses = rules.retry_after_min
    pause = pauses[min(max(rings, 1), len(pauses)) - 1]
    return next_opening(hours, ended + timedelta(minutes=pause), tz)
