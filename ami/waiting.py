"""Who waits in the staff queue, since when, at what place."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ami.link import Headers
from ami.queue import Entry

REMEMBERED = timedelta(hours=1)
_LEAVING = ("QueueCallerLeave", "QueueCallerAbandon")


class Waiting:
    """`callers`, first in line first: from the queue's events, set right by `resync` with what Asterisk has.

    Who leaves the queue for a moment and comes back, to look at the offer of a callback, has waited all the time.
    """

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._since: dict[str, datetime] = {}
        self.callers: tuple[Entry, ...] = ()

    def hear(self, event: Headers) -> bool:
        """True when somebody has joined. Hearing an event again changes nothing."""
        if event.get("Queue") != self._queue or event["Event"] not in ("QueueCallerJoin", *_LEAVING):
            return False
        others = [entry for entry in self.callers if entry.channel != event["Channel"]]
        joins = event["Event"] == "QueueCallerJoin"
        if joins:
            since = datetime.fromtimestamp(float(event["Timestamp"]), UTC)
            place = int(event["Position"])
            others.insert(place - 1, Entry(event["Linkedid"], event["Channel"], since, place))
        self._take_places(others)
        return joins

    def resync(self, entries: Iterable[Entry], now: datetime) -> None:
        """Asterisk's word on who waits; since when is known better here, if we saw it."""
        self._since = {ref: since for ref, since in self._since.items() if now - since < REMEMBERED}
        self._take_places(entries)

    def _take_places(self, entries: Iterable[Entry]) -> None:
        self.callers = tuple(
            replace(entry, position=place, since=self._since.setdefault(entry.ref, entry.since))
            for place, entry in enumerate(entries, start=1)
        )
