"""Whether a caller who asked for a person is handed over to an overflow centre: asked at entry and while he waits."""

import hashlib
from dataclasses import dataclass
from math import ceil

from routing.destinations import Destination
from routing.plan import OverflowPlan, Plan, Rule, When


@dataclass(frozen=True, slots=True)
class Signals:
    """The state of the staff queue when the question is asked.

    `logged_in` people take calls (paused ones and unregistered phones do not count), `ready` of them are free now;
    `waiting` callers wait, the first for `longest_wait_s` seconds; `estimated_wait_s` is None when nobody can tell.
    `switched` is the manual switch "everything to the centre". `draw` in [0, 1) belongs to the call: see `share_draw`.
    """

    logged_in: int
    ready: int
    waiting: int
    longest_wait_s: float
    estimated_wait_s: float | None
    is_open: bool
    switched: bool
    draw: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the call is handed over, and why, in words for the record. str() gives both."""

    hand_over: bool
    because: str

    def __str__(self) -> str:
        return f"{'handed over' if self.hand_over else 'stays'}: {self.because}"


def decide(overflow: OverflowPlan, signals: Signals) -> Decision:
    """The manual switch wins, then the first rule that holds. Without a centre every call stays.

    While the house is closed only the rule `closed` counts: the others are about a team at work.
    """
    staff = f"{signals.ready} staff ready of {signals.logged_in}"
    if not overflow.centres:
        return Decision(False, f"no overflow centre in the plan, {staff}")
    if signals.switched:
        return Decision(True, f"switched to overflow by hand, {staff}")
    for rule in overflow.rules:
        holds, reason = _reading(rule, signals)
        if holds and signals.is_open is not (rule.when is When.CLOSED):
            return Decision(True, f"{reason}, {staff}")
    return Decision(False, f"no rule holds, {_state(signals)}, {staff}")


def share_draw(ref: str) -> float:
    """The draw of the call with this reference: evenly spread over [0, 1), and the same each time it is asked for.

    A new draw at each question would hand over nearly everybody who waits long enough.
    """
    return int.from_bytes(hashlib.sha256(ref.encode()).digest()[:6]) / 2**48


def ways_out(plan: Plan, signals: Signals) -> tuple[Destination, ...]:
    """Where a caller who asked for a person is led, in order: each when the ones before it did not help.

    Waiting for staff ends after `plan.staff.max_wait_s`, a centre's ringing after its `ring_s`; a callback may be
    declined or lack a number. Voicemail, the last, needs nothing but the caller.
    """
    last = (Destination.CALLBACK, Destination.VOICEMAIL)
    if decide(plan.overflow, signals).hand_over:
        return (Destination.OVERFLOW, *last)
    if signals.is_open and signals.logged_in > 0:
        return (Destination.STAFF, *last)
    return last


def _reading(rule: Rule, signals: Signals) -> tuple[bool, str]:
    """Whether the rule holds by its own signal, and what to say when it does."""
    limit, estimate = rule.value or 0, signals.estimated_wait_s
    match rule.when:
        case When.CLOSED:
            return not signals.is_open, "closed"
        case When.NOBODY_LOGGED_IN:
            return signals.logged_in <= 0, "nobody logged in"
        case When.NOBODY_READY:
            return signals.ready <= 0, "nobody ready"
        case When.WAITING:
            return signals.waiting > limit, f"{signals.waiting} waiting > {limit}"
        case When.LONGEST_WAIT:
            return signals.longest_wait_s > limit, f"longest wait {_seconds(signals.longest_wait_s)} > {limit} s"
        case When.ESTIMATED_WAIT:
            return estimate is not None and estimate > limit, f"estimated wait {_seconds(estimate)} > {limit} s"
        case When.SHARE:
            return signals.draw * 100 < limit, f"within the share of {limit} %"


def _state(signals: Signals) -> str:
    return (
        f"{'open' if signals.is_open else 'closed'}, {signals.waiting} waiting, "
        f"longest wait {_seconds(signals.longest_wait_s)}, estimated wait {_seconds(signals.estimated_wait_s)}"
    )


def _seconds(duration: float | None) -> str:
    """Rounded up, so that 90.2 is never shown as 90 where 90 is the limit that it exceeds."""
    return "unknown" if duration is None else f"{ceil(duration)} s"
