"""Rings those of the house who asked for it in the console: each once, whatever becomes of the link."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import NoReturn

from ami.link import Refused
from ami.originate import Originator
from records import desk_rings
from records.base import Base
from records.errors import RecordsError

log = logging.getLogger("switch")

EVERY_S = 1.0


class DeskRings:
    """`keep` works until its link is lost; `wake` tells it that somebody may have asked."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._woken = asyncio.Event()
        self._failed = False

    def wake(self) -> None:
        self._woken.set()

    async def keep(self, originator: Originator) -> NoReturn:
        """Raises LinkLost: what was taken and perhaps not sent is not sent again."""
        while True:
            self._woken.clear()
            try:
                for number in await asyncio.to_thread(desk_rings.take, self._base, at=datetime.now(UTC)):
                    await self._ring(originator, number)
                self._failed = False
            except RecordsError as error:
                if not self._failed:  # once, not every second
                    log.error("nobody is rung who asks for it: %s", error)
                self._failed = True
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def _ring(self, originator: Originator, number: int) -> None:
        try:
            await originator.ring(f"desk-{number}")
        except Refused as error:
            log.error("Asterisk will not ring who asked for it: %s", error)
