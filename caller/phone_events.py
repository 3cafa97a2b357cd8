"""What happens to a telephone under program control."""

from dataclasses import dataclass
from enum import StrEnum


class PhoneEventKind(StrEnum):
    """Kinds of event of a phone."""

    REGISTERED = "registered"
    REGISTER_FAILED = "register failed"
    DIALLED = "dialled"
    INCOMING = "incoming"  # detail: the caller, "name <uri>"
    RINGING = "ringing"  # SIP 180
    EARLY_MEDIA = "early media"  # SIP 183: audio before the answer
    ANSWERED = "answered"
    KEY_SENT = "pressed"  # detail: the key sent
    KEY_RECEIVED = "key"  # detail: the key received
    CLOSED = "closed"  # detail: the side that hung up, or the SIP response that rejected the call ("486 Busy Here")
    ENDED = "ended"  # the phone itself has stopped


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """One event, `at_s` seconds after second 0 of the phone's clock."""

    kind: PhoneEventKind
    at_s: float
    detail: str = ""


EVENT_KINDS = {
    "REGISTER_OK": PhoneEventKind.REGISTERED,
    "REGISTER_FAIL": PhoneEventKind.REGISTER_FAILED,
    "CALL_INCOMING": PhoneEventKind.INCOMING,
    "CALL_RINGING": PhoneEventKind.RINGING,
    "CALL_PROGRESS": PhoneEventKind.EARLY_MEDIA,
    "CALL_ESTABLISHED": PhoneEventKind.ANSWERED,
    "CALL_DTMF_START": PhoneEventKind.KEY_RECEIVED,
    "CALL_CLOSED": PhoneEventKind.CLOSED,
    "ENDED": PhoneEventKind.ENDED,
}
CALL_BOUNDS = (
    PhoneEventKind.DIALLED,
    PhoneEventKind.INCOMING,
    PhoneEventKind.ANSWERED,
    PhoneEventKind.CLOSED,
    PhoneEventKind.ENDED,
)

THIS_SIDE_HUNG_UP = "this side hung up"
OTHER_SIDE_HUNG_UP = "the other side hung up"
REASONS = {"Connection reset by user": THIS_SIDE_HUNG_UP, "Connection reset by peer": OTHER_SIDE_HUNG_UP}
