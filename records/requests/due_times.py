"""When requests are due: stored when they come in, by the rule of the plan."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select, update

from records.database.engine import Database
from records.schema import Call, Callback, Inquiry
from records.schema import Request as Requests

AT_ONCE = 200

DueRule = Callable[[str | None, str | None, datetime], datetime]
"""When a request is due: from the number of ours that was called (E.164), its topic, and when it came in."""


def fill_due_times(database: Database, rule: DueRule) -> int:
    """Stores when the open requests are due that have no due time yet; gives how many there were, AT_ONCE at most."""
    by = func.coalesce(Callback.public_number, Inquiry.public_number).label("by")
    new = select(Requests.id, Requests.topic, Requests.created_at, Call.public_number, by)
    new = new.outerjoin(Call, Call.ref == Requests.call_ref).outerjoin(Callback, Callback.request_id == Requests.id)
    new = new.outerjoin(Inquiry, Inquiry.request_id == Requests.id)
    new = new.where(Requests.due_at.is_(None), Requests.closed_at.is_(None)).limit(AT_ONCE)
    with database.read() as connection:
        rows = connection.execute(new).all()
    if not rows:
        return 0
    with database.write(notify=True) as connection:
        for row in rows:
            due_at = rule(row.public_number or row.by, row.topic, row.created_at)
            still = (Requests.id == row.id) & Requests.due_at.is_(None)
            connection.execute(update(Requests).where(still).values(due_at=due_at))
    return len(rows)
