"""The figures of a centre, read in one place for its own supervisor and for the organisation."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy import ColumnElement, func, select

from records.centres import ledger
from records.centres.contracts import find_contracts
from records.database.engine import Database
from records.database.unit_of_work import one_view
from records.schema import Call
from records.schema import Handoff as Handoffs
from routing.centres.figures import Figures, count_calls


def read_figures(database: Database, centre: str, first: date, after: date, tz: tzinfo) -> Figures:
    """The calls that were handed over from the day `first` on and before the day `after`, by the clock of `tz`."""
    since, until = (datetime.combine(day, time(), tz).astimezone(UTC) for day in (first, after))
    of_days = (Handoffs.centre == centre) & (Handoffs.dialled_at >= since) & (Handoffs.dialled_at < until)
    unanswered = of_days & Handoffs.answered_at.is_(None)
    with one_view(database) as view:
        return count_calls(
            find_contracts(view, centre, first, after - timedelta(days=1)),
            ledger.list_calls(view, centre, first, after, tz),
            abandoned=_count(view, unanswered & Handoffs.failed_at.is_(None) & Call.ended_at.is_not(None)),
            not_taken=_count(view, unanswered & Handoffs.failed_at.is_not(None)),
            missing=ledger.count_without_outcome(view, centre, first, after, tz),
        )


def _count(database: Database, which: ColumnElement[bool]) -> int:
    rows = select(func.count()).select_from(Handoffs).join(Call, Call.ref == Handoffs.call_ref).where(which)
    with database.read() as connection:
        return connection.scalar(rows) or 0
