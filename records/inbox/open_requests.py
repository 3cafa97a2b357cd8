"""The open requests that fit a filter, for commands and programs: as requests, not as rows of the inbox."""

from sqlalchemy import select

from records.actor import Actor
from records.database.engine import Database
from records.inbox.filters import InboxFilter, matches
from records.requests.requests import Request, list_requests
from records.requests.visibility import visible_to
from records.schema import Request as Requests
from routing.access.permissions import Permission


def list_open(
    database: Database, actor: Actor, wanted: InboxFilter, *, after: int = 0, limit: int | None = None
) -> tuple[Request, ...]:
    """Those that the actor sees behind the one with the number `after`, by their numbers. Raises Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    which = Requests.closed_at.is_(None) & visible_to(actor) & matches(actor, wanted) & (Requests.id > after)
    with database.read() as connection:
        ids = connection.scalars(select(Requests.id).where(which).order_by(Requests.id).limit(limit)).all()
        return tuple(sorted(list_requests(connection, Requests.id.in_(ids)), key=lambda request: request.id))
