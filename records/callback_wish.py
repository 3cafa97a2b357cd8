"""What somebody who wants to be rung back gives, and what is given back."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from records.errors import RecordsError
from routing.callback_slots import Slot
from routing.callback_states import Shown


class CallbackChannel(StrEnum):
    """Where somebody asked."""

    WEB = "web"
    KEY = "key"
    CONSOLE = "console"
    CLI = "cli"


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """What a visitor agreed to: the code of a purpose, and the version of the text that he read."""

    purpose: str
    text_version: str


@dataclass(frozen=True, slots=True)
class Wish:
    """`line` may be called (routing/callback_ranges.py) and `public_number`, ours, calls it; E.164 both.

    Without `slot`: as soon as possible. `place_since`: since when a caller waits who keeps his place. `address`: the
    visitor's on the Internet, None where no visitor sent the wish himself. `contact_id`: the card of somebody known,
    who may want to be rung at a line that is not his.
    """

    line: str
    public_number: str
    channel: CallbackChannel
    language: str
    name: str | None = None
    topic: str | None = None
    slot: Slot | None = None
    site: str | None = None
    page: str | None = None
    consents: tuple[ConsentGiven, ...] = ()
    call_ref: str | None = None
    place_since: datetime | None = None
    address: str | None = None
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The promise. `ref` is for people to say, "K7M4-2QXD"; with `secret` its owner may follow, cancel and move it.

    He is rung from `not_before` on, or in his `slot`, and not after `expires_at`.
    """

    ref: str
    secret: str = field(repr=False)
    state_shown: Shown
    slot: Slot | None
    not_before: datetime
    expires_at: datetime


def written(accepted: Accepted) -> dict[str, Any]:
    """The promise in plain JSON values, for `read_back`."""
    slot = accepted.slot and [accepted.slot.start.isoformat(), accepted.slot.end.isoformat()]
    times = {"not_before": accepted.not_before.isoformat(), "expires_at": accepted.expires_at.isoformat()}
    return {"ref": accepted.ref, "secret": accepted.secret, "slot": slot, **times}


def read_back(answer: dict[str, Any]) -> Accepted:
    """The promise that was `written`."""
    slot = Slot(*map(datetime.fromisoformat, answer["slot"])) if answer["slot"] else None
    times = (datetime.fromisoformat(answer[name]) for name in ("not_before", "expires_at"))
    return Accepted(answer["ref"], answer["secret"], Shown.WAITING, slot, *times)


class TooMany(RecordsError):
    """More callbacks than the plan allows were asked for, from there or in all; `retry_after_s` seconds from now there
    is room again."""

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"Too many callbacks were asked for; try again in {retry_after_s} seconds.")


class SlotGone(RecordsError):
    """The slot is full, over, or outside opening hours."""


class TooLate(RecordsError):
    """The callback has gone too far for that."""
