"""The requests that wait for staff: each is taken by one person, called back, and closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, select, update

from records.actor import Actor
from records.callbacks.staff_request import NotDialled, PersonToCall, request_callback_in
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.inbox.filters import NO_FILTER, InboxFilter, Owner, is_owned, matches, shown_to
from records.inbox.resolution import resolve_request_in
from records.inbox.rows import InboxRow, list_rows
from records.requests.entries import EntryKind, add_entry
from records.requests.requests import RequestKind
from records.requests.visibility import visible_to
from records.schema import Request as Requests
from records.webhooks.record_events import request_changed
from routing.access.permissions import Permission
from routing.request_rules import MEDIATION_LEVEL


class Outcome(StrEnum):
    """What became of a request; staff choose one when they close it."""

    ANSWERED = "answered"
    CALLED_BACK = "called_back"
    NOBODY_REACHED = "nobody_reached"
    PASSED_ON = "passed_on"
    NOTHING_TO_DO = "nothing_to_do"
    WRONG_NUMBER = "wrong_number"


class RequestTaken(RecordsError):
    """Somebody else has the request; `name` is who."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has taken this request already.")
        self.name = name


class RequestClosed(RecordsError):
    """The request was closed meanwhile; `name` is who closed it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has closed this request already.")
        self.name = name


class CalledByMediator(RecordsError):
    """The request is of level 3: whoever of the team is free would be put through, and all would see the callback."""

    def __init__(self) -> None:
        super().__init__("The team's line does not call back for the mediator; call from your own telephone.")


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many requests are open, and how many of them are the user's."""

    open: int
    mine: int


def list_inbox(database: Database, actor: Actor, wanted: InboxFilter = NO_FILTER) -> tuple[InboxRow, ...]:
    """The open requests that the actor sees, oldest first, at most MAX_ROWS. Raises Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.read() as connection:
        return list_rows(connection, shown_to(actor) & matches(actor, wanted))


def list_open_kinds(database: Database, actor: Actor) -> frozenset[RequestKind]:
    """The kinds of the open requests that the actor sees. Raises Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.read() as connection:
        kinds = connection.scalars(select(Requests.kind).where(shown_to(actor)).distinct())
        return frozenset(RequestKind(kind) for kind in kinds)


def get_request(database: Database, actor: Actor, request_id: int) -> InboxRow:
    """One open request. Raises NotFound, RequestClosed, Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.read() as connection:
        return get_open(connection, actor, request_id)


def count_inbox(database: Database, actor: Actor) -> InboxCounts:
    """Of what the actor sees. Raises Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.read() as connection:
        counts = select(func.count(), func.count().filter(is_owned(actor, Owner.MINE))).select_from(Requests)
        return InboxCounts(*connection.execute(counts.where(shown_to(actor))).one())


def count_each(database: Database, actor: Actor, filters: Sequence[InboxFilter]) -> tuple[int, ...]:
    """How many open requests that the actor sees each of the filters finds. Raises Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    if not filters:
        return ()
    with database.read() as connection:
        counts = select(*(func.count().filter(matches(actor, wanted)) for wanted in filters)).select_from(Requests)
        return tuple(connection.execute(counts.where(shown_to(actor))).one())


def take_request(database: Database, actor: Actor, request_id: int, *, at: datetime) -> None:
    """The request becomes the actor's. Of two who take it at once, one gets it; the other gets RequestTaken.

    Raises NotFound, RequestTaken, RequestClosed, Forbidden.
    """
    actor.require(Permission.SEE_REQUESTS)
    free = (Requests.id == request_id) & _open() & visible_to(actor)
    free &= Requests.owner_id.is_(None) | (Requests.owner_id == actor.user_id)
    with database.write(notify=True) as connection:
        taken = update(Requests).where(free).values(owner_id=actor.user_id, taken_at=at)
        if not connection.execute(taken).rowcount:
            raise RequestTaken(get_open(connection, actor, request_id).owner or "")
        request_changed(connection, request_id, ("owner",), at)


def release_request(database: Database, actor: Actor, request_id: int, *, at: datetime) -> None:
    """The request is nobody's again. Raises NotFound, RequestClosed, RequestTaken for somebody else's, Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        require_free_or_own(connection, actor, request_id)
        freed = update(Requests).where(Requests.id == request_id).values(owner_id=None, taken_at=None)
        connection.execute(freed)
        request_changed(connection, request_id, ("owner",), at)


def close_request(
    database: Database, actor: Actor, request_id: int, outcome: str, *, note: str | None, at: datetime
) -> None:
    """Closes the request and those that are joined to it, with their callbacks that wait.

    `outcome`: the name of an outcome of the plan.

    Raises NotFound, RequestClosed, RequestTaken for somebody else's, CallbackNotChangeable while the visitor is being
    called or talks, Forbidden.
    """
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        require_free_or_own(connection, actor, request_id)
        joined = select(Requests.id).where(Requests.joined_to == request_id, Requests.closed_at.is_(None))
        for each in (request_id, *connection.scalars(joined).all()):
            resolve_request_in(connection, each, by=actor.name, outcome=outcome, at=at, note=note or None)
        add_entry(connection, actor, request_id, EntryKind.CLOSED, at=at, value=outcome, note=note or None)


def call_back(
    database: Database,
    actor: Actor,
    request_id: int,
    public_number: str,
    *,
    at: datetime,
    agent_id: int | None = None,
) -> str:
    """A callback for the caller of a voicemail or a missed call, in the line of callbacks; gives its reference.

    The request is closed by it: the callback is the request from now on. `public_number` calls where the call itself
    does not say which of our numbers was dialled. `agent_id`: of the agent who asks, to let their own telephone ring
    first. Nothing changes when this raises NotFound, RequestClosed,
    RequestTaken, CalledByMediator, NotDialled (do-not-call list, a callback that waits, no number), TooManyCallbacks,
    Forbidden.
    """
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        row = require_free_or_own(connection, actor, request_id)
        if row.request.level >= MEDIATION_LEVEL:
            raise CalledByMediator
        if row.request.line is None or row.request.kind is RequestKind.CALLBACK:
            raise NotDialled
        number = row.public_number or public_number
        language, contact_id = row.language or "fr", row.request.contact_id
        person = PersonToCall(row.request.line, number, language, row.name, contact_id, agent_id)
        ref = request_callback_in(connection, person, at=at)
        resolve_request_in(connection, request_id, by=actor.name, outcome=Outcome.CALLED_BACK, at=at, note=ref)
        return ref


def _open() -> ColumnElement[bool]:
    return Requests.closed_at.is_(None)


def require_free_or_own(connection: Connection, actor: Actor, request_id: int) -> InboxRow:
    """The open request. Raises NotFound, RequestClosed, RequestTaken for somebody else's."""
    row = get_open(connection, actor, request_id)
    if row.owner_id not in (None, actor.user_id):
        raise RequestTaken(row.owner or "")
    return row


def get_open(connection: Connection, actor: Actor, request_id: int) -> InboxRow:
    """One open request that the actor sees. Raises NotFound, RequestClosed."""
    this = (Requests.id == request_id) & visible_to(actor)
    if rows := list_rows(connection, this & _open()):
        return rows[0]
    closed = connection.scalar(select(Requests.closed_by).where(this))
    if closed is None:
        raise NotFound(f"There is no request {request_id}.")
    raise RequestClosed(closed)
