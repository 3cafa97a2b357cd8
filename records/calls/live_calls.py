"""The calls in progress as staff see them: who waits in the queue, and which agents talk."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select

from records.call_events import CallEventKind
from records.calls.statistics import MAX_CALL_DURATION
from records.database.engine import Database
from records.schema import Call, CallEvent, Line

_ENTERED, _ANSWERED = CallEventKind.QUEUE_ENTERED, CallEventKind.STAFF_ANSWERED
_OF_QUEUE = (_ENTERED, CallEventKind.QUEUE_LEFT, _ANSWERED)
_OF_AGENTS = (CallEventKind.STAFF_LEFT, CallEventKind.CONSULT_ANSWERED, CallEventKind.CONSULT_BACK)
_OF_TALKS = (*_OF_AGENTS, CallEventKind.CENTRE_ANSWERED, CallEventKind.TRANSFER_RETURNED)
_OF_CALLERS = (*_OF_QUEUE, *_OF_TALKS)


@dataclass(frozen=True, slots=True)
class WaitingCaller:
    """A caller in the queue `since` they first entered it; `line` is E.164, None if it is `withheld` or not known."""

    ref: str
    since: datetime
    public_number: str | None
    line: str | None
    language: str
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class LiveCalls:
    """Who waits, longest wait first; since when agents talk, also with each other about a caller, by SIP account."""

    waiting: tuple[WaitingCaller, ...]
    talking: Mapping[str, datetime]


def list_live_calls(database: Database, at: datetime) -> LiveCalls:
    """The calls in progress at `at`, from the events of calls that have not ended. Raises DatabaseUnavailable."""
    call = (Call.ref, Call.public_number, Call.language, Call.withheld)
    rows = (
        select(*call, Line.e164, CallEvent.kind, CallEvent.at, CallEvent.detail)
        .join(CallEvent, CallEvent.call_ref == Call.ref)
        .outerjoin(Line, Line.id == Call.line_id)
    )
    rows = rows.where(Call.ended_at.is_(None), Call.started_at > at - MAX_CALL_DURATION)
    rows = rows.where(CallEvent.kind.in_((*_OF_QUEUE, *_OF_AGENTS)))
    rows = rows.order_by(Call.ref, CallEvent.at, CallEvent.id)
    with database.read() as connection:
        events = connection.execute(rows).all()
    calls = [tuple(of_call) for _, of_call in groupby(events, key=lambda row: row.ref)]
    queued = [[row for row in of_call if row.kind in _OF_QUEUE] for of_call in calls]
    waiting = [_waiting_caller(rows) for rows in queued if rows and rows[-1].kind == _ENTERED]
    talking = {phone: since for of_call in calls for phone, since in _list_talking(of_call).items()}
    return LiveCalls(tuple(sorted(waiting, key=lambda caller: caller.since)), talking)


def read_queue_signature(
    connection: Connection, at: datetime
) -> tuple[frozenset[str], Hashable, Mapping[str, tuple[int, ...]]]:
    """The calls that wait at `at`; a value for the calls of the queue, and one for the talks of each SIP account.

    A value is another one after each change.
    """
    rows = select(CallEvent.call_ref, CallEvent.kind, CallEvent.id, CallEvent.detail)
    rows = rows.join(Call, Call.ref == CallEvent.call_ref)
    rows = rows.where(Call.ended_at.is_(None), Call.started_at > at - MAX_CALL_DURATION)
    rows = rows.where(CallEvent.kind.in_(_OF_CALLERS)).order_by(CallEvent.at, CallEvent.id)
    waiting: dict[str, bool] = {}
    talks: dict[str, tuple[int, ...]] = {}
    events = connection.execute(rows).all()
    for ref, kind, event_id, detail in events:
        if kind in _OF_QUEUE:
            waiting[ref] = kind == _ENTERED
        if phone := detail.get("phone"):
            talks[phone] = (*talks.get(phone, ()), event_id)
    return frozenset(ref for ref, waits in waiting.items() if waits), tuple(row.id for row in events), talks


def _list_talking(events: Iterable[Row[Any]]) -> dict[str, datetime]:
    """Since when agents talk in a call, by SIP account."""
    talking: dict[str, datetime] = {}
    for row in events:
        phone = row.detail.get("phone", "")
        match row.kind:
            case CallEventKind.STAFF_ANSWERED | CallEventKind.CONSULT_ANSWERED:
                talking.setdefault(phone, row.at)
            case CallEventKind.STAFF_LEFT:
                talking.pop(phone, None)
            case CallEventKind.CONSULT_BACK:
                talking = {own: since for own, since in talking.items() if own == phone}
            case CallEventKind.QUEUE_ENTERED:
                talking = {}
    return talking


def _waiting_caller(events: Sequence[Row[Any]]) -> WaitingCaller:
    last = events[-1]
    since = _first_entry(events)
    return WaitingCaller(last.ref, since, last.public_number, last.e164, last.language, bool(last.withheld))


def _first_entry(events: Iterable[Row[Any]]) -> datetime:
    entries: list[datetime] = [event.at for event in events if event.kind == _ENTERED]
    return min(entries)
