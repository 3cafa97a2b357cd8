"""A request for a callback, and the answer to it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from records.errors import RecordsError
from routing.callbacks.states import VisitorStatus
from routing.callbacks.time_slots import TimeSlot


class CallbackChannel(StrEnum):
    """How a callback was requested."""

    WEB = "web"
    KEY = "key"
    CONSOLE = "console"
    CLI = "cli"


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A consent of the visitor: the code of a purpose, and the version of the text that they read."""

    purpose: str
    text_version: str


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A request for a callback to `line` from `public_number`, a number of ours; both E.164.

    `line` must be dialable (routing/callbacks/number_ranges.py). `time_slot` None: as soon as possible.
    `waiting_since`: when a caller who keeps their place in the queue began to wait. `address`: the visitor's IP
    address; None when a server of the site sent the request. `contact_id`: a known contact, who may want to be called
    at a line that is not theirs. `agent_id`: the agent who asks for it, and whose own telephone rings first.
    """

    line: str
    public_number: str
    channel: CallbackChannel
    language: str
    name: str | None = None
    topic: str | None = None
    time_slot: TimeSlot | None = None
    site: str | None = None
    page: str | None = None
    consents: tuple[GivenConsent, ...] = ()
    call_ref: str | None = None
    waiting_since: datetime | None = None
    address: str | None = None
    contact_id: int | None = None
    agent_id: int | None = None

    @property
    def by_form(self) -> bool:
        """True for a request by the form of a web site."""
        return self.channel is CallbackChannel.WEB

    @property
    def by_caller(self) -> bool:
        """True for a caller who pressed the key."""
        return self.channel is CallbackChannel.KEY


@dataclass(frozen=True, slots=True)
class AcceptedCallback:
    """The answer to a request. `ref` can be said aloud ("K7M4-2QXD"); with `secret` the visitor manages the callback.

    The visitor is called from `not_before` on, or in `time_slot`, and not after `expires_at`, which is later when a
    hold comes in between: then the clock, which counts `clock`, stands still. None: the answer was stored earlier.
    """

    ref: str
    secret: str = field(repr=False)
    visitor_status: VisitorStatus
    time_slot: TimeSlot | None
    not_before: datetime
    expires_at: datetime
    clock: timedelta | None = field(default=None, compare=False)


def accepted_to_json(accepted: AcceptedCallback) -> dict[str, Any]:
    """Plain JSON values, for `accepted_from_json`."""
    slot = accepted.time_slot and [accepted.time_slot.start.isoformat(), accepted.time_slot.end.isoformat()]
    times = {"not_before": accepted.not_before.isoformat(), "expires_at": accepted.expires_at.isoformat()}
    return {"ref": accepted.ref, "secret": accepted.secret, "slot": slot, **times}


def accepted_from_json(answer: dict[str, Any]) -> AcceptedCallback:
    """The answer that `accepted_to_json` wrote."""
    slot = TimeSlot(*map(datetime.fromisoformat, answer["slot"])) if answer["slot"] else None
    not_before, expires_at = (datetime.fromisoformat(answer[name]) for name in ("not_before", "expires_at"))
    return AcceptedCallback(answer["ref"], answer["secret"], VisitorStatus.WAITING, slot, not_before, expires_at)


class TooManyCallbacks(RecordsError):
    """More callbacks were requested, from one address, network or in all, than the plan allows.

    `retry_after_s`: how many seconds later there is room again.
    """

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"Too many callbacks were requested; try again in {retry_after_s} seconds.")


class TimeSlotUnavailable(RecordsError):
    """The time slot is full, over, or outside opening hours."""


class CallbackNotChangeable(RecordsError):
    """The state of the callback does not allow this change."""
