"""While callers wait: who is handed over to the overflow centre, and who is told that the house is closing.

The question is the one asked at entry (routing/overflow.py), asked again for each caller with what he sees: those
before him in the queue of his language, those who serve it, his own wait. Who is not taken out never loses his place.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

from ami.events import Events
from ami.link import Headers, Refused
from ami.policy import Policy
from ami.queue import Entry, Queue, QueueStatus, Seat
from ami.waiting import Waiting
from dialplan import names
from records.events import CallEvent, CallEventKind
from records.switches import SwitchName
from routing.overflow import Signals, decide, share_draw
from routing.ranks import counts
from routing.waiting import estimated_wait_s, place_among

EVERY_S = 1.0
IDLE_S = 5.0  # nobody waits: whoever joins wakes us; this is the net below that


class Overflow:
    """`keep` works until its link is lost; `hear` keeps `waiting` up to date."""

    def __init__(self, policy: Policy, waiting: Waiting, events: Events) -> None:
        self._policy, self._waiting, self._events = policy, waiting, events
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    def hear(self, event: Headers) -> None:
        if self._waiting.hear(event):
            self._woken.set()

    async def keep(self, queues: Sequence[Queue]) -> NoReturn:
        """Raises Refused when Asterisk has no queues yet, LinkLost."""
        while True:
            self._woken.clear()
            there = {queue: await queue.status() for queue in queues}
            for queue, status in there.items():
                self._waiting.resync(queue.name, status.entries, status.at)
            if callers := [caller.ref for line in self._waiting.callers.values() for caller in line]:
                await asyncio.to_thread(self._policy.refresh)
                self._policy.forget_all_but(set(callers))
                for queue, status in there.items():
                    await self._judge(queue, status)
            try:
                async with asyncio.timeout(EVERY_S if callers else IDLE_S):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def _judge(self, queue: Queue, status: QueueStatus) -> None:
        for caller in self._waiting.callers[queue.name]:
            if caller.attempt:  # nobody is there yet who could be handed over: ami/callbacks.py
                continue
            signals = await asyncio.to_thread(self._signals, queue, caller, status)
            decision = decide(self._policy.plan.overflow, signals)
            if decision.hand_over:
                told = {"because": decision.because, "hand_over": True, "when": "waiting"}
                event = CallEvent(status.at, CallEventKind.OVERFLOW_DECIDED, told)
                await self._withdraw(queue, caller, names.WITHDRAW_OVERFLOW, event)
            elif not signals.is_open:
                told = {"queue": queue.name, "reason": names.WITHDRAW_CLOSING, "position": caller.position}
                event = CallEvent(status.at, CallEventKind.QUEUE_WITHDRAWN, told)
                await self._withdraw(queue, caller, names.WITHDRAW_CLOSING, event)

    async def _withdraw(self, queue: Queue, caller: Entry, info: str, event: CallEvent) -> None:
        try:
            await queue.withdraw(caller.channel, info)
        except Refused:  # he was answered, or has hung up, in this very moment
            return
        self._events.tell(caller.ref, event)

    def _signals(self, queue: Queue, caller: Entry, status: QueueStatus) -> Signals:
        wrapup_s, waited_s = self._policy.plan.staff.wrapup_s, max(0.0, (status.at - caller.since).total_seconds())
        taking = self._serving(status, waited_s)
        ready = sum(seat.is_ready(status.at, timedelta(seconds=wrapup_s)) for seat in taking)
        talk_s = self._policy.talk_s + wrapup_s if self._policy.talk_s else 0.0
        return Signals(
            logged_in=len(taking),
            ready=ready,
            waiting=caller.position - 1,
            longest_wait_s=waited_s,
            estimated_wait_s=estimated_wait_s(self._place(queue, caller), ready, len(taking), talk_s),
            is_open=self._policy.is_open(caller.ref, status.at),
            switched=self._policy.is_on(SwitchName.OVERFLOW),
            draw=share_draw(caller.ref),
        )

    def _serving(self, status: QueueStatus, waited_s: float) -> list[Seat]:
        """Whoever takes calls and counts for a caller who has waited so long."""
        relax = self._policy.plan.staff.relax
        return [seat for seat in status.seats if seat.takes_calls and counts(seat.member.penalty, relax, waited_s)]

    def _place(self, queue: Queue, caller: Entry) -> int:
        others = (len(line) for name, line in self._waiting.callers.items() if name != queue.name)
        return place_among(caller.position, others)
