"""The queues' members: Asterisk is made to have those whom the base says, and the base is told when it has."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NoReturn

from ami.link import Headers, Refused
from ami.queue import Member, Queue
from dialplan import names
from records import presence
from records.base import Base
from records.errors import RecordsError
from records.presence import Presence, PresenceState
from routing.ranks import penalty

log = logging.getLogger("switch")

LOOK_S = 0.5  # where no ring of the bell came through
AGAIN_S = 30.0  # without any sign of a difference, Asterisk's members are compared all the same

_CHANGES = ("QueueMemberAdded", "QueueMemberRemoved", "QueueMemberPause", "QueueMemberPenalty")


def member(person: Presence, language: str) -> Member | None:
    """What a person's presence is in the queue of a language; None: no member.

    Of an outside line nobody knows whether it is busy, so there the way to it counts. What people give as the reason of
    a pause stays in the base: Asterisk is told the version of the row.
    """
    if person.state == PresenceState.OUT:
        return None
    return Member(
        name=person.member,
        interface=_interface(person),
        state_interface=None if person.outside_number else f"PJSIP/{person.member}",
        penalty=penalty(person.rank, speaks=language in person.speaks),
        paused_for=f"presence-{person.version}" if person.state == PresenceState.PAUSED else "",
    )


def _interface(person: Presence) -> str:
    return f"Local/{person.member}@{names.MEMBER}/n"


class Members:
    """`keep` works until its link is lost; `wake` and `hear` tell it that something may have changed."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._woken = asyncio.Event()
        self._differs = False
        self._said = ""

    def wake(self) -> None:
        self._woken.set()

    def hear(self, event: Headers) -> None:
        if event["Event"] in _CHANGES:
            self._differs = True
            self._woken.set()

    async def keep(self, queues: Sequence[Queue]) -> NoReturn:
        """Raises Refused when Asterisk has no queues yet, LinkLost."""
        clock, equal_to, until = asyncio.get_running_loop().time, None, 0.0
        while True:
            self._woken.clear()
            wanted = await self._wanted()
            if wanted is not None and (self._differs or wanted != equal_to or clock() > until):
                self._differs = False
                equal = await self._equalise(queues, wanted)
                equal_to, until = wanted if equal else None, clock() + AGAIN_S
            await self._sleep()

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _wanted(self) -> tuple[Presence, ...] | None:
        """None: the base cannot tell; Asterisk goes on with the members it has."""
        try:
            return await asyncio.to_thread(presence.all, self._base)
        except RecordsError as error:
            self._say_once(f"members stay as they are: {error}")
            return None

    async def _equalise(self, queues: Sequence[Queue], people: Sequence[Presence]) -> bool:
        """Those who come before those who go, so that no caller finds a queue empty in between.

        False when Asterisk refused somebody; the others are not kept from their calls by that.
        """
        there = {queue: await _members(queue) for queue in queues}
        coming_first = sorted(people, key=lambda person: person.state != PresenceState.READY)
        brought = [await self._bring(there, person) for person in coming_first]
        ours = {_interface(person) for person in people}
        for queue, members in there.items():
            for interface in members.keys() - ours:
                await queue.remove(members[interface])
        return all(brought)

    async def _bring(self, there: Mapping[Queue, Mapping[str, Member]], person: Presence) -> bool:
        try:
            for queue, members in there.items():
                await _set(queue, member(person, queue.language), members.get(_interface(person)))
            if person.applied_at is None:
                now = datetime.now(UTC)
                await asyncio.to_thread(presence.applied, self._base, person.person_id, person.version, now)
        except (Refused, RecordsError) as error:
            self._say_once(f"{person.member} is not yet as the base says: {error}")
            return False
        return True

    def _say_once(self, sentence: str) -> None:
        if sentence != self._said:
            log.error(sentence)
        self._said = sentence


async def _members(queue: Queue) -> dict[str, Member]:
    return {seat.member.interface: seat.member for seat in (await queue.status()).seats}


async def _set(queue: Queue, wanted: Member | None, found: Member | None) -> None:
    """No more than what differs, so that a member who is right, or is talking, is left alone."""
    if found and (wanted is None or found.state_interface != wanted.state_interface):
        await queue.remove(found)
        found = None
    if wanted is None:
        return
    if found is None:
        await queue.add(wanted)
        return
    if found.paused_for != wanted.paused_for:
        await queue.pause(wanted)
    if found.penalty != wanted.penalty:
        await queue.penalise(wanted)
