"""Records the facts about a call that only queue events and our own decisions reveal.

Each event has one source. Entered, ringing, answered, left and ended come from the CEL log, which is complete
(ami/cel_event.py); from here come unanswered ringing, the position of a caller who gave up, and our decisions.
"""

import asyncio
import logging
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from ami.connection import Headers
from records.call_events import CallEvent, CallEventKind
from records.callbacks.attempt_channel_id import is_callback_attempt
from records.calls import calls
from records.database.engine import DEFAULT_WAIT_MS, Database
from records.errors import NotFound, RecordsError

log = logging.getLogger("switch")

MAX_PENDING = 10_000  # unwritten events; more mean that the database has been unavailable for hours
AGAIN_S = 0.5
UNKNOWN_CALL_TIMEOUT = timedelta(seconds=30)  # for a call that is not on record yet


class QueueEventRecorder:
    """Writes events to calls' records: `on_event` and `add` queue them, `run` writes them in order."""

    def __init__(self, database: Database, queues: Collection[str]) -> None:
        self._database, self._queues = database, queues
        self._pending: asyncio.Queue[tuple[str, CallEvent]] = asyncio.Queue(MAX_PENDING)

    def on_event(self, event: Headers) -> None:
        if event.get("Queue") in self._queues and not is_callback_attempt(event.get("Linkedid", "")):
            for call_event in _to_call_events(event):
                self.add(event["Linkedid"], call_event)

    def add(self, ref: str, event: CallEvent) -> None:
        try:
            self._pending.put_nowait((ref, event))
        except asyncio.QueueFull:
            log.error("an event of a call is lost: too many wait for the database", extra={"call": ref})

    async def run(self) -> NoReturn:
        while True:
            ref, event = await self._pending.get()
            while not await asyncio.to_thread(self._try_write, ref, event):
                await asyncio.sleep(AGAIN_S)

    def _try_write(self, ref: str, event: CallEvent) -> bool:
        """False when it must be retried."""
        try:
            calls.add_events(self._database, ref, [event], DEFAULT_WAIT_MS)
        except NotFound:
            return datetime.now(UTC) - event.at > UNKNOWN_CALL_TIMEOUT  # not a call of the public
        except RecordsError as error:
            log.warning("an event of a call waits for the database: %s", error, extra={"call": ref})
            return False
        return True


def _to_call_events(event: Headers) -> Iterator[CallEvent]:
    at = datetime.fromtimestamp(float(event["Timestamp"]), UTC)
    match event["Event"]:
        case "AgentRingNoAnswer":
            detail = {"phone": event["MemberName"], "rang": round(int(event["RingTime"]) / 1000)}
            yield CallEvent(at, CallEventKind.STAFF_NO_ANSWER, detail)
        case "QueueCallerAbandon":
            detail = {"queue": event["Queue"], "position": int(event["Position"]), "waited": int(event["HoldTime"])}
            yield CallEvent(at, CallEventKind.QUEUE_ABANDONED, detail)
