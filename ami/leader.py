"""Leader election: one process acts on Asterisk, another waits until the first has died.

The leader trusts its own monotonic clock, which runs on while the process is frozen: a leader that continues after its
lease has expired notices it before it acts. A candidate uses its monotonic clock too: a lease that nobody renews is
free, even if it expires in hours by a wall clock that was set back meanwhile.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from records import leases
from records.database.engine import Database
from records.errors import RecordsError

log = logging.getLogger("switch")

SWITCH_LEASE = "switch"
"""The lease of the process that acts on Asterisk."""

LEASE_S = 3.0
RENEW_S = 1.0
ABANDONED_S = 2 * LEASE_S  # without a renewal
MARGIN_S = 0.5  # the leader stops this long before another may begin


class LeaseLost(Exception):
    """The lease was lost: another process may already be the leader."""


class LeaderElection:
    """A candidate named `holder`, unique among the processes that compete for the lease `name`."""

    def __init__(self, database: Database, name: str, holder: str) -> None:
        self._database, self._name, self._holder = database, name, holder
        self._leading_until = float("-inf")
        self._failed = False
        self._observed: tuple[datetime | None, float] = (None, 0.0)

    def ensure_leading(self) -> None:
        """Must be called before each action. Raises LeaseLost."""
        if time.monotonic() >= self._leading_until:
            raise LeaseLost("The lease has expired; another process may act now.")

    async def wait_until_elected(self, heartbeat: Callable[[], None] = lambda: None) -> None:
        """Waits until this process leads; `heartbeat` is called at each attempt."""
        while not await self._try_acquire():
            heartbeat()
            await asyncio.sleep(RENEW_S)

    async def keep_leading(self) -> NoReturn:
        """Renews the lease. Raises LeaseLost when that was not possible."""
        while True:
            await asyncio.sleep(RENEW_S)
            await self._try_acquire()
            self.ensure_leading()

    async def resign(self) -> None:
        """Releases the lease, so that another process leads at once. Without the database it expires by itself."""
        self._leading_until = float("-inf")
        try:
            await asyncio.to_thread(leases.release, self._database, self._name, self._holder)
        except RecordsError as error:
            log.warning("the lease was not released and will expire: %s", error)

    async def _try_acquire(self) -> bool:
        started = time.monotonic()
        try:
            acquired = await asyncio.to_thread(self._acquire_or_observe)
        except RecordsError as error:
            if not self._failed:  # once, not every second
                log.warning("the lease cannot be acquired: %s", error)
            self._failed = True
            return False
        self._failed = False
        self._leading_until = started + LEASE_S - MARGIN_S if acquired else float("-inf")
        return acquired

    def _acquire_or_observe(self) -> bool:
        expiry, since = self._observed
        abandoned = expiry if time.monotonic() > since + ABANDONED_S else None
        duration = timedelta(seconds=LEASE_S)
        if leases.acquire(
            self._database,
            self._name,
            self._holder,
            at=datetime.now(UTC),
            duration=duration,
            abandoned_expiry=abandoned,
        ):
            return True
        if (current := leases.get_expiry(self._database, self._name)) != expiry:
            self._observed = current, time.monotonic()
        return False
