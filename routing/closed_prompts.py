"""The prompts between greeting and menu: that it is closed, and the words that staff have typed for the moment."""

from collections.abc import Iterator
from datetime import datetime

from routing.hours.opening import get_opening_state
from routing.overrides import ManualOverrides
from routing.plan.model import Plan, PublicNumber
from routing.queue.centre_choice import is_any_open
from routing.queue.overflow import decide_overflow
from routing.queue.queue_state import QueueState


def list_closed_prompts(
    plan: Plan, number: PublicNumber, now: datetime, overrides: ManualOverrides, draw: float
) -> list[str]:
    """The keys of the prompts; none while it is open, or while an overflow centre takes the call.

    `draw` belongs to the call (see QueueState).
    """
    state = get_opening_state(plan.get_calendar(number), now, overrides)
    if state.is_open or reaches_centre(plan, overrides, draw, now, is_open=False):
        return []
    words, reopening = "", state.reopening_prompt
    if closed := overrides.closed:
        words = closed.words_in(number.language)
        # The number may have changed its language since the sentence was prepared.
        reopening = reopening if number.language in closed.sentences.get(reopening or "", {}) else None
    return [words or state.exception_prompt or "closed", *filter(None, [reopening])]


def list_notices(number: PublicNumber, overrides: ManualOverrides) -> list[str]:
    """The words of the other overrides in force, in the language of the number; they say nothing about closing."""
    return list(dict.fromkeys(_words(number.language, overrides)))


def reaches_centre(plan: Plan, overrides: ManualOverrides, draw: float, at: datetime, *, is_open: bool) -> bool:
    """Whether a caller who asks for a person at this moment is handed over to an overflow centre, agents or not."""
    nobody_asked = QueueState(
        *(1, 1, 0, 0.0, None),
        is_open=is_open,
        overflow_forced=overrides.overflow is not None,
        draw=draw,
        centre_open=is_any_open(plan, at),
    )
    return decide_overflow(plan.overflow, nobody_asked).hand_over


def _words(language: str, overrides: ManualOverrides) -> Iterator[str]:
    for each in (overrides.opened, overrides.overflow, overrides.callbacks):
        if each and (words := each.words_in(language)):
            yield words
