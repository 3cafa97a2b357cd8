"""Records the facts about a call that only queue events and our own decisions reveal.

Each event has one source. Entered, ringing, answered, left and ended come from the CEL log, which is complete
(ami/cel/event.py); from here come unanswered ringing, the position of a caller who gave up, and our decisions.
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
from records.errors import DatabaseBusy, DatabaseUnavailable, NotFound

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
        """The events of a call stay in order; an event of a call that is not on record yet holds up no other call."""
        waiting: list[tuple[str, CallEvent]] = []
        while True:
            try:
                async with asyncio.timeout(AGAIN_S if waiting else None):
                    waiting.append(await self._pending.get())
            except TimeoutError:
                pass
            while not self._pending.empty():
                waiting.append(self._pending.get_nowait())
            waiting = await asyncio.to_thread(self._write_all, waiting)

    def _write_all(self, events: list[tuple[str, CallEvent]]) -> list[tuple[str, CallEvent]]:
        """The events that must be tried again."""
        again: list[tuple[str, CallEvent]] = []
        unknown: set[str] = set()
        for position, (ref, event) in enumerate(events):
            try:
                if ref not in unknown:
                    calls.add_events(self._database, ref, [event], DEFAULT_WAIT_MS)
                    continue
            except NotFound:
                unknown.add(ref)
            except (DatabaseBusy, DatabaseUnavailable) as error:
                log.warning("events of calls wait for the database: %s", error, extra={"call": ref})
                return again + events[position:]
            except Exception as error:  # one event that the database never takes holds up no other
                log.error("an event of a call was rejected: %s", type(error).__name__, extra={"call": ref})
                continue
            if datetime.now(UTC) - event.at <= UNKNOWN_CALL_TIMEOUT:  # else it is not a call of the public
                again.append((ref, event))
        return again


def _to_call_events(event: Headers) -> Iterator[CallEvent]:
    at = datetime.fromtimestamp(float(event["Timestamp"]), UTC)
    match event["Event"]:
        case "AgentRingNoAnswer":
            detail = {"phone": event["MemberName"], "rang": round(int(event["RingTime"]) / 1000)}
            yield CallEvent(at, CallEventKind.STAFF_NO_ANSWER, detail)
        case "QueueCallerAbandon":
            detail = {"queue": event["Queue"], "position": int(event["Position"]), "waited": int(event["HoldTime"])}
            yield CallEvent(at, CallEventKind.QUEUE_ABANDONED, detail)
