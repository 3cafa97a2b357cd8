"""Who waits in the staff queues, since when, and at which position."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ami.connection import Headers
from ami.queue.queue import QueueEntry

REJOIN_WINDOW = timedelta(hours=1)
_LEAVING = ("QueueCallerLeave", "QueueCallerAbandon")


class WaitingCallers:
    """`callers` by queue, in order of position: from queue events, corrected by `resync` with Asterisk's status.

    A caller who leaves the queue for a moment, to hear the offer of a callback, and comes back has waited all the time.
    """

    def __init__(self, queues: Iterable[str]) -> None:
        self._since: dict[str, datetime] = {}
        self.callers: dict[str, tuple[QueueEntry, ...]] = {queue: () for queue in queues}

    def update(self, event: Headers) -> bool:
        """True when a caller has joined. Repeating an event changes nothing."""
        queue = event.get("Queue", "")
        if queue not in self.callers or event["Event"] not in ("QueueCallerJoin", *_LEAVING):
            return False
        others = [entry for entry in self.callers[queue] if entry.channel != event["Channel"]]
        joined = event["Event"] == "QueueCallerJoin"
        if joined:
            since = datetime.fromtimestamp(float(event["Timestamp"]), UTC)
            position = int(event["Position"])
            others.insert(position - 1, QueueEntry(event["Linkedid"], event["Channel"], since, position))
        self._set_positions(queue, others)
        return joined

    def resync(self, queue: str, entries: Iterable[QueueEntry], now: datetime) -> None:
        """Sets who waits in a queue from Asterisk's status; a known start of the wait is kept."""
        self._since = {ref: since for ref, since in self._since.items() if now - since < REJOIN_WINDOW}
        self._set_positions(queue, entries)

    def _set_positions(self, queue: str, entries: Iterable[QueueEntry]) -> None:
        self.callers[queue] = tuple(
            replace(entry, position=position, since=self._since.setdefault(entry.ref, entry.since))
            for position, entry in enumerate(entries, start=1)
        )
