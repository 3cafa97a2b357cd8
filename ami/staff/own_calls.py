"""Records for which call each agent is rung, so that their page shows who calls while the telephone rings."""

import asyncio
import logging
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NoReturn

from ami.connection import Headers
from records.callbacks.attempt_channel_id import is_callback_attempt
from records.database.engine import Database
from records.errors import RecordsError
from records.staff.own_calls import begin_ring, end_ring

log = logging.getLogger("switch")

_EVENTS = ("AgentCalled", "AgentRingNoAnswer")


class OwnCallRecorder:
    """`on_event` notices that the queue rings an agent, or has given them up; `run` records it at once.

    What happened to the call since is on its own record: nothing here is needed for it, and a lost event costs the page
    of one agent the name of one caller.
    """

    def __init__(self, database: Database, queues: Collection[str]) -> None:
        self._database, self._queues = database, queues
        self._seen: asyncio.Queue[Headers] = asyncio.Queue()

    def on_event(self, event: Headers) -> None:
        if event["Event"] not in _EVENTS or event["Queue"] not in self._queues:
            return
        if not is_callback_attempt(event.get("Linkedid", "")):
            self._seen.put_nowait(event)

    async def run(self) -> NoReturn:
        while True:
            event = await self._seen.get()
            try:
                await asyncio.to_thread(self._record, event)
            except RecordsError as error:
                log.warning("an agent is not shown who calls: %s", error, extra={"call": event["Linkedid"]})

    def _record(self, event: Headers) -> None:
        member, ref = event["MemberName"], event["Linkedid"]
        if event["Event"] == "AgentRingNoAnswer":
            end_ring(self._database, member, ref)
        else:
            begin_ring(self._database, member, ref, datetime.fromtimestamp(float(event["Timestamp"]), UTC))
