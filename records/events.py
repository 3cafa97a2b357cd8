"""The words of a call's story: what can happen in it and how it can end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CallEventKind(StrEnum):
    """What happened, with what `detail` holds. Kinds may be added, never renamed: they are kept in the base."""

    ANSWERED = "answered"
    GREETED = "greeted"
    MENU_PLAYED = "menu_played"  # menu
    KEY = "key"  # key, menu
    WRONG_KEY = "wrong_key"  # key, menu
    SILENCE = "silence"  # menu
    MESSAGE_STARTED = "message_started"  # version, slot, stale
    MESSAGE_HEARD = "message_heard"  # version, seconds, whole
    ROUTED = "routed"  # destination
    CALLBACK_REQUESTED = "callback_requested"  # place_since, where a place in the queue is kept
    QUEUE_ENTERED = "queue_entered"  # the one of his language
    STAFF_RINGING = "staff_ringing"  # phone
    STAFF_ANSWERED = "staff_answered"  # phone, waited (seconds)
    STAFF_NO_ANSWER = "staff_no_answer"  # phone, rang (seconds)
    OVERFLOW_DECIDED = "overflow_decided"  # because, hand_over, when (entry or waiting)
    QUEUE_WITHDRAWN = "queue_withdrawn"  # queue, reason, position
    QUEUE_ABANDONED = "queue_abandoned"  # queue, position, waited (seconds)
    QUEUE_LEFT = "queue_left"
    CENTRE_ANSWERED = "centre_answered"  # centre
    CENTRE_FAILED = "centre_failed"  # centre, reason
    CHARGED = "charged"  # from here on the caller pays for his call
    PAID_WAIT = "paid_wait"  # seconds: charged, and nobody had answered yet
    VOICEMAIL_LEFT = "voicemail_left"  # seconds
    FALLBACK = "fallback"  # reason: the dialplan served the call without us
    HUNG_UP = "hung_up"  # cause, by


class Ending(StrEnum):
    """How a call ended; each call ends in one of these."""

    MESSAGE_HEARD = "message_heard"
    STAFF = "staff"
    OVERFLOW = "overflow"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    GOODBYE = "goodbye"
    ABANDONED = "abandoned"
    REFUSED = "refused"
    CUT = "cut"


VAGUE = (Ending.ABANDONED, Ending.CUT)
"""Endings that a better-informed witness may replace."""

TREATED = (Ending.STAFF, Ending.OVERFLOW, Ending.CALLBACK, Ending.VOICEMAIL)
"""Endings after which a caller who asked for a person has reached one, or has a row of his own."""


@dataclass(frozen=True, slots=True)
class CallEvent:
    """`detail` holds plain JSON values, and never a caller's name or number."""

    at: datetime
    kind: CallEventKind
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call reaching us. `ref` is Asterisk's linkedid, `caller` E.164 or None when withheld or absurd."""

    ref: str
    at: datetime
    landing: str
    public_number: str | None
    caller: str | None
    withheld: bool
    language: str
    plan_version: int | None


@dataclass(frozen=True, slots=True)
class Appeared:
    """From the channel event log: a call reached us. `position` is where the log is read to, once this is known."""

    position: int
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Happened:
    """From the channel event log: something happened in a call."""

    position: int
    ref: str
    event: CallEvent


@dataclass(frozen=True, slots=True)
class Ended:
    """From the channel event log: the call is over. `cause` is the hang-up cause as the log gives it."""

    position: int
    ref: str
    at: datetime
    cause: str | None


Fact = Appeared | Happened | Ended


def ending_told_by(events: Iterable[CallEvent]) -> Ending:
    """How a call ended that nobody named the end of: the best thing that happened to the caller in it."""
    kinds = {event.kind for event in events}
    return next((ending for kind, ending in _BEST_FIRST if kind in kinds), Ending.ABANDONED)


def asked_for_a_person(events: Iterable[CallEvent]) -> bool:
    """Whether the caller chose the staff, stood in their queue, or was sent there because our own code failed."""
    return any(
        event.kind in (CallEventKind.QUEUE_ENTERED, CallEventKind.FALLBACK)
        or (event.kind == CallEventKind.ROUTED and event.detail.get("destination") in (Ending.STAFF, Ending.OVERFLOW))
        for event in events
    )


def paid_wait_s(events: Iterable[CallEvent], ended_at: datetime) -> float | None:
    """Seconds for which a caller who asked for a person paid without talking to one; None where he did not pay."""
    story = tuple(events)
    charged = next((event.at for event in story if event.kind == CallEventKind.CHARGED), None)
    if charged is None or not asked_for_a_person(story):
        return None
    reached = (CallEventKind.STAFF_ANSWERED, CallEventKind.CENTRE_ANSWERED)
    until = min((event.at for event in story if event.kind in reached), default=ended_at)
    return max(0.0, (until - charged).total_seconds())


_BEST_FIRST = (
    (CallEventKind.STAFF_ANSWERED, Ending.STAFF),
    (CallEventKind.CENTRE_ANSWERED, Ending.OVERFLOW),
    (CallEventKind.CALLBACK_REQUESTED, Ending.CALLBACK),
    (CallEventKind.VOICEMAIL_LEFT, Ending.VOICEMAIL),
    (CallEventKind.MESSAGE_HEARD, Ending.MESSAGE_HEARD),
)
