"""Which open requests somebody looks for, as conditions of a query."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement

from records.actor import Actor
from records.requests.requests import RequestKind
from records.requests.visibility import is_joined, visible_to
from records.schema import Request as Requests


class Owner(StrEnum):
    """Whose requests are looked for."""

    ANYBODY = "anybody"
    MINE = "mine"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which requests are looked for; what is left out restricts nothing. `due_before`: overdue at this instant."""

    owner: Owner = Owner.ANYBODY
    kind: RequestKind | None = None
    level: int | None = None
    topic: str | None = None
    due_before: datetime | None = None


NO_FILTER = InboxFilter()


def matches(actor: Actor, wanted: InboxFilter) -> ColumnElement[bool]:
    """Whether a request is looked for; not whether the actor sees it."""
    which = is_owned(actor, wanted.owner)
    if wanted.kind:
        which &= Requests.kind == wanted.kind
    if wanted.level:
        which &= Requests.level == wanted.level
    if wanted.topic:
        which &= Requests.topic == wanted.topic
    if wanted.due_before:
        which &= Requests.due_at < wanted.due_before
    return which


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """Whether a request is a row of the actor's list: open, and not shown with another one that it is joined to."""
    return Requests.closed_at.is_(None) & visible_to(actor) & ~is_joined()


def is_owned(actor: Actor, owner: Owner) -> ColumnElement[bool]:
    """Whether a request is the actor's, nobody's, or anybody's."""
    if owner is Owner.MINE:
        return Requests.owner_id == actor.user_id
    return Requests.owner_id.is_(None) if owner is Owner.NOBODY else Requests.id > 0
