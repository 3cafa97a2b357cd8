"""Days whose hand-offs have changed: their counts (kept_days.py) are made again."""

from sqlalchemy import ColumnElement, Connection, insert, select

from records.schema import CentreDayChange as Changes
from records.schema import Handoff as Handoffs


def mark_change(connection: Connection, which: ColumnElement[bool]) -> None:
    """Says, in the transaction of the change, that these hand-offs have changed."""
    rows = select(Handoffs.centre, Handoffs.dialled_at).where(which)
    connection.execute(insert(Changes).from_select(["centre", "at"], rows))
