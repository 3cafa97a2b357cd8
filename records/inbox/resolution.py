"""Staff resolve a request of any kind; a callback is resolved with it."""

from datetime import datetime

from sqlalchemy import Connection

from records.callbacks.transitions import Cause, lock_callbacks, transition_to
from records.database.engine import Database
from records.errors import NotFound
from records.requests.requests import Request, list_requests, mark_closed
from records.schema import Request as Requests
from routing.callbacks.states import CallbackState


def resolve_request(
    database: Database, request_id: int, *, by: str, outcome: str, at: datetime, note: str | None = None
) -> Request:
    """The request, closed. The first outcome is kept: resolving a closed request changes nothing.

    Raises NotFound; CallbackNotChangeable for a callback whose visitor is being called or talks at this moment.
    """
    with database.write() as connection:
        return resolve_request_in(connection, request_id, by=by, outcome=outcome, at=at, note=note)


def resolve_request_in(
    connection: Connection, request_id: int, *, by: str, outcome: str, at: datetime, note: str | None = None
) -> Request:
    """Like `resolve_request`, inside a transaction."""
    for callback in lock_callbacks(connection, (Requests.id == request_id) & Requests.closed_at.is_(None)):
        transition_to(connection, callback, CallbackState.TREATED, Cause(by, at, outcome=outcome, note=note))
    mark_closed(connection, Requests.id == request_id, by=by, outcome=outcome, at=at, note=note)
    if not (found := list_requests(connection, Requests.id == request_id)):
        raise NotFound(f"There is no request {request_id}.")
    return found[0]
