"""Decides each second, for each waiting caller, whether to hand over to an overflow centre or to close.

The decision is the one made at entry (routing/queue/overflow.py), with the state that this caller sees: the callers
ahead in the queue of their language, the members who serve it, their own wait. Callers who stay keep their position.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

from ami.connection import ActionRejected, Headers
from ami.policy import Policy
from ami.queue.events import QueueEventRecorder
from ami.queue.queue import MemberStatus, Queue, QueueEntry, QueueStatus
from ami.queue.waiting_callers import WaitingCallers
from ami.wake_event import WakeEvent
from dialplan import names
from records.call_events import CallEvent, CallEventKind
from routing.queue.centre_choice import is_any_open
from routing.queue.overflow import decide_overflow
from routing.queue.penalties import is_eligible
from routing.queue.queue_state import QueueLoad, QueueState, build_queue_state

EVERY_S = 1.0
IDLE_S = 5.0  # without callers; a caller who joins wakes the monitor, this covers a lost event


class OverflowMonitor:
    """Withdraws callers who are handed over to a centre, or whose number has closed.

    `run` works until its connection is lost; `on_event` keeps `waiting` up to date.
    """

    def __init__(self, policy: Policy, waiting: WaitingCallers, events: QueueEventRecorder) -> None:
        self._policy, self._waiting, self._events = policy, waiting, events
        self._woken = WakeEvent()

    def wake(self) -> None:
        self._woken.wake()

    def on_event(self, event: Headers) -> None:
        if self._waiting.update(event):
            self._woken.wake()

    async def run(self, queues: Sequence[Queue]) -> NoReturn:
        """Raises ActionRejected when Asterisk has no queues yet, ConnectionLost."""
        while True:
            self._woken.clear()
            statuses = {queue: await queue.status() for queue in queues}
            for queue, status in statuses.items():
                self._waiting.resync(queue.name, status.entries, status.at)
            if callers := [caller.ref for line in self._waiting.callers.values() for caller in line]:
                await asyncio.to_thread(self._policy.refresh)
                self._policy.forget_other_calls(set(callers))
                for queue, status in statuses.items():
                    await self._check_callers(queue, status)
            await self._woken.wait(EVERY_S if callers else IDLE_S)

    async def _check_callers(self, queue: Queue, status: QueueStatus) -> None:
        for caller in self._waiting.callers[queue.name]:
            if caller.attempt:  # a callback: no caller is on the line who could be handed over
                continue
            state = await asyncio.to_thread(self._queue_state, queue, caller, status)
            decision = decide_overflow(self._policy.plan.overflow, state)
            if decision.hand_over:
                detail = {"because": decision.reason, "hand_over": True, "when": "waiting"}
                event = CallEvent(status.at, CallEventKind.OVERFLOW_DECIDED, detail)
                await self._withdraw(queue, caller, names.WITHDRAW_OVERFLOW, event)
            elif not state.is_open:
                detail = {"queue": queue.name, "reason": names.WITHDRAW_CLOSING, "position": caller.position}
                event = CallEvent(status.at, CallEventKind.QUEUE_WITHDRAWN, detail)
                await self._withdraw(queue, caller, names.WITHDRAW_CLOSING, event)

    async def _withdraw(self, queue: Queue, caller: QueueEntry, info: str, event: CallEvent) -> None:
        try:
            await queue.withdraw(caller.channel, info)
        except ActionRejected:  # the caller was answered, or hung up, at this moment
            return
        self._events.add(caller.ref, event)

    def _queue_state(self, queue: Queue, caller: QueueEntry, status: QueueStatus) -> QueueState:
        wrapup_s, waited_s = self._policy.plan.staff.wrapup_s, max(0.0, (status.at - caller.since).total_seconds())
        taking = self._serving(status, waited_s)
        ready = sum(member.is_ready(status.at, timedelta(seconds=wrapup_s)) for member in taking)
        others = [len(callers) for name, callers in self._waiting.callers.items() if name != queue.name]
        return build_queue_state(
            QueueLoad(len(taking), ready, caller.position - 1, others, self._policy.handling_time_s, wrapup_s),
            caller.ref,
            waited_s,
            is_open=self._policy.is_open_for_call(caller.ref, status.at),
            overflow_forced=self._policy.is_overflow_forced(caller.ref, status.at),
            centre_open=is_any_open(self._policy.plan, status.at),
        )

    def _serving(self, status: QueueStatus, waited_s: float) -> list[MemberStatus]:
        """The members who take calls and whose penalty allows a caller who has waited that long."""
        escalation = self._policy.plan.staff.escalation
        return [
            one for one in status.members if one.takes_calls and is_eligible(one.member.penalty, escalation, waited_s)
        ]
