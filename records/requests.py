"""What staff must treat: each request stays in their list until somebody closes it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, false, insert, select, update

from records.base import Base
from records.callback_moves import OURSELVES, hold, move_to
from records.errors import NotFound
from records.once import found_or_made
from records.schema import Line
from records.schema import Request as Requests
from routing.callback_states import CallbackState


class RequestKind(StrEnum):
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    MISSED = "missed"
    """Somebody asked for a person and reached none."""


@dataclass(frozen=True, slots=True)
class Request:
    """`line` is E.164; `line` and `contact_id` are None for a withheld number.

    `place_since`: when a caller who is rung back without losing the place began to wait.
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
    place_since: datetime | None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


def open_request(
    base: Base, kind: RequestKind, *, call_ref: str | None, contact_id: int | None, line_id: int | None, at: datetime
) -> Request:
    """The request of this kind of this call, made on the first asking; durable when this returns.

    Not for callbacks, which are more than a request: records/callbacks.py.
    """
    with base.write() as connection:
        request_id = ask(connection, kind, call_ref=call_ref, contact_id=contact_id, line_id=line_id, at=at)
        return requests(connection, Requests.id == request_id)[0]


def open_requests(base: Base) -> tuple[Request, ...]:
    """Everything that is still to be treated, oldest first."""
    with base.read() as connection:
        return requests(connection, Requests.closed_at.is_(None))


def close(base: Base, request_id: int, *, by: str, outcome: str, at: datetime, note: str | None = None) -> Request:
    """The request, treated. Who closes first is the one kept: a double click changes nothing.

    Raises NotFound, and TooLate for a callback that rings, or in which people talk, at this moment.
    """
    with base.write() as connection:
        for callback in hold(connection, (Requests.id == request_id) & Requests.closed_at.is_(None)):
            move_to(connection, callback, CallbackState.TREATED, by=by, at=at, outcome=outcome, note=note)
        _close(connection, Requests.id == request_id, by=by, outcome=outcome, at=at, note=note)
        if not (found := requests(connection, Requests.id == request_id)):
            raise NotFound(f"There is no request {request_id}.")
        return found[0]


def ask(
    connection: Connection,
    kind: RequestKind,
    *,
    call_ref: str | None,
    contact_id: int | None,
    line_id: int | None,
    at: datetime,
) -> int:
    """As `open_request`, inside a transaction; gives the request's id."""
    same_call = (Requests.call_ref == call_ref) & (Requests.kind == kind) if call_ref else false()
    known = select(Requests.id).where(same_call)
    new = insert(Requests).values(kind=kind, contact_id=contact_id, line_id=line_id, call_ref=call_ref, created_at=at)
    return found_or_made(connection, known, new.returning(Requests.id))


def keep_place(connection: Connection, request_id: int, since: datetime) -> None:
    """The request keeps the place of who began to wait at `since`; of two waits, the longer."""
    later = Requests.place_since.is_(None) | (Requests.place_since > since)
    connection.execute(update(Requests).where(Requests.id == request_id, later).values(place_since=since))


def settle_missed(connection: Connection, call_ref: str, *, outcome: str, at: datetime) -> None:
    """Closes the `missed` row of a call that turned out to be served otherwise."""
    missed = (Requests.call_ref == call_ref) & (Requests.kind == RequestKind.MISSED)
    _close(connection, missed, by=OURSELVES, outcome=outcome, at=at, note=None)


def requests(connection: Connection, which: ColumnElement[bool]) -> tuple[Request, ...]:
    """The requests that `which` selects, oldest first."""
    columns = [column for column in Requests.__table__.c if column.name != "line_id"]
    rows = select(*columns, Line.e164.label("line")).outerjoin(Line, Line.id == Requests.line_id).where(which)
    return tuple(_request(row) for row in connection.execute(rows.order_by(Requests.created_at, Requests.id)))


def _request(row: Row[*tuple[Any, ...]]) -> Request:
    return Request(**{**row._mapping, "kind": RequestKind(row.kind)})


def _close(
    connection: Connection, which: ColumnElement[bool], *, by: str, outcome: str, at: datetime, note: str | None
) -> None:
    treated = {"closed_at": at, "closed_by": by, "outcome": outcome, "note": note}
    connection.execute(update(Requests).where(which, Requests.closed_at.is_(None)).values(treated))
