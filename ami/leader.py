"""One process acts on Asterisk; another of the same kind waits until the first has died.

The leader trusts its own monotonic clock, which runs on while it is frozen: who wakes up after his lease has run out
knows it before he does anything. So does who waits: a lease that nobody renews is free, though it ends in hours by a
clock that was put back since.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from records import leases
from records.base import Base
from records.errors import RecordsError

log = logging.getLogger("switch")

SWITCH = "switch"
"""The lease of whoever acts on Asterisk."""

LEASE_S = 3.0
RENEW_S = 1.0
ABANDONED_S = 2 * LEASE_S  # without being renewed
MARGIN_S = 0.5  # the leader stops that much before another may begin


class LeaseLost(Exception):
    """Another process may be leading by now."""


class Leader:
    """A candidate named `holder`, unique among the processes that compete for the lease `name`."""

    def __init__(self, base: Base, name: str, holder: str) -> None:
        self._base, self._name, self._holder = base, name, holder
        self._until = float("-inf")
        self._in_trouble = False
        self._seen: tuple[datetime | None, float] = (None, 0.0)

    def check(self) -> None:
        """To be called before each action. Raises LeaseLost."""
        if time.monotonic() >= self._until:
            raise LeaseLost("The lease has run out; another process may act now.")

    async def elected(self, beat: Callable[[], None] = lambda: None) -> None:
        """Waits until we lead; `beat` is called with each attempt."""
        while not await self._take():
            beat()
            await asyncio.sleep(RENEW_S)

    async def hold(self) -> NoReturn:
        """Goes on leading. Raises LeaseLost when that was not possible."""
        while True:
            await asyncio.sleep(RENEW_S)
            await self._take()
            self.check()

    async def resign(self) -> None:
        """Lets another begin at once; the lease runs out by itself where the base cannot be told."""
        self._until = float("-inf")
        try:
            await asyncio.to_thread(leases.give_back, self._base, self._name, self._holder)
        except RecordsError as error:
            log.warning("the lease runs out by itself: %s", error)

    async def _take(self) -> bool:
        began = time.monotonic()
        try:
            taken = await asyncio.to_thread(self._take_or_watch)
        except RecordsError as error:
            if not self._in_trouble:  # said once, not every second
                log.warning("the lease cannot be taken: %s", error)
            self._in_trouble = True
            return False
        self._in_trouble = False
        self._until = began + LEASE_S - MARGIN_S if taken else float("-inf")
        return taken

    def _take_or_watch(self) -> bool:
        ends, since = self._seen
        abandoned = ends if time.monotonic() > since + ABANDONED_S else None
        lasts = timedelta(seconds=LEASE_S)
        if leases.take(self._base, self._name, self._holder, at=datetime.now(UTC), lasts=lasts, abandoned=abandoned):
            return True
        if (found := leases.runs_out(self._base, self._name)) != ends:
            self._seen = found, time.monotonic()
        return False
