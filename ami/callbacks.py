"""The line of callbacks: those whose moment has come are placed beside live callers of their language, by the time
since when they wait.

An attempt is committed before Asterisk hears of it, and nothing is asked of Asterisk twice. While it stands in line the
visitor has certainly not been rung: one that is lost there goes back and waits again. What becomes of the others the
channel event log tells (ami/callback_ends.py).
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NoReturn

from ami.link import Headers, Refused
from ami.originate import Originator, is_attempt
from ami.policy import Policy
from ami.queue import Entry, Queue, QueueStatus, queue_name
from ami.waiting import Waiting
from records import callback_attempts
from records.base import Base
from records.callback_attempts import LATER, Attempt
from records.callback_queue import Due, due, expire
from records.errors import RecordsError
from routing.callback_rules import CallbackRules, First
from routing.callback_states import CallbackState

log = logging.getLogger("switch")

EVERY_S = 1.0
GONE_S = 5.0  # not seen in the queue for so long: whoever has accepted asks for leave to ring within 2 s
AT_ONCE = timedelta(0)


class Callbacks:
    """`keep` works until its link is lost; `wake` tells it that somebody may want to be called back, or no more, and
    `hear` to whom of the team a callback is being offered. Where no trunk `leads_out`, none is: all of them wait."""

    def __init__(self, base: Base, policy: Policy, waiting: Waiting, *, leads_out: bool = True) -> None:
        self._base, self._policy, self._waiting, self._leads_out = base, policy, waiting, leads_out
        self._woken = asyncio.Event()
        self._seen: dict[str, float] = {}  # attempts, when they were last in line (monotonic)
        self._entered: dict[str, datetime] = {}  # attempts, since when the visitor waits
        self._offered: dict[str, set[str]] = {}  # attempts, to which phone accounts at this moment
        self._said = ""

    def wake(self) -> None:
        self._woken.set()

    def hear(self, event: Headers) -> None:
        if event["Event"] in ("AgentCalled", "AgentRingNoAnswer") and is_attempt(event["Linkedid"]):
            offered = self._offered.setdefault(event["Linkedid"], set())
            offered.discard(event["MemberName"])
            if event["Event"] == "AgentCalled":
                offered.add(event["MemberName"])

    async def keep(self, queues: Sequence[Queue], originator: Originator) -> NoReturn:
        """Raises Refused when Asterisk has no queues yet, LinkLost."""
        self._seen.clear()  # nobody looked while there was no link, nor listened
        self._offered.clear()
        while True:
            self._woken.clear()
            try:
                await self._look(queues, originator)
                self._said = ""
            except RecordsError as error:
                self._say_once(f"callbacks wait: {error}")
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def _look(self, queues: Sequence[Queue], originator: Originator) -> None:
        now = datetime.now(UTC)
        looking = asyncio.gather(*(queue.status() for queue in queues))
        (under_way, waiting), there = await asyncio.gather(asyncio.to_thread(self._read, now), looking)
        self._forget_all_but({attempt.channel_id for attempt in under_way})
        for queue, status in zip(queues, there, strict=True):
            await self._clear(queue, originator, status, under_way)
        in_line = {entry.attempt for status in there for entry in status.entries}
        await self._take_back_lost(in_line, under_way)
        # Everybody who takes calls is a member of each queue.
        await self._place(originator, there[0], under_way, waiting)
        await asyncio.to_thread(expire, self._base, at=now)

    def _read(self, now: datetime) -> tuple[tuple[Attempt, ...], tuple[Due, ...]]:
        under_way = callback_attempts.in_flight(self._base)
        if not self._leads_out:
            return under_way, ()
        rules = self._rules
        answering = {
            number.public for number in self._policy.plan.numbers if self._policy.is_open_at(number.public, now)
        }
        waiting = due(self._base, at=now, most=10 * rules.at_once, limits=rules.limits, open_numbers=answering)
        return under_way, waiting

    # --- placing -----------------------------------------------------------

    async def _place(
        self, originator: Originator, status: QueueStatus, under_way: Iterable[Attempt], waiting: Iterable[Due]
    ) -> None:
        placed = list(under_way)
        for wish in waiting:
            if not self._has_room(status, placed):
                return
            first = self._rules.first
            attempt = await asyncio.to_thread(
                callback_attempts.place, self._base, wish.request_id, first=first, at=datetime.now(UTC)
            )
            if attempt:
                position = self._position(wish, attempt.language, placed)
                placed.append(attempt)
                self._seen[attempt.channel_id] = time.monotonic()
                self._entered[attempt.channel_id] = wish.entered
                await self._start(originator, attempt, position)

    def _has_room(self, status: QueueStatus, under_way: list[Attempt]) -> bool:
        """Never more in line than people who take calls; a visitor who is rung first must find somebody free."""
        before_talk = sum(attempt.state is not CallbackState.TALKING for attempt in under_way)
        in_line = sum(attempt.state is CallbackState.IN_LINE for attempt in under_way)
        taking = sum(seat.takes_calls for seat in status.seats)
        ready = sum(seat.is_ready(status.at, self._wrapup) for seat in status.seats)
        beside = before_talk < ready if self._rules.first is First.VISITOR else in_line < taking
        return beside and len(under_way) < self._rules.at_once

    def _position(self, wish: Due, language: str, under_way: Iterable[Attempt]) -> int:
        """Behind everybody of this language who has waited for longer, be it here or at home."""
        callers = self._waiting.callers[queue_name(language)]
        live = sum(entry.since < wish.entered for entry in callers if not entry.attempt)
        in_line = (one for one in under_way if one.state is CallbackState.IN_LINE and one.language == language)
        return 1 + live + sum(self._entered.get(one.channel_id, one.placed_at) <= wish.entered for one in in_line)

    async def _start(self, originator: Originator, attempt: Attempt, position: int) -> None:
        try:
            await originator.start(
                attempt.channel_id,
                attempt.first,
                position=position,
                language=attempt.language,
                line_s=self._rules.line_s,
            )
        except Refused as error:  # Asterisk has not taken it
            self._say_once(f"Asterisk will not call back: {error}")
            await self._back(attempt, "refused", LATER)

    # --- who is in line, and who should not be -----------------------------------

    async def _clear(
        self, queue: Queue, originator: Originator, status: QueueStatus, under_way: Iterable[Attempt]
    ) -> None:
        """Takes out who has cancelled, whose number has closed, and whom nobody who is free would call."""
        attempts = {attempt.channel_id: attempt for attempt in under_way}
        for entry in (entry for entry in status.entries if entry.attempt):
            attempt = attempts.get(entry.attempt or "")
            if attempt and attempt.state is CallbackState.IN_LINE:
                because = await asyncio.to_thread(self._hindrance, attempt, status)
                if not because or not await self._back(attempt, because, LATER):
                    continue
            if attempt is None or attempt.state is CallbackState.IN_LINE:
                await _withdraw(queue, originator, entry)

    def _hindrance(self, attempt: Attempt, status: QueueStatus) -> str:
        """Why it may not stay in line; empty when it may."""
        if self._policy.callbacks_held(status.at):
            return "paused"
        if not self._policy.is_open_at(attempt.public_number, status.at):
            return "closed"
        # Whoever is behind would wait for nothing, while somebody is free who has declined this one, and nobody else is
        # listening to it.
        if self._offered.get(attempt.channel_id):
            return ""
        ready = [seat.member.name for seat in status.seats if seat.is_ready(status.at, self._wrapup)]
        declined = [callback_attempts.has_declined(self._base, attempt.channel_id, name) for name in ready]
        return "declined" if declined and all(declined) else ""

    async def _take_back_lost(self, in_line: set[str | None], under_way: Iterable[Attempt]) -> None:
        now = time.monotonic()
        for attempt in under_way:
            last = now if attempt.channel_id in in_line else self._seen.get(attempt.channel_id, now)
            self._seen[attempt.channel_id] = last
            if attempt.state is CallbackState.IN_LINE and now - last > GONE_S:
                log.warning("the attempt %s is in line no more, and waits again", attempt.channel_id)
                await self._back(attempt, "lost", AT_ONCE)

    async def _back(self, attempt: Attempt, because: str, after: timedelta) -> bool:
        """False: it was over meanwhile, or had rung."""
        back = partial(callback_attempts.back_in_queue, at=datetime.now(UTC), after=after)
        return await asyncio.to_thread(back, self._base, attempt.channel_id, because)

    def _forget_all_but(self, channels: set[str]) -> None:
        self._seen = {channel: seen for channel, seen in self._seen.items() if channel in channels}
        self._entered = {channel: since for channel, since in self._entered.items() if channel in channels}
        self._offered = {channel: to for channel, to in self._offered.items() if channel in channels}

    @property
    def _rules(self) -> CallbackRules:
        return self._policy.plan.callbacks

    @property
    def _wrapup(self) -> timedelta:
        return timedelta(seconds=self._policy.plan.staff.wrapup_s)

    def _say_once(self, sentence: str) -> None:
        if sentence != self._said:
            log.error(sentence)
        self._said = sentence


async def _withdraw(queue: Queue, originator: Originator, entry: Entry) -> None:
    """Also while a telephone rings for it; the queue takes nobody out before that ringing ends."""
    with suppress(Refused):  # somebody has accepted in this very moment, and will get no leave to ring
        await queue.withdraw(entry.channel)
        await originator.stop(entry.channel)
