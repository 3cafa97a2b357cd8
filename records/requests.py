"""Requests that staff must resolve; each stays in their list until somebody closes it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, false, func, insert, select, update

from records.actor import SYSTEM
from records.database.engine import Database
from records.database.get_or_create import get_or_create
from records.schema import Call, Line
from records.schema import Request as Requests


class RequestKind(StrEnum):
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    MISSED = "missed"
    """A caller asked for staff and reached nobody."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `line` is E.164; `line` and `contact_id` are None for a number that is `withheld` or unknown.

    `waiting_since`: when the caller began to wait who is called back in their place in the queue.
    """

    id: int
    kind: RequestKind
    contact_id: int | None
    line: str | None
    call_ref: str | None
    created_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    outcome: str | None
    note: str | None
    waiting_since: datetime | None
    withheld: bool

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


def open_request(
    database: Database,
    kind: RequestKind,
    *,
    call_ref: str | None,
    contact_id: int | None,
    line_id: int | None,
    at: datetime,
) -> Request:
    """The request of this kind for this call, created at the first call of this function; committed when it returns.

    Callbacks have more than a request: records/callbacks/acceptance.py.
    """
    with database.write() as connection:
        request_id = open_request_in(connection, kind, call_ref=call_ref, contact_id=contact_id, line_id=line_id, at=at)
        return list_requests(connection, Requests.id == request_id)[0]


def list_open_requests(database: Database) -> tuple[Request, ...]:
    """Every open request, oldest first."""
    with database.read() as connection:
        return list_requests(connection, Requests.closed_at.is_(None))


def open_request_in(
    connection: Connection,
    kind: RequestKind,
    *,
    call_ref: str | None,
    contact_id: int | None,
    line_id: int | None,
    at: datetime,
) -> int:
    """Like `open_request`, inside a transaction; gives the request's id."""
    same_call = (Requests.call_ref == call_ref) & (Requests.kind == kind) if call_ref else false()
    existing = select(Requests.id).where(same_call)
    new = insert(Requests).values(kind=kind, contact_id=contact_id, line_id=line_id, call_ref=call_ref, created_at=at)
    return get_or_create(connection, existing, new.returning(Requests.id))


def keep_queue_position(connection: Connection, request_id: int, since: datetime) -> None:
    """Keeps the place in the queue of a caller who has waited since `since`; of two waits, the longer counts."""
    later = Requests.waiting_since.is_(None) | (Requests.waiting_since > since)
    connection.execute(update(Requests).where(Requests.id == request_id, later).values(waiting_since=since))


def close_missed_request(connection: Connection, call_ref: str, *, outcome: str, at: datetime) -> None:
    """Closes the `missed` request of a call that turned out to be served otherwise."""
    missed = (Requests.call_ref == call_ref) & (Requests.kind == RequestKind.MISSED)
    mark_closed(connection, missed, by=SYSTEM, outcome=outcome, at=at, note=None)


def list_requests(connection: Connection, which: ColumnElement[bool]) -> tuple[Request, ...]:
    """The requests that `which` selects, oldest first."""
    columns = [column for column in Requests.__table__.c if column.name != "line_id"]
    withheld = func.coalesce(Call.withheld, false()).label("withheld")
    rows = select(*columns, Line.e164.label("line"), withheld).outerjoin(Line, Line.id == Requests.line_id)
    rows = rows.outerjoin(Call, Call.ref == Requests.call_ref).where(which)
    return tuple(_request(row) for row in connection.execute(rows.order_by(Requests.created_at, Requests.id)))


def _request(row: Row[*tuple[Any, ...]]) -> Request:
    return Request(**{**row._mapping, "kind": RequestKind(row.kind)})


def mark_closed(
    connection: Connection, which: ColumnElement[bool], *, by: str, outcome: str, at: datetime, note: str | None
) -> None:
    closed = {"closed_at": at, "closed_by": by, "outcome": outcome, "note": note}
    connection.execute(update(Requests).where(which, Requests.closed_at.is_(None)).values(closed))
