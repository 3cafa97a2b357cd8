"""The life of a callback: its states, and which may follow which. The base refuses any other move.

`IN_LINE` is the proof that the visitor has not been rung: he is only after the move to `VISITOR_RINGING` is committed.
What is lost in line goes back to `QUEUED` at no cost; what is lost while ringing goes to a person (`TO_CHECK`).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CallbackState(StrEnum):
    QUEUED = "queued"
    """Waits for its moment and for a free place in the line."""
    IN_LINE = "in_line"
    """Stands in the queue beside live callers, or is about to be dialled."""
    VISITOR_RINGING = "visitor_ringing"
    """The visitor may have been rung from here on."""
    TALKING = "talking"
    ANSWERED = "answered"
    MISSED = "missed"
    """Not reached, and not tried again unless somebody says so."""
    TO_CHECK = "to_check"
    """For a person, never rung by itself: perhaps it has rung, nobody knows; or a caller asked who had opposed."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Not kept in time; staff still see it, for nobody was reached."""
    TREATED = "treated"
    """A person closed it."""
    UNRUNG = "unrung"
    """Closed without a ring: asked for twice, opposed to, or beyond the limits of one number."""


class VisitorStatus(StrEnum):
    """What the visitor is told."""

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
        # Nobody closes it while it rings or talks: how the attempt ends, and what it cost, would be lost.
        _S.VISITOR_RINGING: frozenset({_S.TALKING, _S.QUEUED, _S.MISSED, _S.TO_CHECK, _S.UNRUNG}),
        _S.TALKING: frozenset({_S.ANSWERED, _S.TO_CHECK}),
        _S.TO_CHECK: frozenset({_S.QUEUED, _S.ANSWERED, _S.TREATED, _S.MISSED, _S.EXPIRED}),
        _S.MISSED: frozenset({_S.QUEUED, _S.TREATED, _S.EXPIRED, _S.CANCELLED, _S.UNRUNG}),
        _S.EXPIRED: frozenset({_S.QUEUED, _S.TREATED, _S.CANCELLED, _S.UNRUNG}),
        # The visitor's link must not tell that nobody would have rung him.
        _S.UNRUNG: frozenset({_S.CANCELLED}),
        **dict.fromkeys((_S.ANSWERED, _S.CANCELLED, _S.TREATED), frozenset()),
    }
)
CLOSED_STATES = frozenset({_S.ANSWERED, _S.CANCELLED, _S.TREATED, _S.UNRUNG})
"""Nothing is left to do, for us or for staff."""

_ENDS = {
    _S.VISITOR_RINGING: VisitorStatus.CALLING,
    _S.TALKING: VisitorStatus.CALLING,
    _S.ANSWERED: VisitorStatus.DONE,
    _S.TREATED: VisitorStatus.DONE,
    _S.CANCELLED: VisitorStatus.CANCELLED,
    _S.EXPIRED: VisitorStatus.EXPIRED,
}


def can_transition(before: CallbackState, after: CallbackState) -> bool:
    """Whether a callback in the one state may go to the other."""
    return after in TRANSITIONS[before]


def get_visitor_status(state: CallbackState, is_expired: bool) -> VisitorStatus:
    """What the visitor is told of a callback in this state; `expired`: its time is over.

    An unrung one waits like any other until then.
    """
    if state in _ENDS:
        return _ENDS[state]
    if is_expired:
        return VisitorStatus.EXPIRED
    return VisitorStatus.MISSED if state is _S.MISSED else VisitorStatus.WAITING
