"""Requests that staff must resolve; each stays in their list until somebody closes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, bindparam, false, func, insert, select, update

from records.actor import SYSTEM, Actor
from records.database.engine import Database
from records.database.get_or_create import get_or_create_new
from records.requests.visibility import visible_to, visible_to_all
from records.schema import Call, Line
from records.schema import Request as Requests
from records.webhooks.record_events import requests_closed, requests_opened
from routing.access.permissions import Permission


class RequestKind(StrEnum):
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    MISSED = "missed"
    """A caller asked for staff and reached nobody."""
    INQUIRY = "inquiry"
    """A visitor wrote in the public form."""
    LETTER = "letter"
    EMAIL = "email"
    FAX = "fax"
    VISIT = "visit"
    OTHER = "other"


REPORTED_KINDS = (RequestKind.LETTER, RequestKind.EMAIL, RequestKind.FAX, RequestKind.VISIT, RequestKind.OTHER)
"""Of requests that came by these channels, not by telephone or form; a program or a person opened them."""


# Executed whenever calls end; building a statement costs more than executing it.
_CALLS: BindParameter[Any] = bindparam("calls", expanding=True)
_OPEN_MISSED = select(Requests.call_ref).where(
    Requests.call_ref.in_(_CALLS), Requests.kind == RequestKind.MISSED, Requests.closed_at.is_(None)
)


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
    subject: str | None = None
    topic: str | None = None
    level: int = 1
    due_at: datetime | None = None
    joined_to: int | None = None

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
    """The open requests that are not the mediator's alone, oldest first."""
    with database.read() as connection:
        return list_requests(connection, Requests.closed_at.is_(None) & visible_to_all())


def list_requests_page(
    database: Database, actor: Actor, *, is_open: bool | None = None, after: int = 0, limit: int
) -> tuple[Request, ...]:
    """The requests that the actor sees behind the one with the number `after`, by their numbers. Raises Forbidden.

    `is_open`: only those that are open, or closed.
    """
    actor.require(Permission.SEE_REQUESTS)
    which = visible_to(actor) & (Requests.id > after)
    if is_open is not None:
        which &= Requests.closed_at.is_(None) if is_open else Requests.closed_at.is_not(None)
    with database.read() as connection:
        ids = connection.scalars(select(Requests.id).where(which).order_by(Requests.id).limit(limit)).all()
        return tuple(sorted(list_requests(connection, Requests.id.in_(ids)), key=lambda request: request.id))


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
    request_id, is_new = get_or_create_new(connection, existing, new.returning(Requests.id))
    if is_new:
        requests_opened(connection, Requests.id == request_id, at)
    return request_id


def keep_queue_position(connection: Connection, request_id: int, since: datetime) -> None:
    """Keeps the place in the queue of a caller who has waited since `since`; of two waits, the longer counts."""
    later = Requests.waiting_since.is_(None) | (Requests.waiting_since > since)
    connection.execute(update(Requests).where(Requests.id == request_id, later).values(waiting_since=since))


def close_missed_request(connection: Connection, call_ref: str, *, outcome: str, at: datetime) -> None:
    """Closes the `missed` request of a call that turned out to be served otherwise."""
    missed = (Requests.call_ref == call_ref) & (Requests.kind == RequestKind.MISSED)
    mark_closed(connection, missed, by=SYSTEM, outcome=outcome, at=at, note=None)


def close_missed_requests(connection: Connection, served: Mapping[str, tuple[str, datetime]]) -> None:
    """Closes the `missed` requests of calls that turned out to be served otherwise: their outcome and its time."""
    if served:
        missed = connection.scalars(_OPEN_MISSED, {"calls": [*served]}).all()
        for ref in served.keys() & set(missed):
            outcome, at = served[ref]
            close_missed_request(connection, ref, outcome=outcome, at=at)


_NOT_SHOWN = ("line_id", "owner_id", "taken_at", "escalated_due", "due_told")


def list_requests(connection: Connection, which: ColumnElement[bool]) -> tuple[Request, ...]:
    """The requests that `which` selects, oldest first."""
    columns = [column for column in Requests.__table__.c if column.name not in _NOT_SHOWN]
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
    ended = update(Requests).where(which, Requests.closed_at.is_(None)).values(closed).returning(Requests.id)
    if ids := connection.scalars(ended).all():
        requests_closed(connection, Requests.id.in_(ids), at)
