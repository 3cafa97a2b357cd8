"""Who waits in the queues of the staff, since when, at what place."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ami.link import Headers
from ami.queue import Entry

REMEMBERED = timedelta(hours=1)
_LEAVING = ("QueueCallerLeave", "QueueCallerAbandon")


class Waiting:
    """`callers` by queue, first in line first: from the queues' events, set right by `resync` with what Asterisk has.

    Who leaves the queue for a moment and comes back, to look at the offer of a callback, has waited all the time.
    """

    def __init__(self, queues: Iterable[str]) -> None:
        self._since: dict[str, datetime] = {}
        self.callers: dict[str, tuple[Entry, ...]] = {queue: () for queue in queues}

    def hear(self, event: Headers) -> bool:
        """True when somebody has joined. Hearing an event again changes nothing."""
        queue = event.get("Queue", "")
        if queue not in self.callers or event["Event"] not in ("QueueCallerJoin", *_LEAVING):
            return False
        others = [entry for entry in self.callers[queue] if entry.channel != event["Channel"]]
        joins = event["Event"] == "QueueCallerJoin"
        if joins:
            since = datetime.fromtimestamp(float(event["Timestamp"]), UTC)
            place = int(event["Position"])
            others.insert(place - 1, Entry(event["Linkedid"], event["Channel"], since, place))
        self._take_places(queue, others)
        return joins

    def resync(self, queue: str, entries: Iterable[Entry], now: datetime) -> None:
        """Asterisk's word on who waits in a queue; since when is known better here, if we saw it."""
        self._since = {ref: since for ref, since in self._since.items() if now - since < REMEMBERED}
        self._take_places(queue, entries)

    def _take_places(self, queue: str, entries: Iterable[Entry]) -> None:
        self.callers[queue] = tuple(
            replace(entry, position=place, since=self._since.setdefault(entry.ref, entry.since))
            for place, entry in enumerate(entries, start=1)
        )
