"""Wrap-ups after talks with callers, also those that the queue did not give: from the record of the call alone.

Asterisk's event `AgentComplete` comes late after a transfer, and not always. It counts for callbacks only
(ami/wrapups.py).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from records.call_events import CallEvent, CallEventKind
from records.calls.call_rows import list_events
from records.database.engine import Database
from records.schema import CallEvent as Events
from records.staff.wrapups import begin_wrapup_after

AGAIN = timedelta(seconds=5)
"""The events of two calls may be stored in another order than they happened: so much is looked at again."""

_GIVEN = (
    CallEventKind.QUEUE_ENTERED,
    CallEventKind.TRANSFERRED,
    CallEventKind.CONSULTED,
    CallEventKind.TRANSFER_RETURNED,
)


def begin_wrapups_after_talks(database: Database, since: datetime, wrapup: timedelta) -> datetime:
    """Begins the wrap-ups of the talks that ended after `since`, each once; gives where to look from the next time."""
    phone = Events.detail["phone"].as_string().label("phone")
    left = select(Events.call_ref, Events.at, phone).where(Events.kind == CallEventKind.STAFF_LEFT, Events.at > since)
    with database.read() as connection:
        ended = connection.execute(left.order_by(Events.at)).all()
        events = {ref: list_events(connection, ref) for ref in {row.call_ref for row in ended}}
    for row in ended if wrapup else ():
        is_ours = not _is_kept_by_queue(events[row.call_ref], row.phone, row.at)
        begin_wrapup_after(database, row.phone, row.at, wrapup, is_ours=is_ours)
    seen: list[datetime] = [row.at - AGAIN for row in ended]
    return max([since, *seen])


def _is_kept_by_queue(events: Iterable[CallEvent], phone: str, left_at: datetime) -> bool:
    """Whether Asterisk keeps this telephone from being rung after the talk that ended then.

    It does for a caller whom the queue gave, and who was not handed over.
    """
    given = by_queue = False
    for event in events:
        if event.at > left_at or (event.at == left_at and event.kind == CallEventKind.STAFF_ANSWERED):
            break
        if event.kind in _GIVEN:
            given = event.kind == CallEventKind.QUEUE_ENTERED
        elif event.kind == CallEventKind.STAFF_ANSWERED and event.detail.get("phone") == phone:
            by_queue = given
    return by_queue and given
