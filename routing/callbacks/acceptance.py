"""Whether a callback that was requested may be dialled."""

from dataclasses import dataclass
from enum import StrEnum

from routing.callbacks.states import CallbackState


class NotDialledReason(StrEnum):
    """Why nothing dials a callback by itself. The values are stored."""

    DO_NOT_CALL = "opposed"
    LIMIT = "limit"
    """The number has had as many callbacks of the day or of the month as the plan allows."""
    DUPLICATE = "duplicate"
    """The number has an open callback already."""


@dataclass(frozen=True, slots=True)
class NumberState:
    """What is known of a number for which a callback is requested; the defaults are those of an unknown number.

    `open_callback`: the state of its callback that is not closed.
    """

    is_do_not_call: bool = False
    has_reached_limit: bool = False
    open_callback: CallbackState | None = None


@dataclass(frozen=True, slots=True)
class AcceptanceDecision:
    """The state of the new callback: QUEUED, TO_CHECK for a person to decide, or UNRUNG; `reason` unless QUEUED."""

    state: CallbackState
    reason: NotDialledReason | None = None


def decide_acceptance(number: NumberState, *, by_form: bool, by_caller: bool = False) -> AcceptanceDecision:
    """What becomes of a request for a callback.

    `by_form`: it came by the form of a web site, in which anybody can enter any number; so the number's protection
    decides alone. `by_caller`: a caller pressed the key. They are probably who they seem to be, but a caller ID can be
    forged: beyond the number's limit, or on the do-not-call list, nothing dials by itself and a person decides. Staff
    who request a callback have decided.
    """
    if by_form and number.is_do_not_call:
        return AcceptanceDecision(CallbackState.UNRUNG, NotDialledReason.DO_NOT_CALL)
    if by_form and number.has_reached_limit:
        return AcceptanceDecision(CallbackState.UNRUNG, NotDialledReason.LIMIT)
    if number.open_callback not in (None, CallbackState.MISSED, CallbackState.EXPIRED):
        return AcceptanceDecision(CallbackState.UNRUNG, NotDialledReason.DUPLICATE)
    if number.is_do_not_call:
        return AcceptanceDecision(CallbackState.TO_CHECK, NotDialledReason.DO_NOT_CALL)
    if by_caller and number.has_reached_limit:
        return AcceptanceDecision(CallbackState.TO_CHECK, NotDialledReason.LIMIT)
    return AcceptanceDecision(CallbackState.QUEUED)
