"""Pauses an agent who did not answer several calls in a row, so that no caller waits for somebody who is away."""

import asyncio
import logging
from collections import Counter
from datetime import UTC, datetime
from typing import NoReturn

from ami.connection import Headers
from ami.policy import Policy
from records.actor import SYSTEM
from records.database.engine import Database
from records.errors import RecordsError
from records.staff import presence
from routing.plan.model import StaffQueue

log = logging.getLogger("switch")

REASON = "no answer"
SLACK_MS = 1000  # tolerance: Asterisk measures the ringing that it ended itself


class NoAnswerAutoPause:
    """Counts consecutive unanswered calls of each agent, and pauses an agent who reaches the plan's maximum.

    `on_event` counts, `run` pauses; an answered call resets the count. Only a call that rang for the full time counts:
    an agent who rejects calls is present. With the strategy `ringall` none counts, since one unanswered call would
    pause everybody. The counts are lost when the process ends.
    """

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database, self._policy = database, policy
        self._consecutive: Counter[str] = Counter()
        self._to_pause: asyncio.Queue[str] = asyncio.Queue()

    def on_event(self, event: Headers) -> None:
        match event["Event"]:
            case "AgentRingNoAnswer" if self._rang_out(event):
                self._count(event["MemberName"])
            case "AgentConnect" | "QueueMemberPause":
                del self._consecutive[event["MemberName"]]

    async def run(self) -> NoReturn:
        while True:
            member = await self._to_pause.get()
            try:
                at = datetime.now(UTC)
                await asyncio.to_thread(
                    presence.pause_if_ready, self._database, member, reason=REASON, by=SYSTEM, at=at
                )
            except RecordsError as error:
                log.warning("%s does not answer and could not be paused: %s", member, error)

    def _rang_out(self, event: Headers) -> bool:
        one_at_a_time = self._staff.strategy != "ringall"
        return one_at_a_time and int(event["RingTime"]) >= self._staff.ring_s * 1000 - SLACK_MS

    def _count(self, member: str) -> None:
        self._consecutive[member] += 1
        if 0 < self._staff.max_missed_calls <= self._consecutive[member]:
            del self._consecutive[member]
            self._to_pause.put_nowait(member)

    @property
    def _staff(self) -> StaffQueue:
        return self._policy.plan.staff
