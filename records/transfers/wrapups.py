"""Wrap-ups after calls that colleagues handed over: the queue did not give them, so Asterisk knows of none."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from records.call_events import CallEvent, CallEventKind
from records.calls.call_rows import list_events
from records.database.engine import Database
from records.schema import CallEvent as Events
from records.staff.wrapups import begin_wrapup

_GIVEN = (CallEventKind.QUEUE_ENTERED, CallEventKind.TRANSFERRED, CallEventKind.TRANSFER_RETURNED)


def begin_wrapups_after_transfers(database: Database, since: datetime, wrapup: timedelta) -> datetime:
    """Begins the wrap-ups of the talks that ended after `since`; gives the end of the last one, for the next time."""
    phone = Events.detail["phone"].as_string().label("phone")
    left = select(Events.call_ref, Events.at, phone).where(Events.kind == CallEventKind.STAFF_LEFT, Events.at > since)
    with database.read() as connection:
        ended = connection.execute(left.order_by(Events.at)).all()
        events = {ref: list_events(connection, ref) for ref in {row.call_ref for row in ended}}
    for row in ended if wrapup else ():
        if not _was_given_by_queue(events[row.call_ref], row.phone, row.at):
            begin_wrapup(database, row.phone, row.at + wrapup, is_ours=True)
    ends: list[datetime] = [row.at for row in ended]
    return max([since, *ends])


def _was_given_by_queue(events: Iterable[CallEvent], phone: str, left_at: datetime) -> bool:
    """Whether the talk of this telephone that ended then came from the queue."""
    given = by_queue = False
    for event in events:
        if event.at >= left_at:
            break
        if event.kind in _GIVEN:
            given = event.kind == CallEventKind.QUEUE_ENTERED
        elif event.kind == CallEventKind.STAFF_ANSWERED and event.detail.get("phone") == phone:
            by_queue = given
    return by_queue
