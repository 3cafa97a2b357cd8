"""Calls users who asked for a call in the console: each at most once, even if the connection is lost."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import NoReturn

from ami.connection import ActionRejected
from ami.originate import Originator
from ami.requested_work import RequestedWork
from records.database.engine import Database
from records.staff import click_to_call

log = logging.getLogger("switch")


class ClickToCallDialer:
    """Starts requested calls.

    `run` works until its connection is lost; `wake` says that there may be a new request.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._work = RequestedWork("users who ask to be called are not called")
        self.wake = self._work.wake

    async def run(self, originator: Originator) -> NoReturn:
        """Raises ConnectionLost; a request that was claimed and perhaps not sent is not sent again."""

        async def serve_requests() -> None:
            claimed = await asyncio.to_thread(click_to_call.claim_click_to_calls, self._database, at=datetime.now(UTC))
            for request_id in claimed:
                await self._originate(originator, request_id)

        await self._work.repeat(serve_requests)

    async def _originate(self, originator: Originator, request_id: int) -> None:
        try:
            await originator.originate_click_to_call(f"ctc-{request_id}")
        except ActionRejected as error:
            log.error("Asterisk rejected the call to a user who asked for it: %s", error)
