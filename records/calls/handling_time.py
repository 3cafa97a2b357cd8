"""How long agents talk with callers."""

from datetime import timedelta

from sqlalchemy import select

from records.call_events import CallEventKind
from records.database.engine import Database
from records.schema import Call, CallEvent

SAMPLE_SIZE = 20  # calls; the mean follows the day


def mean_handling_time(database: Database) -> float:
    """The mean length of the last calls that agents answered, in seconds; 0 without any."""
    talks = (
        select(CallEvent.at, Call.ended_at)
        .join(Call, Call.ref == CallEvent.call_ref)
        .where(CallEvent.kind == CallEventKind.STAFF_ANSWERED, Call.ended_at.is_not(None))
        .order_by(CallEvent.at.desc())
        .limit(SAMPLE_SIZE)
    )
    with database.read() as connection:
        lengths = [ended - answered for answered, ended in connection.execute(talks) if ended]
    return sum(lengths, timedelta()).total_seconds() / len(lengths) if lengths else 0.0
