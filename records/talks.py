"""How long people talk with callers."""

from datetime import timedelta

from sqlalchemy import select

from records.base import Base
from records.events import CallEventKind
from records.schema import Call, CallEvent

LAST = 20  # talks; the mean follows the day


def mean_talk_s(base: Base) -> float:
    """Mean length of the last talks of callers with staff, in seconds; 0 when there was none."""
    talks = (
        select(CallEvent.at, Call.ended_at)
        .join(Call, Call.ref == CallEvent.call_ref)
        .where(CallEvent.kind == CallEventKind.STAFF_ANSWERED, Call.ended_at.is_not(None))
        .order_by(CallEvent.at.desc())
        .limit(LAST)
    )
    with base.read() as connection:
        lengths = [ended - answered for answered, ended in connection.execute(talks) if ended]
    return sum(lengths, timedelta()).total_seconds() / len(lengths) if lengths else 0.0
