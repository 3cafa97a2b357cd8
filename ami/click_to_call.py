"""Calls users who asked for a call in the console: each at most once, even if the connection is lost."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import NoReturn

from ami.connection import ActionRejected
from ami.originate import Originator
from ami.wake_event import WakeEvent
from records.database.engine import Database
from records.errors import RecordsError
from records.staff import click_to_call

log = logging.getLogger("switch")

EVERY_S = 1.0


class ClickToCallDialer:
    """Starts requested calls.

    `run` works until its connection is lost; `wake` says that there may be a new request.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._woken = WakeEvent()
        self._failed = False

    def wake(self) -> None:
        self._woken.wake()

    async def run(self, originator: Originator) -> NoReturn:
        """Raises ConnectionLost; a request that was claimed and perhaps not sent is not sent again."""
        while True:
            self._woken.clear()
            try:
                for request_id in await asyncio.to_thread(
                    click_to_call.claim_click_to_calls, self._database, at=datetime.now(UTC)
                ):
                    await self._originate(originator, request_id)
                self._failed = False
            except RecordsError as error:
                if not self._failed:  # once, not every second
                    log.error("users who ask to be called are not called: %s", error)
                self._failed = True
            await self._woken.wait(EVERY_S)

    async def _originate(self, originator: Originator, request_id: int) -> None:
        try:
            await originator.originate_click_to_call(f"ctc-{request_id}")
        except ActionRejected as error:
            log.error("Asterisk rejected the call to a user who asked for it: %s", error)
