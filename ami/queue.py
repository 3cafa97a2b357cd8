"""A queue of the staff as Asterisk has it: what it holds, and the few things that are asked of it.

https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Actions/ (QueueStatus, QueueAdd and their neighbours)
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ami.link import Headers, Link
from dialplan import names

# https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Events/QueueMemberStatus/
_UNKNOWN, _NOT_IN_USE, _INVALID, _UNAVAILABLE, _RINGING = "0", "1", "4", "5", "6"
# Whom we call back: the channel's name holds the attempt.
_CALLBACK = re.compile(rf"Local/(.+)@(?:{names.CALLBACK_LINE}|{names.CALLBACK_OUT})-")


def queue_name(language: str) -> str:
    """Of the queue in which callers of this language wait."""
    return names.STAFF_QUEUE + language


@dataclass(frozen=True, slots=True)
class Member:
    """Whom the queue rings, in Asterisk's terms. `state_interface`: whose state counts, None for `interface` itself.

    `paused_for`: opaque words for the pause; empty when not paused.
    """

    name: str
    interface: str
    state_interface: str | None
    penalty: int
    paused_for: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """A member as it is now; `status` is Asterisk's device state, `last_call` the end of its last call."""

    member: Member
    status: str
    last_call: datetime

    @property
    def takes_calls(self) -> bool:
        """There is a telephone, and nobody has paused it."""
        return self.status not in (_INVALID, _UNAVAILABLE) and not self.member.paused_for

    def is_ready(self, at: datetime, wrapup: timedelta) -> bool:
        """Could be rung now, or is ringing for one of those who wait."""
        free = self.status in (_UNKNOWN, _NOT_IN_USE) and self.last_call + wrapup <= at
        return self.takes_calls and (free or self.status == _RINGING)


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who waits; `ref` is the call's reference, `position` counts from 1."""

    ref: str
    channel: str
    since: datetime
    position: int

    @property
    def attempt(self) -> str | None:
        """The attempt to call somebody back that stands here for him; None: he calls us, and is there himself."""
        found = _CALLBACK.match(self.channel)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The queue at one moment; those who wait in order."""

    seats: tuple[Seat, ...]
    entries: tuple[Entry, ...]
    at: datetime


class Queue:
    """Of those who speak this language. Every method raises what Link.ask raises: Refused, LinkLost."""

    def __init__(self, link: Link, language: str) -> None:
        self._link, self.language, self.name = link, language, queue_name(language)

    async def status(self) -> QueueStatus:
        entries = await self._link.ask("QueueStatus", Queue=self.name)
        now = datetime.now(UTC)
        seats = [_seat(entry) for entry in entries if entry["Event"] == "QueueMember"]
        waiting = [_entry(entry, now) for entry in entries if entry["Event"] == "QueueEntry"]
        return QueueStatus(tuple(seats), tuple(sorted(waiting, key=lambda entry: entry.position)), now)

    async def add(self, member: Member) -> None:
        await self._ask(
            "QueueAdd",
            member.interface,
            Penalty=str(member.penalty),
            Paused="true" if member.paused_for else "false",
            Reason=member.paused_for,
            MemberName=member.name,
            StateInterface=member.state_interface or "",
        )

    async def remove(self, member: Member) -> None:
        await self._ask("QueueRemove", member.interface)

    async def pause(self, member: Member) -> None:
        """Paused as `member.paused_for` says, or not."""
        await self._ask(
            "QueuePause",
            member.interface,
            Paused="true" if member.paused_for else "false",
            Reason=member.paused_for,
        )

    async def penalise(self, member: Member) -> None:
        await self._ask("QueuePenalty", member.interface, Penalty=str(member.penalty))

    async def withdraw(self, channel: str, info: str = "") -> None:
        """Takes a waiting caller out: Queue() ends with QUEUESTATUS=WITHDRAW and this QUEUE_WITHDRAW_INFO."""
        await self._link.ask("QueueWithdrawCaller", Queue=self.name, Caller=channel, WithdrawInfo=info)

    async def _ask(self, action: str, interface: str, **headers: str) -> None:
        said = {name: value for name, value in headers.items() if value}
        await self._link.ask(action, Queue=self.name, Interface=interface, **said)


def _seat(event: Headers) -> Seat:
    interface, state = event["Location"], event.get("StateInterface", "")
    member = Member(
        name=event["Name"],
        interface=interface,
        state_interface=state if state != interface else None,
        penalty=int(event["Penalty"]),
        paused_for=(event.get("PausedReason") or "paused") if event["Paused"] == "1" else "",
    )
    return Seat(member, event["Status"], datetime.fromtimestamp(int(event["LastCall"]), UTC))


def _entry(event: Headers, now: datetime) -> Entry:
    """QueueStatus does not tell the linkedid; a caller from outside began his call, so that both are the same.

    An attempt to call back is known by its channel's name.
    """
    since = now - timedelta(seconds=int(event["Wait"]))
    return Entry(event["Uniqueid"], event["Channel"], since, int(event["Position"]))
