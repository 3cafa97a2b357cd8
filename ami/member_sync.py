"""Makes the members of Asterisk's queues match the presences in the database, and records the time when they match."""

import asyncio
import logging
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime
from typing import NoReturn

from ami.connection import ActionRejected, Headers
from ami.queue import Queue, QueueMember
from ami.wake_event import WakeEvent
from dialplan import names
from records.database.engine import Database
from records.errors import RecordsError
from records.staff import presence
from records.staff.presence import Presence, PresenceState
from routing.queue.penalties import member_penalty

log = logging.getLogger("switch")

POLL_INTERVAL_S = 5.0  # when nothing wakes the loop
RESYNC_INTERVAL_S = 30.0  # Asterisk's members are compared this often, also without any sign of a difference

_CHANGES = ("QueueMemberAdded", "QueueMemberRemoved", "QueueMemberPause", "QueueMemberPenalty")


def to_queue_member(agent_presence: Presence, language: str, reasons: Container[str] = ()) -> QueueMember | None:
    """The member that an agent with this presence is in the queue of a language; None when they are out.

    The state of an outside number is unknown, so the state of the channel to it counts. Asterisk gets the version of
    the row, and the reason if it is one of `reasons`, those of the plan: any other is personal and stays in the
    database.
    """
    if agent_presence.state == PresenceState.OUT:
        return None
    return QueueMember(
        name=agent_presence.sip_account,
        interface=_interface(agent_presence),
        state_interface=None if agent_presence.outside_number else f"PJSIP/{agent_presence.sip_account}",
        penalty=member_penalty(agent_presence.rank, speaks=language in agent_presence.speaks),
        pause_reason=_pause_reason(agent_presence, reasons) if agent_presence.state == PresenceState.PAUSED else "",
    )


def _pause_reason(agent_presence: Presence, reasons: Container[str]) -> str:
    version = f"presence-{agent_presence.version}"
    return f"{version}:{agent_presence.reason}" if agent_presence.reason in reasons else version


def _interface(agent_presence: Presence) -> str:
    return f"Local/{agent_presence.sip_account}@{names.DIAL_MEMBER}/n"


class QueueMemberSync:
    """Adds, removes, pauses and ranks queue members as the presences say.

    `run` works until its connection is lost; `wake` and `on_event` say that something may have changed.
    `pause_reasons`: the names of those of the plan in force.
    """

    def __init__(self, database: Database, pause_reasons: Callable[[], Container[str]] = tuple) -> None:
        self._database, self._pause_reasons = database, pause_reasons
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
        while True:
            self._woken.clear()
            presences = await self._load_presences()
            if presences is not None and (self._differs or presences != synced or clock() > resync_at):
                self._differs = False
                complete = await self._sync(queues, presences)
                synced, resync_at = presences if complete else None, clock() + RESYNC_INTERVAL_S
            await self._woken.wait(POLL_INTERVAL_S)

    async def _load_presences(self) -> tuple[Presence, ...] | None:
        """None when the database cannot be read: Asterisk keeps the members it has."""
        try:
            return await asyncio.to_thread(presence.list_presences, self._database)
        except RecordsError as error:
            self._log_once(f"queue members stay as they are: {error}")
            return None

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
                await queue.remove(members[interface])
        return all(synced)

    async def _sync_member(
        self, members_by_queue: Mapping[Queue, Mapping[str, QueueMember]], agent_presence: Presence
    ) -> bool:
        reasons = self._pause_reasons()
        try:
            for queue, members in members_by_queue.items():
                wanted = to_queue_member(agent_presence, queue.language, reasons)
                await _apply_difference(queue, wanted, members.get(_interface(agent_presence)))
            if agent_presence.applied_at is None:
                now = datetime.now(UTC)
                await asyncio.to_thread(
                    presence.mark_applied, self._database, agent_presence.agent_id, agent_presence.version, now
                )
        except (ActionRejected, RecordsError) as error:
            self._log_once(f"the queue member of the desk {agent_presence.desk} is not up to date yet: {error}")
            return False
        return True

    def _log_once(self, sentence: str) -> None:
        if sentence != self._last_logged:
            log.error(sentence)
        self._last_logged = sentence


async def _members(queue: Queue) -> dict[str, QueueMember]:
    return {status.member.interface: status.member for status in (await queue.status()).members}


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
