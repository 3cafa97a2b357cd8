"""What became of callers who hung up: how long they had waited, and whether they called again or are called back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, select
from sqlalchemy.orm import aliased

from records.actor import Actor
from records.call_events import CallEventKind, Disposition
from records.calls.call_detail import CallRecord
from records.database.engine import Database
from records.requests.requests import RequestKind
from records.requests.visibility import visible_to
from records.schema import Call as Calls
from records.schema import CallEvent as CallEvents
from records.schema import Line
from records.schema import Request as Requests

UNANSWERED = (Disposition.ABANDONED, Disposition.CUT)
_REACHED = (Disposition.STAFF, Disposition.OVERFLOW)

_REFS: BindParameter[Any] = bindparam("refs", expanding=True)
_LATER_CALLS = aliased(Calls)
_LATER = (
    select(Calls.ref, func.max(_LATER_CALLS.started_at), func.count().filter(_LATER_CALLS.disposition.in_(_REACHED)))
    .join(_LATER_CALLS, (_LATER_CALLS.line_id == Calls.line_id) & (_LATER_CALLS.started_at > Calls.started_at))
    .where(Calls.ref.in_(_REFS))
    .group_by(Calls.ref)
)


@dataclass(frozen=True, slots=True)
class AfterHangUp:
    """After a call that its caller ended.

    `waited_s`: seconds from entering the queue to the end; None for a caller who never waited for the team.
    `called_again_at`: their latest later call; `was_answered`: whether one of these was answered by a person.
    `awaits_callback`: a callback to their number is open, which whoever asked may see.
    """

    waited_s: float | None
    called_again_at: datetime | None
    was_answered: bool
    awaits_callback: bool


def follow_abandoned(database: Database, calls: Iterable[CallRecord], actor: Actor) -> Mapping[str, AfterHangUp]:
    """What came after each of these calls that was abandoned, by the call's reference."""
    abandoned = [call for call in calls if call.disposition in UNANSWERED]
    if not abandoned:
        return {}
    with database.read() as connection:
        entered = _queue_entries(connection, [call.ref for call in abandoned])
        waiting = _lines_with_callback(connection, abandoned, actor)
        later = _later_calls(connection, [call.ref for call in abandoned])
        return {
            call.ref: AfterHangUp(
                _seconds(entered.get(call.ref), call.ended_at),
                *later.get(call.ref, (None, False)),
                call.line in waiting,
            )
            for call in abandoned
        }


def _queue_entries(connection: Connection, refs: list[str]) -> dict[str, datetime]:
    entered = select(CallEvents.call_ref, func.min(CallEvents.at)).group_by(CallEvents.call_ref)
    entered = entered.where(CallEvents.call_ref.in_(refs), CallEvents.kind == CallEventKind.QUEUE_ENTERED)
    return {ref: at for ref, at in connection.execute(entered)}


def _lines_with_callback(connection: Connection, calls: list[CallRecord], actor: Actor) -> set[str]:
    open_ones = select(Line.e164).join(Requests, Requests.line_id == Line.id)
    open_ones = open_ones.where(Requests.kind == RequestKind.CALLBACK, Requests.closed_at.is_(None), visible_to(actor))
    return set(connection.scalars(open_ones.where(Line.e164.in_({call.line for call in calls if call.line}))))


def _later_calls(connection: Connection, refs: list[str]) -> dict[str, tuple[datetime | None, bool]]:
    """Of the callers who have called again since: their latest call, and whether any of them was answered."""
    rows = connection.execute(_LATER, {"refs": refs})
    return {ref: (at, bool(answered)) for ref, at, answered in rows}


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    return None if since is None or until is None else (until - since).total_seconds()
