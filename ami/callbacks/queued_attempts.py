"""Callback attempts that wait in the queue: their position, and which of them must leave it or start again."""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from ami.connection import ActionRejected, Headers
from ami.originate import OWN_PHONE_S, Originator
from ami.policy import Policy
from ami.queue.queue import Queue, QueueEntry, QueueStatus, queue_name
from ami.queue.waiting_callers import WaitingCallers
from records.callbacks import callback_attempts
from records.callbacks.attempt_channel_id import is_callback_attempt
from records.callbacks.callback_attempts import RETRY_DELAY, Attempt
from records.callbacks.callback_queue import DueCallback
from records.database.engine import Database
from routing.callbacks.states import CallbackState

log = logging.getLogger("switch")

LOST_AFTER_S = 5.0  # without being seen in the queue; an agent who accepts asks to dial within 2 s
# An attempt at an agent's own telephone is in no queue: Asterisk tells its end, unless it never took the attempt.
OWN_LOST_AFTER_S = OWN_PHONE_S + 5.0
NO_DELAY = timedelta(0)


class QueuedAttempts:
    """What is known of attempts in the queue beyond the database; it is lost when the process ends."""

    def __init__(self, database: Database, policy: Policy, waiting: WaitingCallers) -> None:
        self._database, self._policy, self._waiting = database, policy, waiting
        self._last_seen: dict[str, float] = {}  # by attempt: when it was last in the queue (monotonic)
        self._waiting_since: dict[str, datetime] = {}  # by attempt: since when the visitor waits
        self._offered_to: dict[str, set[str]] = {}  # by attempt: the SIP accounts that are offered it now
        self._ringing_own: set[str] = set()  # attempts that ring at an agent's own telephone

    def on_event(self, event: Headers) -> None:
        """Follows to which members an attempt is offered."""
        if event["Event"] in ("AgentCalled", "AgentRingNoAnswer") and is_callback_attempt(event["Linkedid"]):
            offered = self._offered_to.setdefault(event["Linkedid"], set())
            offered.discard(event["MemberName"])
            if event["Event"] == "AgentCalled":
                offered.add(event["MemberName"])

    def reset(self) -> None:
        """Forgets what may have changed while there was no connection."""
        self._last_seen.clear()
        self._offered_to.clear()

    def keep_only(self, channel_ids: set[str]) -> None:
        """Forgets attempts that have ended."""
        self._last_seen = {channel: seen for channel, seen in self._last_seen.items() if channel in channel_ids}
        self._waiting_since = {
            channel: since for channel, since in self._waiting_since.items() if channel in channel_ids
        }
        self._offered_to = {channel: to for channel, to in self._offered_to.items() if channel in channel_ids}

    def add(self, attempt: Attempt, waiting_since: datetime) -> None:
        """The attempt is about to enter the queue."""
        self._last_seen[attempt.channel_id] = time.monotonic()
        self._waiting_since[attempt.channel_id] = waiting_since
        if attempt.sip_account:
            self._ringing_own.add(attempt.channel_id)

    def find_position(self, request: DueCallback, language: str, active: Iterable[Attempt]) -> int:
        """From 1: behind everybody of this language who has waited longer, callers and callbacks alike."""
        callers = self._waiting.callers[queue_name(language)]
        live = sum(entry.since < request.queued_since for entry in callers if not entry.attempt)
        queued = (
            attempt
            for attempt in active
            if attempt.state is CallbackState.IN_LINE and attempt.language == language and not attempt.sip_account
        )
        since = (self._waiting_since.get(attempt.channel_id, attempt.placed_at) for attempt in queued)
        return 1 + live + sum(one <= request.queued_since for one in since)

    async def withdraw_ineligible(
        self, queue: Queue, originator: Originator, status: QueueStatus, active: Iterable[Attempt]
    ) -> None:
        """Withdraws attempts that were cancelled, whose number has closed, or that every free agent has rejected."""
        attempts = {attempt.channel_id: attempt for attempt in active}
        for entry in (entry for entry in status.entries if entry.attempt):
            attempt = attempts.get(entry.attempt or "")
            if attempt and attempt.state is CallbackState.IN_LINE:
                reason = await asyncio.to_thread(self._withdrawal_reason, attempt, status)
                if not reason or not await self.requeue(attempt, reason, RETRY_DELAY):
                    continue
            if attempt is None or attempt.state is CallbackState.IN_LINE:
                await _withdraw(queue, originator, entry)

    async def stop_cancelled(self, originator: Originator, active: Iterable[Attempt]) -> None:
        """Lets no agent's own telephone ring for an attempt that was cancelled; such an attempt is in no queue."""
        attempts = {attempt.channel_id: attempt for attempt in active}
        for over in self._ringing_own - attempts.keys():
            with suppress(ActionRejected):  # it has ended by itself
                await originator.stop_own_callback(over)
        ringing = (each for each in attempts.values() if each.sip_account and each.state is CallbackState.IN_LINE)
        self._ringing_own = {attempt.channel_id for attempt in ringing}

    async def requeue_lost(self, queued: set[str | None], active: Iterable[Attempt]) -> None:
        """Requeues attempts that should be in the queue but were not seen there for LOST_AFTER_S seconds."""
        now = time.monotonic()
        for attempt in active:
            last = now if attempt.channel_id in queued else self._last_seen.get(attempt.channel_id, now)
            self._last_seen[attempt.channel_id] = last
            lost_after = OWN_LOST_AFTER_S if attempt.sip_account else LOST_AFTER_S
            if attempt.state is CallbackState.IN_LINE and now - last > lost_after:
                log.warning("the attempt %s has left the queue and is queued again", attempt.channel_id)
                await self.requeue(attempt, "lost", NO_DELAY)

    async def requeue(self, attempt: Attempt, reason: str, delay: timedelta) -> bool:
        """False when the attempt has ended meanwhile, or the visitor was dialled."""
        return await asyncio.to_thread(
            callback_attempts.requeue, self._database, attempt.channel_id, reason, at=datetime.now(UTC), delay=delay
        )

    def _withdrawal_reason(self, attempt: Attempt, status: QueueStatus) -> str:
        """Why it may not stay in the queue; "" when it may."""
        if self._policy.callbacks_paused(attempt.public_number, status.at):
            return "paused"
        if not self._policy.is_number_open(attempt.public_number, status.at):
            return "closed"
        # When every free agent has rejected it, and no agent is listening to its offer, those behind it would wait in
        # vain.
        if self._offered_to.get(attempt.channel_id):
            return ""
        wrapup = timedelta(seconds=self._policy.plan.staff.wrapup_s)
        ready = [one.member.name for one in status.members if one.is_ready(status.at, wrapup)]
        rejected = [callback_attempts.has_rejected_offer(self._database, attempt.channel_id, name) for name in ready]
        return "declined" if rejected and all(rejected) else ""


async def _withdraw(queue: Queue, originator: Originator, entry: QueueEntry) -> None:
    """Takes the entry out of the queue, and hangs up a call to an agent for it, even during the offer.

    The queue itself withdraws no entry while an agent is called for it.
    """
    with suppress(ActionRejected):  # an agent accepted at this moment, and will not be authorized to dial
        await queue.withdraw(entry.channel)
        await originator.stop_callback(entry.channel)
