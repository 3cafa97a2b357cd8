"""Records until when agents wrap up callbacks; for calls of the public see records/transfers/wrapups.py."""

import asyncio
import logging
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from ami.connection import Headers
from ami.policy import Policy
from records.callbacks.attempt_channel_id import is_callback_attempt
from records.database.engine import Database
from records.errors import RecordsError
from records.staff.wrapups import begin_wrapup

log = logging.getLogger("switch")


class WrapupRecorder:
    """`on_event` notices the end of an agent's talk with a visitor, `run` records the end of their wrap-up.

    Asterisk itself spares the agent meanwhile (`wrapuptime` of the queue), also when the database cannot take the
    record: then pages do not show it.
    """

    def __init__(self, database: Database, policy: Policy, queues: Collection[str]) -> None:
        self._database, self._policy, self._queues = database, policy, queues
        self._ended: asyncio.Queue[tuple[str, datetime]] = asyncio.Queue()

    def on_event(self, event: Headers) -> None:
        if event["Event"] != "AgentComplete" or event["Queue"] not in self._queues:
            return
        wrapup_s = self._policy.plan.staff.wrapup_s
        if wrapup_s and is_callback_attempt(event.get("Linkedid", "")):
            until = datetime.fromtimestamp(float(event["Timestamp"]), UTC) + timedelta(seconds=wrapup_s)
            self._ended.put_nowait((event["MemberName"], until))

    async def run(self) -> NoReturn:
        while True:
            member, until = await self._ended.get()
            try:
                await asyncio.to_thread(begin_wrapup, self._database, member, until)
            except RecordsError as error:
                log.warning("the wrap-up of %s is not shown: %s", member, error)
