"""Gives Asterisk the passwords of browsers, takes them out when their sessions end, and tells calls of a lost page."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import NoReturn

from ami.connection import ActionRejected
from ami.originate import Originator
from ami.requested_work import RequestedWork
from records.database.engine import Database
from records.staff import browser_phones

log = logging.getLogger("switch")

AGAIN_AFTER_S = 2.0
"""A password that Asterisk has not confirmed by then is sent again."""


class BrowserPhones:
    """Does what sessions ask for; `run` works until its connection is lost; `wake` says that there may be something."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._work = RequestedWork("agents cannot answer in their browser")
        self._sent: dict[str, tuple[int, float]] = {}
        self.wake = self._work.wake

    async def run(self, originator: Originator) -> NoReturn:
        """Raises ConnectionLost. A password may be sent twice, which changes nothing; a lost page is told once."""
        self._sent.clear()

        async def serve_requests() -> None:
            work = await asyncio.to_thread(browser_phones.take_work, self._database, at=datetime.now(UTC))
            try:
                for account in work.lost:
                    await originator.report_lost_browser(account)
                for account, version in work.versions.items():
                    if self._is_due(account, version):
                        await originator.apply_browser_login(account)
            except ActionRejected as error:
                log.error("Asterisk rejected the work for a browser: %s", error)

        await self._work.repeat(serve_requests)

    def _is_due(self, account: str, version: int) -> bool:
        now = asyncio.get_running_loop().time()
        sent_version, sent_at = self._sent.get(account, (-1, 0.0))
        if sent_version == version and now < sent_at + AGAIN_AFTER_S:
            return False
        self._sent[account] = version, now
        return True
