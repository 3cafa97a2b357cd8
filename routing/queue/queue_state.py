"""The state of the staff queue for one caller, from what Asterisk counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from routing.queue.wait_estimate import estimate_position, estimate_wait_s
from routing.shares import share_draw


@dataclass(frozen=True, slots=True)
class QueueState:
    """The state of the staff queue for one caller.

    `logged_in` agents take calls (paused ones and unregistered phones do not count), `ready` of them are free;
    `waiting` callers are before this one, who has waited for `longest_wait_s` seconds; `estimated_wait_s` is None when
    it cannot be known. `overflow_forced` is the manual override that sends every call to the centre. `draw` in [0, 1)
    belongs to the call (see share_draw). `centre_open`: an overflow centre takes calls at this hour.
    """

    logged_in: int
    ready: int
    waiting: int
    longest_wait_s: float
    estimated_wait_s: float | None
    is_open: bool
    overflow_forced: bool
    draw: float
    centre_open: bool = True


@dataclass(frozen=True, slots=True)
class QueueLoad:
    """The counts of a queue for one caller.

    `ahead` callers are before this one in the queue of their language, and `in_other_queues` in each of the others.
    `handling_time_s` is the mean duration of a call, 0 when unknown, and `wrapup_s` follows each call.
    """

    logged_in: int
    ready: int
    ahead: int
    in_other_queues: Iterable[int]
    handling_time_s: float
    wrapup_s: int


def build_queue_state(
    load: QueueLoad, call_ref: str, waited_s: float, *, is_open: bool, overflow_forced: bool, centre_open: bool = True
) -> QueueState:
    """The state for the caller of this call, who has waited for `waited_s` seconds."""
    occupied_s = load.handling_time_s + load.wrapup_s if load.handling_time_s else 0.0
    position = estimate_position(load.ahead + 1, load.in_other_queues)
    return QueueState(
        logged_in=load.logged_in,
        ready=load.ready,
        waiting=load.ahead,
        longest_wait_s=waited_s,
        estimated_wait_s=estimate_wait_s(position, load.ready, load.logged_in, occupied_s),
        is_open=is_open,
        overflow_forced=overflow_forced,
        draw=share_draw(call_ref),
        centre_open=centre_open,
    )
