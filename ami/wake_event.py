"""Lets a loop sleep until it is woken, or until it is time to poll."""

import asyncio


class WakeEvent:
    """An event that is waited for with a timeout. A wake after `clear` ends the next `wait` at once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    def is_set(self) -> bool:
        """Whether it was woken since `clear`."""
        return self._event.is_set()

    def clear(self) -> None:
        self._event.clear()

    async def wait(self, timeout_s: float) -> None:
        """Returns when woken, or after `timeout_s` seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            pass
