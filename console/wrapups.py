"""The wrap-up after a call as pages show it: until when, the seconds left, and whether it can be lengthened."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from console.context import find_plan, get_context
from records.staff.presence import Presence
from records.staff.wrapups import MAX_LENGTHENINGS, find_wrapup_end


@dataclass(frozen=True, slots=True)
class ShownWrapup:
    """`left_s`: whole seconds, rounded up."""

    until: datetime
    left_s: int
    can_be_lengthened: bool


def shown_wrapup(presence: Presence) -> ShownWrapup | None:
    """The wrap-up that this agent is in; None when they are in none."""
    now, plan = get_context().clock(), find_plan()
    until = find_wrapup_end(presence, now)
    if until is None:
        return None
    more_s = plan.staff.more_wrapup_s if plan else 0
    can_be_lengthened = more_s > 0 and presence.wrapup_lengthened < MAX_LENGTHENINGS
    return ShownWrapup(until, ceil((until - now).total_seconds()), can_be_lengthened)
