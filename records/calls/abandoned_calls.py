"""What became of callers who hung up: how long they had waited, and whether they called again or are called back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from records.actor import Actor
from records.call_events import CallEventKind, Disposition
from records.calls.call_detail import CallRecord
from records.database.engine import Database
from records.request_visibility import visible_to
from records.requests import RequestKind
from records.schema import Call as Calls
from records.schema import CallEvent as CallEvents
from records.schema import Line
from records.schema import Request as Requests

UNANSWERED = (Disposition.ABANDONED, Disposition.CUT)
_REACHED = (Disposition.STAFF, Disposition.OVERFLOW)


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
        return {
            call.ref: AfterHangUp(
                _seconds(entered.get(call.ref), call.ended_at), *_later_calls(connection, call), call.line in waiting
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


def _later_calls(connection: Connection, call: CallRecord) -> tuple[datetime | None, bool]:
    """The caller's latest call after this one, and whether any of them was answered."""
    if call.line is None:
        return None, False
    line = select(Line.id).where(Line.e164 == call.line).scalar_subquery()
    answered = func.count().filter(Calls.disposition.in_(_REACHED))
    later = select(func.max(Calls.started_at), answered).where(Calls.line_id == line)
    at, count = connection.execute(later.where(Calls.started_at > call.started_at)).one()
    return at, bool(count)


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    return None if since is None or until is None else (until - since).total_seconds()
