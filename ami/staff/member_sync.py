"""Makes the members of Asterisk's queues match the presences in the database, and records the time when they match."""

import asyncio
import logging
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from ami.connection import ActionRejected, Headers
from ami.queue.queue import MemberStatus, Queue, QueueMember
from ami.wake_event import WakeEvent
from dialplan import names
from records.database.engine import Database
from records.errors import RecordsError
from records.staff import presence
from records.staff.presence import Presence, PresenceState
from records.staff.wrapups import find_wrapup_end, is_lengthened
from routing.queue.penalties import WRAPUP_PENALTY, member_penalty

log = logging.getLogger("switch")

POLL_INTERVAL_S = 5.0  # when nothing wakes the loop
RESYNC_INTERVAL_S = 30.0  # Asterisk's members are compared this often, also without any sign of a difference

_CHANGES = ("QueueMemberAdded", "QueueMemberRemoved", "QueueMemberPause", "QueueMemberPenalty")


def to_queue_member(
    agent_presence: Presence, language: str, at: datetime, reasons: Container[str] = ()
) -> QueueMember | None:
    """The member that an agent with this presence is at `at` in the queue of a language; None when they are out.

    The state of an outside number is unknown, so the state of the channel to it counts. Asterisk gets the version of
    the row, and the reason if it is one of `reasons`, those of the plan: any other is personal and stays in the
    database.
    """
    if agent_presence.state == PresenceState.OUT:
        return None
    return QueueMember(
        name=agent_presence.sip_account,
        interface=_interface(agent_presence),
        state_interface=_state_interface(agent_presence),
        penalty=member_penalty(agent_presence.rank, speaks=language in agent_presence.speaks)
        + (WRAPUP_PENALTY if is_lengthened(agent_presence, at) else 0),
        pause_reason=_pause_reason(agent_presence, reasons) if agent_presence.state == PresenceState.PAUSED else "",
    )


def _pause_reason(agent_presence: Presence, reasons: Container[str]) -> str:
    version = f"presence-{agent_presence.version}"
    return f"{version}:{agent_presence.reason}" if agent_presence.reason in reasons else version


def _state_interface(agent_presence: Presence) -> str | None:
    if agent_presence.outside_number:
        return None
    return f"PJSIP/{agent_presence.browser_account or agent_presence.sip_account}"


def _interface(agent_presence: Presence) -> str:
    return f"Local/{agent_presence.sip_account}@{names.DIAL_MEMBER}/n"


class QueueMemberSync:
    """Adds, removes, pauses and ranks queue members as the presences say, and keeps and ends wrap-ups.

    `run` works until its connection is lost; `wake` and `on_event` say that something may have changed.
    `pause_reasons`: the names of those of the plan in force; `wrapup`: its wrap-up, which Asterisk keeps by itself.
    """

    def __init__(
        self,
        database: Database,
        pause_reasons: Callable[[], Container[str]] = tuple,
        wrapup: Callable[[], timedelta] = timedelta,
    ) -> None:
        self._database, self._pause_reasons, self._wrapup = database, pause_reasons, wrapup
        self._woken = WakeEvent()
        self._differs = False
        self._last_logged = ""

    def wake(self) -> None:
        self._woken.wake()

    def on_event(self, event: Headers) -> None:
        if event["Event"] in _CHANGES:
            self._differs = True
            self._woken.wake()

    async def run(self, queues: Sequence[Queue]) -> NoReturn:
        """Raises ActionRejected when Asterisk has no queues yet, ConnectionLost."""
        clock, synced, resync_at = asyncio.get_running_loop().time, None, 0.0
        presences: tuple[Presence, ...] | None = None
        while True:
            self._woken.clear()
            presences, now = await self._load_presences(presences), datetime.now(UTC)
            lengthened = [one for one in presences or () if is_lengthened(one, now)]
            wanted = presences, len(lengthened)
            if presences is not None and (self._differs or wanted != synced or clock() > resync_at):
                self._differs = False
                complete = await self._sync(queues, presences)
                synced, resync_at = wanted if complete else None, clock() + RESYNC_INTERVAL_S
            await self._woken.wait(min([POLL_INTERVAL_S, *map(_seconds_left, lengthened)]))

    async def _load_presences(self, last: tuple[Presence, ...] | None) -> tuple[Presence, ...] | None:
        """The `last` ones when the database cannot be read: wrap-ups end all the same."""
        try:
            return await asyncio.to_thread(presence.list_presences, self._database)
        except RecordsError as error:
            self._log_once(f"queue members stay as they are: {error}")
            return last

    async def _sync(self, queues: Sequence[Queue], presences: Sequence[Presence]) -> bool:
        """Adds members before it removes others, so that no caller finds a queue empty meanwhile.

        False when Asterisk rejected a member; the others are synchronised all the same.
        """
        members_by_queue = {queue: await _members(queue) for queue in queues}
        ready_first = sorted(presences, key=lambda one: one.state != PresenceState.READY)
        synced = [await self._sync_member(members_by_queue, one) for one in ready_first]
        known = {_interface(one) for one in presences}
        for queue, members in members_by_queue.items():
            for interface in members.keys() - known:
                await queue.remove(members[interface].member)
        return all(synced)

    async def _sync_member(
        self, members_by_queue: Mapping[Queue, Mapping[str, MemberStatus]], agent_presence: Presence
    ) -> bool:
        reasons, at = self._pause_reasons(), datetime.now(UTC)
        try:
            for queue, members in members_by_queue.items():
                wanted = to_queue_member(agent_presence, queue.language, at, reasons)
                current = members.get(_interface(agent_presence))
                await _apply_difference(queue, wanted, current.member if current else None)
                if wanted and current and self._is_over(agent_presence, current, at):
                    await queue.end_wrapup(wanted)
            if agent_presence.applied_at is None:
                now = datetime.now(UTC)
                await asyncio.to_thread(
                    presence.mark_applied, self._database, agent_presence.agent_id, agent_presence.version, now
                )
        except (ActionRejected, RecordsError) as error:
            self._log_once(f"the queue member of the desk {agent_presence.desk} is not up to date yet: {error}")
            return False
        return True

    def _is_over(self, agent_presence: Presence, current: MemberStatus, at: datetime) -> bool:
        """Whether the agent has ended the wrap-up of their last call in which Asterisk still holds them."""
        until = agent_presence.wrapup_until
        if until is None or agent_presence.state != PresenceState.READY:
            return False
        return current.last_call <= until <= at < current.last_call + self._wrapup() and current.is_idle

    def _log_once(self, sentence: str) -> None:
        if sentence != self._last_logged:
            log.error(sentence)
        self._last_logged = sentence


def _seconds_left(agent_presence: Presence) -> float:
    """Until the end of the wrap-up that the agent is in."""
    now = datetime.now(UTC)
    end = find_wrapup_end(agent_presence, now)
    return (end - now).total_seconds() if end else 0.0


async def _members(queue: Queue) -> dict[str, MemberStatus]:
    return {status.member.interface: status for status in (await queue.status()).members}


async def _apply_difference(queue: Queue, wanted: QueueMember | None, current: QueueMember | None) -> None:
    """Changes only what differs: a member that is right, and perhaps in a call, is not touched."""
    if current and (wanted is None or current.state_interface != wanted.state_interface):
        await queue.remove(current)
        current = None
    if wanted is None:
        return
    if current is None:
        await queue.add(wanted)
        return
    if current.pause_reason != wanted.pause_reason:
        await queue.pause(wanted)
    if current.penalty != wanted.penalty:
        await queue.set_penalty(wanted)
