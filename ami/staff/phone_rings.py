"""Lets telephones ring for users who asked for it in the console: each at most once, even if the connection is lost."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import NoReturn

from ami.connection import ActionRejected
from ami.originate import Originator
from ami.requested_work import RequestedWork
from records.database.engine import Database
from records.staff import phone_rings
from records.staff.phone_rings import RingResult

log = logging.getLogger("switch")


class PhoneRinger:
    """Starts requested rings.

    `run` works until its connection is lost; `wake` says that there may be a new request.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._work = RequestedWork("telephones do not ring for those who ask")
        self.wake = self._work.wake

    async def run(self, originator: Originator) -> NoReturn:
        """Raises ConnectionLost; a ring that was claimed and perhaps not sent is not sent again."""

        async def serve_requests() -> None:
            for ring_id in await asyncio.to_thread(phone_rings.claim_rings, self._database, at=datetime.now(UTC)):
                await self._originate(originator, ring_id)

        await self._work.repeat(serve_requests)

    async def _originate(self, originator: Originator, ring_id: int) -> None:
        try:
            await originator.originate_phone_ring(f"bell-{ring_id}")
        except ActionRejected as error:
            log.error("Asterisk rejected a test ring: %s", error)
            await asyncio.to_thread(
                phone_rings.end_ring, self._database, ring_id, RingResult.FAILED, at=datetime.now(UTC)
            )
