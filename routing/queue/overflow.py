"""Whether a caller who asked for a person is handed over to an overflow centre, at entry and during the wait."""

from dataclasses import dataclass
from math import ceil

from routing.destinations import Destination
from routing.plan.model import OverflowPlan, OverflowRule, OverflowTrigger, Plan
from routing.queue.queue_state import QueueState


@dataclass(frozen=True, slots=True)
class OverflowDecision:
    """Whether the call is handed over, and why, as the call's record says it. str() gives both."""

    hand_over: bool
    reason: str

    def __str__(self) -> str:
        return f"{'handed over' if self.hand_over else 'stays'}: {self.reason}"


def decide_overflow(overflow: OverflowPlan, state: QueueState) -> OverflowDecision:
    """The manual override decides first, then the first rule that matches.

    Without a centre, and while all of them are closed by the hours or days of their contracts, every call stays.

    While it is closed only the rule `closed` counts: the others concern a team at work.
    """
    staff = f"{state.ready} staff ready of {state.logged_in}"
    if not overflow.centres:
        return OverflowDecision(False, f"no overflow centre in the plan, {staff}")
    if not state.centre_open:
        return OverflowDecision(False, f"no overflow centre takes calls at this hour, {staff}")
    if state.overflow_forced:
        return OverflowDecision(True, f"switched to overflow by hand, {staff}")
    for rule in overflow.rules:
        matches, reason = _evaluate(rule, state)
        if matches and state.is_open is not (rule.trigger is OverflowTrigger.CLOSED):
            return OverflowDecision(True, f"{reason}, {staff}")
    return OverflowDecision(False, f"no rule holds, {_describe(state)}, {staff}")


def list_destinations(plan: Plan, state: QueueState, *, callbacks: bool = True) -> tuple[Destination, ...]:
    """The destinations of a caller who asked for a person, in order: each when the one before it did not help.

    The wait for staff ends after `plan.staff.max_wait_s`, the ringing of a centre after its `ring_s`; a callback may be
    refused by the caller, or have no number; `callbacks` False: no trunk places calls. Voicemail, the last one, is
    always possible.
    """
    last = (Destination.CALLBACK, Destination.VOICEMAIL) if callbacks else (Destination.VOICEMAIL,)
    if decide_overflow(plan.overflow, state).hand_over:
        return (Destination.OVERFLOW, *last)
    if state.is_open and state.logged_in > 0:
        return (Destination.STAFF, *last)
    return last


def _evaluate(rule: OverflowRule, state: QueueState) -> tuple[bool, str]:
    """Whether the rule matches, and the reason to record if so."""
    limit, estimate = rule.threshold or 0, state.estimated_wait_s
    match rule.trigger:
        case OverflowTrigger.CLOSED:
            return not state.is_open, "closed"
        case OverflowTrigger.NOBODY_LOGGED_IN:
            return state.logged_in <= 0, "nobody logged in"
        case OverflowTrigger.NOBODY_READY:
            return state.ready <= 0, "nobody ready"
        case OverflowTrigger.CALLERS_WAITING:
            return state.waiting > limit, f"{state.waiting} waiting > {limit}"
        case OverflowTrigger.LONGEST_WAIT:
            return state.longest_wait_s > limit, f"longest wait {_format_seconds(state.longest_wait_s)} > {limit} s"
        case OverflowTrigger.ESTIMATED_WAIT:
            return estimate is not None and estimate > limit, f"estimated wait {_format_seconds(estimate)} > {limit} s"
        case OverflowTrigger.SHARE_OF_CALLS:
            return state.draw * 100 < limit, f"within the share of {limit} %"


def _describe(state: QueueState) -> str:
    return (
        f"{'open' if state.is_open else 'closed'}, {state.waiting} waiting, "
        f"longest wait {_format_seconds(state.longest_wait_s)}, "
        f"estimated wait {_format_seconds(state.estimated_wait_s)}"
    )


def _format_seconds(duration: float | None) -> str:
    """Rounded up, so that 90.2 is not shown as 90 next to a limit of 90 that it exceeds."""
    return "unknown" if duration is None else f"{ceil(duration)} s"
