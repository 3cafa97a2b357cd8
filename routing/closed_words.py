"""What a caller who finds us closed is told before the menu."""

from datetime import datetime

from routing.opening import opening
from routing.overflow import Signals, decide
from routing.plan import Number, Plan


def closed_prompts(
    plan: Plan, number: Number, now: datetime, *, closed_now: bool, switched: bool, draw: float
) -> list[str]:
    """The prompts, by key; none while somebody serves him, be it a centre. For the last three see `opening` (somebody
    has closed the house by hand) and `overflow.Signals`."""
    state = opening(plan.hours[number.hours], now, plan.timezone, closed_now)
    at_night = Signals(0, 0, 0, 0.0, None, is_open=False, switched=switched, draw=draw)
    if state.is_open or decide(plan.overflow, at_night).hand_over:
        return []
    return [state.key or "closed", *filter(None, [state.reopens])]
