"""The events of a call, and how a call can end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CallEventKind(StrEnum):
    """What happened; the comments say what `detail` holds. Kinds may be added but never renamed: they are stored."""

    ANSWERED = "answered"
    GREETED = "greeted"
    MENU_PLAYED = "menu_played"  # menu
    KEY = "key"  # key, menu, next_menu when the key leads to another menu or back
    WRONG_KEY = "wrong_key"  # key, menu
    SILENCE = "silence"  # menu
    MESSAGE_STARTED = "message_started"  # version, slot, stale
    MESSAGE_HEARD = "message_heard"  # version, seconds, whole
    ROUTED = "routed"  # destination
    CALLBACK_REQUESTED = "callback_requested"  # place_since, when the caller keeps their place in the queue
    QUEUE_ENTERED = "queue_entered"  # language of the caller
    STAFF_AWAY = "staff_away"  # because (AwayReason): a call for the staff did not come to a telephone of theirs
    STAFF_RINGING = "staff_ringing"  # phone
    STAFF_ANSWERED = "staff_answered"  # phone, waited (seconds)
    STAFF_NO_ANSWER = "staff_no_answer"  # phone, rang (seconds)
    STAFF_LEFT = "staff_left"  # phone: it talks with the caller no more
    WRITTEN_UP = "written_up"  # phone (of the agent), outcome (the name of one of the plan's): the last one counts
    TRANSFERRED = "transferred"  # phone (of who hands over), to (person, level or centre), target (a phone, a level)
    CONSULTED = "consulted"  # as transferred: the agent speaks with a colleague first, while the caller hears music
    CONSULT_ANSWERED = "consult_answered"  # phone (of the colleague, who does not speak with the caller yet)
    CONSULT_BACK = "consult_back"  # phone (of who asked): they are with the caller again, without the colleague
    TRANSFER_RETURNED = "transfer_returned"  # to: nobody took the call there
    OVERFLOW_DECIDED = "overflow_decided"  # because, hand_over, when (entry or waiting)
    QUEUE_WITHDRAWN = "queue_withdrawn"  # queue, reason, position
    QUEUE_ABANDONED = "queue_abandoned"  # queue, position, waited (seconds)
    QUEUE_LEFT = "queue_left"
    CENTRES_CHOSEN = "centres_chosen"  # order (centre, priority and share of each), closed, without_contract (names)
    CENTRE_DIALLED = "centre_dialled"  # centre, reference (of the hand-off)
    CENTRE_ANSWERED = "centre_answered"  # centre
    CENTRE_FAILED = "centre_failed"  # centre, reason
    CHARGED = "charged"  # the caller pays for the call from here on
    PAID_WAIT = "paid_wait"  # seconds: charged before anybody answered
    VOICEMAIL_LEFT = "voicemail_left"  # seconds
    FALLBACK = "fallback"  # reason: the dialplan served the call without the AGI server
    HUNG_UP = "hung_up"  # cause, by
    SATISFACTION_ASKED = "satisfaction_asked"  # after their matter was done
    CALLER_IS_NO_PERSON = "caller_is_no_person"  # caller (machine or short), number: a short code, which is no line


class AwayReason(StrEnum):
    """Why a caller who asked for the staff was not put through. The values are stored."""

    CLOSED = "closed"
    """By the opening hours."""
    CLOSED_BY_HAND = "closed_by_hand"
    NOBODY = "nobody"
    """No agent took calls."""


class Disposition(StrEnum):
    """How a call ended; each call ends in exactly one of these."""

    MESSAGE_HEARD = "message_heard"
    STAFF = "staff"
    OVERFLOW = "overflow"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    GOODBYE = "goodbye"
    ABANDONED = "abandoned"
    REFUSED = "refused"
    CUT = "cut"


PROVISIONAL = (Disposition.ABANDONED, Disposition.CUT)
"""Dispositions that a better-informed source may replace."""

SERVED = (Disposition.STAFF, Disposition.OVERFLOW, Disposition.CALLBACK, Disposition.VOICEMAIL)
"""Dispositions after which a caller who asked for staff has reached them, or has a request of another kind."""


@dataclass(frozen=True, slots=True)
class CallEvent:
    """`detail` holds plain JSON values, and never a caller's name or number."""

    at: datetime
    kind: CallEventKind
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call that reaches us. `ref` is Asterisk's linkedid; `caller` is E.164, None when withheld or invalid."""

    ref: str
    at: datetime
    landing: str
    public_number: str | None
    caller: str | None
    withheld: bool
    language: str
    plan_version: int | None


@dataclass(frozen=True, slots=True)
class CallStarted:
    """From the CEL log: a call reached us. `position` is how far the log has been read once this record is applied.

    Most calls are on record already when this is read, so that what else the log says of them is read when it is asked
    for: to read a caller's number takes longer than to write an event.
    """

    position: int
    ref: str
    read_arrival: Callable[[], IncomingCall] = field(compare=False, repr=False)

    @property
    def incoming_call(self) -> IncomingCall:
        return self.read_arrival()


@dataclass(frozen=True, slots=True)
class CallEventLogged:
    """From the CEL log: something happened in a call."""

    position: int
    ref: str
    event: CallEvent


@dataclass(frozen=True, slots=True)
class CallEnded:
    """From the CEL log: the call is over. `cause` is the hangup cause of the log; `disposition` is known rarely."""

    position: int
    ref: str
    at: datetime
    cause: str | None
    disposition: Disposition | None = None


class RefusalReason(StrEnum):
    """Why a call was refused before it was answered (dialplan/admission.conf)."""

    FULL = "full"  # as many calls at once as the settings or the RTP ports allow
    OVERLOADED = "overloaded"  # more new calls a second than the machine keeps up with
    HALF_OPEN = "half_open"  # too many calls from one address of which no voice or key had arrived


@dataclass(frozen=True, slots=True)
class CallRefused:
    """From the CEL log: a call was beyond the limits. Nothing of its caller is kept. `landing` is our number."""

    position: int
    at: datetime
    trunk: str
    landing: str
    reason: RefusalReason


CelRecord = CallStarted | CallEventLogged | CallEnded | CallRefused


def infer_disposition(events: Iterable[CallEvent]) -> Disposition:
    """The disposition of a call that no source named: the best thing that happened to the caller in it."""
    known = tuple(events)
    kinds = {event.kind for event in known}
    otherwise = Disposition.GOODBYE if _chose_goodbye(known) else Disposition.ABANDONED
    return next((disposition for kind, disposition in _BEST_FIRST if kind in kinds), otherwise)


def requested_staff(events: Iterable[CallEvent]) -> bool:
    """Whether the caller chose the staff, waited in their queue, or was sent there because the AGI server failed."""
    return any(
        event.kind in (CallEventKind.QUEUE_ENTERED, CallEventKind.FALLBACK)
        or (
            event.kind == CallEventKind.ROUTED
            and event.detail.get("destination") in (Disposition.STAFF, Disposition.OVERFLOW)
        )
        for event in events
    )


def was_handed_over(events: Iterable[CallEvent]) -> bool:
    """Whether an overflow centre was asked to take the call."""
    return any(event.kind in (CallEventKind.CENTRE_DIALLED, CallEventKind.CENTRE_ANSWERED) for event in events)


def was_lost_in_transfer(events: Iterable[CallEvent]) -> bool:
    """Whether the caller was handed over and hung up before anybody took the call."""
    taken = (
        CallEventKind.STAFF_ANSWERED,
        CallEventKind.CENTRE_ANSWERED,
        CallEventKind.CALLBACK_REQUESTED,
        CallEventKind.VOICEMAIL_LEFT,
    )
    lost = False
    for event in events:
        if event.kind in (CallEventKind.TRANSFERRED, *taken):
            lost = event.kind == CallEventKind.TRANSFERRED
    return lost


def charged_wait_seconds(events: Iterable[CallEvent], ended_at: datetime) -> float | None:
    """Seconds for which a caller who asked for staff paid without talking to anybody; None for a free wait."""
    known = tuple(events)
    charged = next((event.at for event in known if event.kind == CallEventKind.CHARGED), None)
    if charged is None or not requested_staff(known):
        return None
    reached = (CallEventKind.STAFF_ANSWERED, CallEventKind.CENTRE_ANSWERED)
    until = min((event.at for event in known if event.kind in reached), default=ended_at)
    return max(0.0, (until - charged).total_seconds())


def _chose_goodbye(events: Iterable[CallEvent]) -> bool:
    """Whether the caller finished the call themselves, by the key that says goodbye."""
    return any(
        event.kind == CallEventKind.ROUTED and event.detail.get("destination") == Disposition.GOODBYE
        for event in events
    )


_BEST_FIRST = (
    (CallEventKind.STAFF_ANSWERED, Disposition.STAFF),
    (CallEventKind.CENTRE_ANSWERED, Disposition.OVERFLOW),
    (CallEventKind.CALLBACK_REQUESTED, Disposition.CALLBACK),
    (CallEventKind.VOICEMAIL_LEFT, Disposition.VOICEMAIL),
    (CallEventKind.MESSAGE_HEARD, Disposition.MESSAGE_HEARD),
)
