"""Who lets calls ring out: after so many in a row he is paused, so that no caller waits for an empty chair."""

import asyncio
import logging
from collections import Counter
from datetime import UTC, datetime
from typing import NoReturn

from ami.link import Headers
from ami.policy import Policy
from records import presence
from records.base import Base
from records.errors import RecordsError
from records.people import OURSELVES
from routing.plan import Staff

log = logging.getLogger("switch")

REASON = "no answer"
SLACK_MS = 1000  # Asterisk's own measure of a ringing that it ended itself


class Unanswered:
    """`hear` counts by phone account, `pause` writes down who is to pause; whoever takes a call begins anew.

    A ringing that was cut short does not count: who declines is at his desk. Nor does any where everybody is rung at
    once, for then a call that nobody takes would empty the house. What was counted is forgotten when this process ends.
    """

    def __init__(self, base: Base, policy: Policy) -> None:
        self._base, self._policy = base, policy
        self._in_a_row: Counter[str] = Counter()
        self._absent: asyncio.Queue[str] = asyncio.Queue()

    def hear(self, event: Headers) -> None:
        match event["Event"]:
            case "AgentRingNoAnswer" if self._rang_out(event):
                self._count(event["MemberName"])
            case "AgentConnect" | "QueueMemberPause":
                del self._in_a_row[event["MemberName"]]

    async def pause(self) -> NoReturn:
        while True:
            member = await self._absent.get()
            try:
                at = datetime.now(UTC)
                await asyncio.to_thread(presence.pause_ready, self._base, member, reason=REASON, by=OURSELVES, at=at)
            except RecordsError as error:
                log.warning("%s does not answer, and goes on being rung: %s", member, error)

    def _rang_out(self, event: Headers) -> bool:
        alone = self._staff.strategy != "ringall"
        return alone and int(event["RingTime"]) >= self._staff.ring_s * 1000 - SLACK_MS

    def _count(self, member: str) -> None:
        self._in_a_row[member] += 1
        if 0 < self._staff.misses <= self._in_a_row[member]:
            del self._in_a_row[member]
            self._absent.put_nowait(member)

    @property
    def _staff(self) -> Staff:
        return self._policy.plan.staff
