"""The calls that an overflow centre was given, as its costs are worked out from them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from records.call_events import CallEventKind
from records.database.engine import Database
from records.schema import Call, CallEvent, HandoffOutcome
from records.schema import Handoff as Handoffs
from routing.centres.day_counts import HandedOverCall

_PIECE = 500


@dataclass(frozen=True, slots=True)
class HandoffReason:
    """Why a call was handed over, as routing/queue/overflow.py wrote it; and how its centres were chosen, if known."""

    because: str = ""
    choice: Mapping[str, object] | None = None


def list_calls(database: Database, centre: str, first: date, after: date, tz: tzinfo) -> tuple[HandedOverCall, ...]:
    """The calls handed over from the day `first` on and before the day `after`, by the clock of `tz`, in order."""
    since, until = (datetime.combine(day, time(), tz).astimezone(UTC) for day in (first, after))
    reported = select(HandoffOutcome.id).where(HandoffOutcome.handoff_id == Handoffs.id).exists().label("reported")
    ended_at = func.coalesce(Handoffs.left_at, Call.ended_at).label("ended_at")
    columns = (Handoffs.reference, Handoffs.dialled_at, Handoffs.answered_at, Handoffs.failed_at, ended_at)
    rows = select(*columns, reported).join(Call, Call.ref == Handoffs.call_ref)
    rows = rows.where(Handoffs.centre == centre, Handoffs.dialled_at >= since, Handoffs.dialled_at < until)
    with database.read() as connection:
        found = connection.execute(rows.order_by(Handoffs.dialled_at, Handoffs.id))
        return tuple(_call(row, tz) for row in found)


def find_known(database: Database, centre: str, references: Collection[str]) -> frozenset[str]:
    """Those of the references by which this centre knows a call."""
    known: set[str] = set()
    asked = sorted(references)
    with database.read() as connection:
        for start in range(0, len(asked), _PIECE):
            some = Handoffs.reference.in_(asked[start : start + _PIECE])
            known.update(connection.scalars(select(Handoffs.reference).where(Handoffs.centre == centre, some)))
    return frozenset(known)


def list_reasons(database: Database, centre: str, references: Collection[str]) -> Mapping[str, HandoffReason]:
    """Why each of these calls was handed over, as the decisions were recorded; calls without any are left out."""
    reasons: dict[str, HandoffReason] = {}
    asked = sorted(references)
    events = select(Handoffs.reference, CallEvent.kind, CallEvent.detail).join(
        CallEvent, CallEvent.call_ref == Handoffs.call_ref
    )
    decisions = (CallEventKind.OVERFLOW_DECIDED, CallEventKind.CENTRES_CHOSEN)
    events = events.where(CallEvent.kind.in_(decisions), Handoffs.centre == centre)
    with database.read() as connection:
        for start in range(0, len(asked), _PIECE):
            some = Handoffs.reference.in_(asked[start : start + _PIECE])
            for row in connection.execute(events.where(some).order_by(CallEvent.at, CallEvent.id)):
                known = reasons.get(row.reference, HandoffReason())
                if row.kind == CallEventKind.CENTRES_CHOSEN:
                    reasons[row.reference] = replace(known, choice=row.detail)
                elif row.detail.get("hand_over"):
                    reasons[row.reference] = replace(known, because=str(row.detail.get("because", "")))
    return reasons


def _call(row: Row[*tuple[Any, ...]], tz: tzinfo) -> HandedOverCall:
    day = row.dialled_at.astimezone(tz).date()
    if row.answered_at is None:
        not_taken = row.failed_at is not None
        abandoned = not not_taken and row.ended_at is not None
        return HandedOverCall(row.reference, row.dialled_at, day, abandoned=abandoned, not_taken=not_taken)
    ring_s = max(0.0, (row.answered_at - row.dialled_at).total_seconds())
    talk_s = max(0.0, (row.ended_at - row.answered_at).total_seconds()) if row.ended_at else None
    return HandedOverCall(row.reference, row.dialled_at, day, ring_s, talk_s, missing=not row.reported)


def list_centres(database: Database) -> tuple[str, ...]:
    """The names of all centres that were ever given a call, also of those that the plan has no more."""
    names: list[str] = []
    with database.read() as connection:
        # From one name to the next in the index: DISTINCT would read it whole.
        following = select(func.min(Handoffs.centre)).where(Handoffs.centre > bindparam("last"))
        while name := connection.scalar(following, {"last": names[-1] if names else ""}):
            names.append(name)
    return tuple(names)
