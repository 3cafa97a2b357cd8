"""Does what rows in the database ask for: at once when woken, and now and then in case a wake was lost."""

import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from ami.wake_event import WakeEvent
from records.errors import RecordsError

log = logging.getLogger("switch")

EVERY_S = 5.0


class RequestedWork:
    """A loop for one kind of request. `complaint`: what does not happen while the database fails; logged once."""

    def __init__(self, complaint: str) -> None:
        self._complaint = complaint
        self._woken = WakeEvent()
        self._failed = False

    def wake(self) -> None:
        """There may be a new request."""
        self._woken.wake()

    async def repeat(self, serve_requests: Callable[[], Awaitable[None]]) -> NoReturn:
        """Calls `serve_requests` again and again. Raises what it raises, but for RecordsError."""
        while True:
            self._woken.clear()
            try:
                await serve_requests()
                self._failed = False
            except RecordsError as error:
                if not self._failed:  # once, not at every turn
                    log.error("%s: %s", self._complaint, error)
                self._failed = True
            await self._woken.wait(EVERY_S)
