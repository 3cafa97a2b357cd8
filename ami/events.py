"""What only the queue knows of a call, written into its record while it happens.

Each fact has one source. Entered, rung, answered, left and ended come from the channel event log, which misses
nothing (ami/channel_events.py); from here come a ringing that nobody answered, the place of who gave up, and what we
decided ourselves.
"""

import asyncio
import logging
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from ami.link import Headers
from ami.originate import is_attempt
from records import calls
from records.base import LONG_WAIT_MS, Base
from records.errors import NotFound, RecordsError
from records.events import CallEvent, CallEventKind

log = logging.getLogger("switch")

MOST = 10_000  # unwritten; beyond, the base has been away for hours
AGAIN_S = 0.5
PATIENCE = timedelta(seconds=30)  # for a call that is not on record yet


class Events:
    """`hear` and `tell` take what happened, `write` brings it into the base, in order."""

    def __init__(self, base: Base, queues: Collection[str]) -> None:
        self._base, self._queues = base, queues
        self._unwritten: asyncio.Queue[tuple[str, CallEvent]] = asyncio.Queue(MOST)

    def hear(self, event: Headers) -> None:
        if event.get("Queue") in self._queues and not is_attempt(event.get("Linkedid", "")):
            for told in _facts(event):
                self.tell(event["Linkedid"], told)

    def tell(self, ref: str, event: CallEvent) -> None:
        try:
            self._unwritten.put_nowait((ref, event))
        except asyncio.QueueFull:
            log.error("an event of a call is lost: the base has not been writable for too long", extra={"call": ref})

    async def write(self) -> NoReturn:
        while True:
            ref, event = await self._unwritten.get()
            while not await asyncio.to_thread(self._written, ref, event):
                await asyncio.sleep(AGAIN_S)

    def _written(self, ref: str, event: CallEvent) -> bool:
        """True: nothing more to do about it."""
        try:
            calls.note(self._base, ref, [event], LONG_WAIT_MS)
        except NotFound:
            return datetime.now(UTC) - event.at > PATIENCE  # not a call of the public's
        except RecordsError as error:
            log.warning("an event of a call waits for the base: %s", error, extra={"call": ref})
            return False
        return True


def _facts(event: Headers) -> Iterator[CallEvent]:
    at = datetime.fromtimestamp(float(event["Timestamp"]), UTC)
    match event["Event"]:
        case "AgentRingNoAnswer":
            detail = {"phone": event["MemberName"], "rang": round(int(event["RingTime"]) / 1000)}
            yield CallEvent(at, CallEventKind.STAFF_NO_ANSWER, detail)
        case "QueueCallerAbandon":
            detail = {"queue": event["Queue"], "position": int(event["Position"]), "waited": int(event["HoldTime"])}
            yield CallEvent(at, CallEventKind.QUEUE_ABANDONED, detail)
