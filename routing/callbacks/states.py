"""The states of a callback and the transitions between them; the database layer refuses any other transition.

The visitor is dialled only after the transition to VISITOR_RINGING is committed, so a callback in IN_LINE has not rung.
One that is interrupted in IN_LINE goes back to QUEUED; one interrupted in VISITOR_RINGING goes to a person (TO_CHECK).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CallbackState(StrEnum):
    QUEUED = "queued"
    """Waits for its time and for a free place in the queue."""
    IN_LINE = "in_line"
    """Is in the queue beside live callers, or is about to be dialled."""
    VISITOR_RINGING = "visitor_ringing"
    """The visitor's telephone may have rung."""
    TALKING = "talking"
    ANSWERED = "answered"
    MISSED = "missed"
    """Not reached, and not tried again unless staff ask for it."""
    TO_CHECK = "to_check"
    """Needs a person: it is unknown whether it has rung, or a caller on the do-not-call list asked for it."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Not made in time; staff still see the request, because nobody was reached."""
    TREATED = "treated"
    """Closed by staff."""
    UNRUNG = "unrung"
    """Closed without dialling: a duplicate, on the do-not-call list, or beyond the limits of the number."""


class VisitorStatus(StrEnum):
    """The status that the visitor sees."""

    WAITING = "waiting"
    CALLING = "calling"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_S = CallbackState
TRANSITIONS: Mapping[CallbackState, frozenset[CallbackState]] = MappingProxyType(
    {
        _S.QUEUED: frozenset({_S.IN_LINE, _S.TO_CHECK, _S.CANCELLED, _S.EXPIRED, _S.TREATED, _S.UNRUNG}),
        _S.IN_LINE: frozenset(
            {_S.VISITOR_RINGING, _S.QUEUED, _S.CANCELLED, _S.TREATED, _S.EXPIRED, _S.UNRUNG},
        ),
        # Nobody closes a callback that rings or is connected: the result and the cost of the attempt would be lost.
        _S.VISITOR_RINGING: frozenset({_S.TALKING, _S.QUEUED, _S.MISSED, _S.TO_CHECK, _S.UNRUNG}),
        _S.TALKING: frozenset({_S.ANSWERED, _S.TO_CHECK}),
        _S.TO_CHECK: frozenset({_S.QUEUED, _S.ANSWERED, _S.TREATED, _S.MISSED, _S.EXPIRED}),
        _S.MISSED: frozenset({_S.QUEUED, _S.TREATED, _S.EXPIRED, _S.CANCELLED, _S.UNRUNG}),
        _S.EXPIRED: frozenset({_S.QUEUED, _S.TREATED, _S.CANCELLED, _S.UNRUNG}),
        # The visitor's link must not reveal that they would not have been called.
        _S.UNRUNG: frozenset({_S.CANCELLED}),
        **dict.fromkeys((_S.ANSWERED, _S.CANCELLED, _S.TREATED), frozenset()),
    }
)
CLOSED_STATES = frozenset({_S.ANSWERED, _S.CANCELLED, _S.TREATED, _S.UNRUNG})
"""Nothing is left to do."""

_ENDS = {
    _S.VISITOR_RINGING: VisitorStatus.CALLING,
    _S.TALKING: VisitorStatus.CALLING,
    _S.ANSWERED: VisitorStatus.DONE,
    _S.TREATED: VisitorStatus.DONE,
    _S.CANCELLED: VisitorStatus.CANCELLED,
    _S.EXPIRED: VisitorStatus.EXPIRED,
}


def can_transition(before: CallbackState, after: CallbackState) -> bool:
    """Whether a callback may go from the first state to the second."""
    return after in TRANSITIONS[before]


def get_visitor_status(state: CallbackState, is_expired: bool) -> VisitorStatus:
    """The status that the visitor sees; `is_expired`: the callback's time is over.

    A suppressed callback seems to wait until then, like any other.
    """
    if state in _ENDS:
        return _ENDS[state]
    if is_expired:
        return VisitorStatus.EXPIRED
    return VisitorStatus.MISSED if state is _S.MISSED else VisitorStatus.WAITING
