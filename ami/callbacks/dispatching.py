"""Places due callbacks in the queue of their language among live callers, in the order in which they began to wait.

An attempt is committed before it is sent to Asterisk, and no action is sent twice. While it waits in the queue, the
visitor has certainly not been dialled: an attempt that is lost there is queued again. The result of the others
is read from the CEL log (ami/callbacks/outcomes.py).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from ami.callbacks.queued_attempts import QueuedAttempts
from ami.connection import ActionRejected, Headers
from ami.originate import Originator
from ami.policy import Policy
from ami.queue.queue import Queue, QueueStatus
from ami.queue.waiting_callers import WaitingCallers
from ami.wake_event import WakeEvent
from records.callbacks import callback_attempts
from records.callbacks.callback_attempts import RETRY_DELAY, Attempt
from records.callbacks.callback_queue import DueCallback, find_due_callbacks, has_open_callbacks
from records.callbacks.expiry import expire_callbacks, renew_clocks
from records.database.engine import Database
from records.errors import RecordsError
from records.holds import HoldName, list_holds, set_hold
from routing.callbacks.holds import Hold
from routing.callbacks.rules import CallbackRules, DialFirst
from routing.callbacks.states import CallbackState

log = logging.getLogger("switch")

EVERY_S = 1.0
IDLE_S = 5.0  # without a callback that could become due, ring or expire; a new one wakes the loop


class CallbackDispatcher:
    """Places due callbacks, and withdraws those that must not wait any more.

    `run` works until its connection is lost; `wake` says that a request may have been added or cancelled. Without an
    outbound trunk no callback is placed: all of them wait, and none expires.
    """

    def __init__(
        self,
        database: Database,
        policy: Policy,
        waiting: WaitingCallers,
        *,
        has_outbound_trunk: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database, self._policy, self._has_outbound_trunk = database, policy, has_outbound_trunk
        self._queued = QueuedAttempts(database, policy, waiting)
        self._woken = WakeEvent()
        self._holds: tuple[Hold, ...] | None = None  # as of the last look at the clocks
        self._may_be_in_queue = True  # an attempt, also one that is over and has to be withdrawn
        self._last_logged = ""

    def wake(self) -> None:
        self._woken.wake()

    def on_event(self, event: Headers) -> None:
        self._queued.on_event(event)

    async def run(self, queues: Sequence[Queue], originator: Originator) -> NoReturn:
        """Raises ActionRejected when Asterisk has no queues yet, ConnectionLost."""
        self._queued.reset()
        self._may_be_in_queue = True
        while True:
            self._woken.clear()
            is_idle = False
            try:
                is_idle = not await self._poll(queues, originator)
                self._last_logged = ""
            except RecordsError as error:
                self._log_once(f"callbacks wait: {error}")
            await self._woken.wait(IDLE_S if is_idle else EVERY_S)

    async def _poll(self, queues: Sequence[Queue], originator: Originator) -> bool:
        """Whether any callback waits or is under way."""
        now = datetime.now(UTC)
        active, due = await asyncio.to_thread(self._load, now)
        self._queued.keep_only({attempt.channel_id for attempt in active})
        if active or due or self._may_be_in_queue:
            await self._move(queues, originator, active, due)
        await asyncio.to_thread(self._keep_clocks, now)
        return bool(active or due or self._may_be_in_queue) or await asyncio.to_thread(
            has_open_callbacks, self._database
        )

    async def _move(
        self, queues: Sequence[Queue], originator: Originator, active: Sequence[Attempt], due: Sequence[DueCallback]
    ) -> None:
        """Asks Asterisk for its queues, and withdraws, queues again and places what is to be."""
        statuses = await asyncio.gather(*(queue.status() for queue in queues))
        for queue, status in zip(queues, statuses, strict=True):
            await self._queued.withdraw_ineligible(queue, originator, status, active)
        await self._queued.stop_cancelled(originator, active)
        in_queue = {entry.attempt for status in statuses for entry in status.entries}
        self._may_be_in_queue = bool(active) or bool(in_queue - {None})
        await self._queued.requeue_lost(in_queue, active)
        # Every agent is a member of each queue, so any status tells the capacity.
        await self._place(originator, statuses[0], active, due)

    def _keep_clocks(self, now: datetime) -> None:
        """Expires callbacks whose time is over; a hold that begins or ends moves that time."""
        set_hold(self._database, HoldName.NO_TRUNK, not self._has_outbound_trunk(), at=now)
        if (holds := list_holds(self._database, now)) != self._holds:
            renew_clocks(self._database, at=now)
            self._holds = holds
        expire_callbacks(self._database, at=now)

    def _load(self, now: datetime) -> tuple[tuple[Attempt, ...], tuple[DueCallback, ...]]:
        active = callback_attempts.list_active_attempts(self._database)
        if not self._has_outbound_trunk():
            return active, ()
        self._policy.refresh()  # a request wakes this loop at once, also one that comes right behind a new plan
        rules = self._rules
        open_numbers = {
            number.e164 for number in self._policy.plan.numbers if self._policy.is_number_open(number.e164, now)
        }
        due = find_due_callbacks(
            self._database, at=now, limit=10 * rules.at_once, limits=rules.limits, open_numbers=open_numbers
        )
        return active, due

    async def _place(
        self, originator: Originator, status: QueueStatus, active: Iterable[Attempt], due: Iterable[DueCallback]
    ) -> None:
        placed = list(active)
        for request in due:
            if not self._has_capacity(status, placed, is_own_phone=request.is_own_phone):
                continue
            first = self._rules.first
            attempt = await asyncio.to_thread(
                callback_attempts.start_attempt,
                self._database,
                request.request_id,
                dial_first=first,
                at=datetime.now(UTC),
            )
            if attempt:
                position = self._queued.find_position(request, attempt.language, placed)
                placed.append(attempt)
                self._queued.add(attempt, request.queued_since)
                self._may_be_in_queue = True  # also when it is cancelled before the next look
                await self._originate(originator, attempt, position)

    def _has_capacity(self, status: QueueStatus, active: list[Attempt], *, is_own_phone: bool) -> bool:
        """Never more attempts in the queue than agents who take calls; to dial visitors first, agents must be free.

        The agent for whom a callback rings at their own telephone asked for it: they need not be in the queue.
        """
        if is_own_phone:
            return len(active) < self._rules.at_once
        not_talking = sum(attempt.state is not CallbackState.TALKING for attempt in active)
        in_line = sum(attempt.state is CallbackState.IN_LINE for attempt in active)
        wrapup = timedelta(seconds=self._policy.plan.staff.wrapup_s)
        taking = sum(one.takes_calls for one in status.members)
        ready = sum(one.is_ready(status.at, wrapup) for one in status.members)
        has_agent = not_talking < ready if self._rules.first is DialFirst.VISITOR else in_line < taking
        return has_agent and len(active) < self._rules.at_once

    async def _originate(self, originator: Originator, attempt: Attempt, position: int) -> None:
        try:
            if attempt.sip_account:
                await originator.originate_own_callback(attempt.channel_id, attempt.sip_account)
                return
            await originator.originate_callback(
                attempt.channel_id,
                attempt.dial_first,
                position=position,
                language=attempt.language,
                max_queue_s=self._rules.line_s,
            )
        except ActionRejected as error:
            self._log_once(f"Asterisk rejected a callback attempt: {error}")
            await self._queued.requeue(attempt, "refused", RETRY_DELAY)

    @property
    def _rules(self) -> CallbackRules:
        return self._policy.plan.callbacks

    def _log_once(self, sentence: str) -> None:
        if sentence != self._last_logged:
            log.error(sentence)
        self._last_logged = sentence
