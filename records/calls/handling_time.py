"""How long agents talk with callers."""

from datetime import timedelta
from itertools import groupby

from sqlalchemy import select

from records.call_events import CallEvent, CallEventKind
from records.calls.talks import list_talks
from records.database.engine import Database
from records.schema import Call
from records.schema import CallEvent as Events

SAMPLE_SIZE = 20  # calls; the mean follows the day


def mean_handling_time(database: Database) -> float:
    """The mean length of the talks of the last calls that agents answered, in seconds; 0 without any."""
    answered = select(Events.call_ref, Events.at).join(Call, Call.ref == Events.call_ref)
    answered = answered.where(Events.kind == CallEventKind.STAFF_ANSWERED, Call.ended_at.is_not(None))
    answered = answered.order_by(Events.at.desc()).limit(SAMPLE_SIZE)
    with database.read() as connection:
        refs = {row.call_ref for row in connection.execute(answered)}
        rows = select(Events.call_ref, Events.at, Events.kind, Events.detail, Call.ended_at)
        rows = rows.join(Call, Call.ref == Events.call_ref).where(Events.call_ref.in_(refs))
        events = connection.execute(rows.order_by(Events.call_ref, Events.at, Events.id)).all()
    lengths: list[timedelta] = []
    for _, of_call in groupby(events, key=lambda row: row.call_ref):
        known = list(of_call)
        told = [CallEvent(row.at, CallEventKind(row.kind), row.detail) for row in known]
        lengths += [one.ended_at - one.began_at for one in list_talks(told, known[0].ended_at) if one.ended_at]
    return sum(lengths, timedelta()).total_seconds() / len(lengths) if lengths else 0.0
