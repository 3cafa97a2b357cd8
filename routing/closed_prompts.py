"""The prompts before the menu for a caller outside opening hours."""

from datetime import datetime

from routing.hours.opening import get_opening_state
from routing.overrides import ManualOverrides
from routing.plan.model import Plan, PublicNumber
from routing.queue.overflow import decide_overflow
from routing.queue.queue_state import QueueState


def list_closed_prompts(
    plan: Plan, number: PublicNumber, now: datetime, overrides: ManualOverrides, draw: float
) -> list[str]:
    """The keys of the prompts; none while it is open, or while an overflow centre takes the call.

    `draw` belongs to the call (see QueueState).
    """
    state = get_opening_state(plan.get_calendar(number), now, overrides.closed)
    closed_queue = QueueState(0, 0, 0, 0.0, None, is_open=False, overflow_forced=overrides.overflow, draw=draw)
    if state.is_open or decide_overflow(plan.overflow, closed_queue).hand_over:
        return []
    return [state.exception_prompt or "closed", *filter(None, [state.reopening_prompt])]
