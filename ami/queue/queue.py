"""A staff queue in Asterisk: its status, and the actions on its members and callers.

https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Actions/ (QueueStatus, QueueAdd and their neighbours)
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ami.connection import AmiConnection, Headers
from dialplan import names
from records.callbacks.attempt_channel_id import PATTERN
from routing.queue.penalties import WRAPUP_PENALTY, is_wrapping_up

# https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Events/QueueMemberStatus/
_UNKNOWN, _NOT_IN_USE, _INVALID, _UNAVAILABLE, _RINGING = "0", "1", "4", "5", "6"
# The channel of a callback; its name holds the attempt's id.
_CALLBACK_CHANNEL = re.compile(rf"Local/({PATTERN})@", re.ASCII)


def queue_name(language: str) -> str:
    """The name of the queue in which callers of this language wait."""
    return names.STAFF_QUEUE_PREFIX + language


@dataclass(frozen=True, slots=True)
class QueueMember:
    """A member in Asterisk's terms. The state of `state_interface` counts; None means `interface` itself.

    `pause_reason` is an opaque text, "" when the member is not paused.
    """

    name: str
    interface: str
    state_interface: str | None
    penalty: int
    pause_reason: str = ""


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """The state of a member. `status` is Asterisk's device state, `last_call` the end of the last call."""

    member: QueueMember
    status: str
    last_call: datetime

    @property
    def takes_calls(self) -> bool:
        """The phone is available, and the member is not paused."""
        return self.status not in (_INVALID, _UNAVAILABLE) and not self.member.pause_reason

    def is_ready(self, at: datetime, wrapup: timedelta) -> bool:
        """The member could be called now, or their phone is ringing for a waiting caller."""
        free = self.is_idle and self.last_call + wrapup <= at and not is_wrapping_up(self.member.penalty)
        return self.takes_calls and (free or self.status == _RINGING)

    @property
    def is_idle(self) -> bool:
        """The phone neither rings nor is in a call."""
        return self.status in (_UNKNOWN, _NOT_IN_USE)


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A waiting caller or callback; `ref` is the call's reference, `position` counts from 1."""

    ref: str
    channel: str
    since: datetime
    position: int

    @property
    def attempt(self) -> str | None:
        """The channel id of the callback attempt that waits here; None for a caller."""
        found = _CALLBACK_CHANNEL.match(self.channel)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The queue at one moment; entries in order of position."""

    members: tuple[MemberStatus, ...]
    entries: tuple[QueueEntry, ...]
    at: datetime


class Queue:
    """The queue of a language. Every method raises ActionRejected, ConnectionLost."""

    def __init__(self, connection: AmiConnection, language: str) -> None:
        self._connection, self.language, self.name = connection, language, queue_name(language)

    async def status(self) -> QueueStatus:
        entries = await self._connection.send_action("QueueStatus", Queue=self.name)
        now = datetime.now(UTC)
        members = [_to_member_status(entry) for entry in entries if entry["Event"] == "QueueMember"]
        waiting = [_to_queue_entry(entry, now) for entry in entries if entry["Event"] == "QueueEntry"]
        return QueueStatus(tuple(members), tuple(sorted(waiting, key=lambda entry: entry.position)), now)

    async def add(self, member: QueueMember) -> None:
        await self._send_member_action(
            "QueueAdd",
            member.interface,
            Penalty=str(member.penalty),
            Paused="true" if member.pause_reason else "false",
            Reason=member.pause_reason,
            MemberName=member.name,
            StateInterface=member.state_interface or "",
        )

    async def remove(self, member: QueueMember) -> None:
        await self._send_member_action("QueueRemove", member.interface)

    async def pause(self, member: QueueMember) -> None:
        """Pauses the member with `member.pause_reason`, or unpauses it when that is empty."""
        await self._send_member_action(
            "QueuePause",
            member.interface,
            Paused="true" if member.pause_reason else "false",
            Reason=member.pause_reason,
        )

    async def set_penalty(self, member: QueueMember) -> None:
        await self._send_member_action("QueuePenalty", member.interface, Penalty=str(member.penalty))

    async def end_wrapup(self, member: QueueMember) -> None:
        """The member can be rung at once.

        Asterisk forgets the end of a member's last call only when the member is added again. Meanwhile a stand-in,
        whose penalty no caller reaches, keeps the queue from being empty: callers who wait would leave it.
        """
        stand_in = replace(
            member,
            interface=f"Local/rest-{member.name}@{names.DIAL_MEMBER}/n",
            state_interface=member.state_interface or member.interface,
            penalty=WRAPUP_PENALTY,
        )
        await self.add(stand_in)
        await self.remove(member)
        await self.add(member)
        await self.remove(stand_in)

    async def withdraw(self, channel: str, info: str = "") -> None:
        """Removes a waiting caller: Queue() ends with QUEUESTATUS=WITHDRAW and this QUEUE_WITHDRAW_INFO."""
        await self._connection.send_action("QueueWithdrawCaller", Queue=self.name, Caller=channel, WithdrawInfo=info)

    async def _send_member_action(self, action: str, interface: str, **headers: str) -> None:
        given = {name: value for name, value in headers.items() if value}
        await self._connection.send_action(action, Queue=self.name, Interface=interface, **given)


def _to_member_status(event: Headers) -> MemberStatus:
    interface, state = event["Location"], event.get("StateInterface", "")
    member = QueueMember(
        name=event["Name"],
        interface=interface,
        state_interface=state if state != interface else None,
        penalty=int(event["Penalty"]),
        pause_reason=(event.get("PausedReason") or "paused") if event["Paused"] == "1" else "",
    )
    return MemberStatus(member, event["Status"], datetime.fromtimestamp(int(event["LastCall"]), UTC))


def _to_queue_entry(event: Headers, now: datetime) -> QueueEntry:
    """The entry of a QueueEntry event.

    It holds no linkedid: for a caller from outside that equals the unique id; an attempt is known by its channel.
    """
    since = now - timedelta(seconds=int(event["Wait"]))
    return QueueEntry(event["Uniqueid"], event["Channel"], since, int(event["Position"]))
