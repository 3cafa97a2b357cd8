"""What the page of a telephone says about its state, and about a test ring."""

from collections.abc import Mapping
from dataclasses import dataclass

from records.endpoint_states import WATCHED, EndpointState
from records.staff.phone_rings import RingResult
from translations.message import Message, translatable


@dataclass(frozen=True, slots=True)
class PhoneState:
    """`tone` is the class of its pill: good, warn or nothing."""

    label: Message
    tone: str
    advice: Message | None = None


_REGISTERED = PhoneState(translatable("Registered"), "good")
_ABSENT = PhoneState(
    translatable("No telephone can be reached"),
    "warn",
    translatable("Switch it on and check its network; if it is new, or its settings are lost, pair it."),
)
_UNKNOWN = PhoneState(
    translatable("Unknown at the moment"),
    "",
    translatable("The part of the server that checks telephones is not running. Check whether the server is running."),
)

RING_TEXTS: Mapping[RingResult, Message] = {
    RingResult.WAITING: translatable("The test call is being placed …"),
    RingResult.RINGING: translatable("The telephone is being rung …"),
    RingResult.ANSWERED: translatable("It rang and was answered: this telephone works."),
    RingResult.NO_ANSWER: translatable("It rang for 20 seconds, and nobody answered. Calls do reach it."),
    RingResult.SILENT: translatable(
        "It is registered, but gave no sign of ringing. Wake it up or restart it; on a mobile, allow the application to"
        " run in the background."
    ),
    RingResult.BUSY: translatable("It is busy: somebody is speaking, or “do not disturb” is set."),
    RingResult.REJECTED: translatable("The call was rejected at the telephone. Calls do reach it."),
    RingResult.NOT_REGISTERED: translatable(
        "No telephone is registered, so none rang. Switch it on and check its network, or pair it again."
    ),
    RingResult.UNREACHABLE: translatable(
        "It is registered, but could not be reached. Check its network; behind a router, restart it."
    ),
    RingResult.FAILED: translatable(
        "The test call could not be placed. Check whether the server is running, then try again."
    ),
}
GOOD_RINGS = frozenset({RingResult.ANSWERED, RingResult.NO_ANSWER, RingResult.REJECTED})


def describe_phone(states: Mapping[str, EndpointState], sip_account: str) -> PhoneState:
    """The state of the telephone of this account."""
    if WATCHED not in states:
        return _UNKNOWN
    known = states.get(sip_account)
    return _REGISTERED if known and known.is_reachable else _ABSENT
