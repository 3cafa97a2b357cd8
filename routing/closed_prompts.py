"""What a caller who finds us closed is told before the menu."""

from datetime import datetime

from routing.hours.opening import get_opening_state
from routing.plan.model import Plan, PublicNumber
from routing.queue.overflow import decide_overflow
from routing.queue.queue_state import QueueState


def list_closed_prompts(
    plan: Plan, number: PublicNumber, now: datetime, *, forced_closed: bool, overflow_forced: bool, draw: float
) -> list[str]:
    """The prompts, by key; none while somebody serves him, be it a centre. For the last three see `opening` (somebody
    has closed the house by hand) and `overflow.Signals`."""
    state = get_opening_state(plan.get_calendar(number), now, forced_closed)
    at_night = QueueState(0, 0, 0, 0.0, None, is_open=False, overflow_forced=overflow_forced, draw=draw)
    if state.is_open or decide_overflow(plan.overflow, at_night).hand_over:
        return []
    return [state.exception_prompt or "closed", *filter(None, [state.reopening_prompt])]
