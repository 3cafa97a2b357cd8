"""Views of the inbox: searches that a user keeps under a name, for themself alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.schema import InboxView as Views
from records.schema import User as Users
from routing.access.permissions import Permission

MAX_VIEWS = 12
"""Of one user; more would be no list at a glance."""
MAX_VIEW_NAME = 40


class TooManyViews(RecordsError):
    """The user keeps MAX_VIEWS already."""

    def __init__(self) -> None:
        super().__init__(f"Nobody keeps more than {MAX_VIEWS} views; delete one first.")


class ViewNameTaken(RecordsError):
    """Another view of the user has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a view {name} already; choose another name.")


@dataclass(frozen=True, slots=True)
class InboxView:
    """A search under a name. `search`: the fields of the address of the list."""

    id: int
    name: str
    search: Mapping[str, str]


def list_views(database: Database, actor: Actor) -> tuple[InboxView, ...]:
    """The actor's views, in their order. Raises Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.read() as connection:
        return _list(connection, actor)


def get_view(database: Database, actor: Actor, view_id: int) -> InboxView:
    """Raises NotFound, also for somebody else's; Forbidden."""
    views = list_views(database, actor)
    return views[_find(views, view_id)]


def keep_view(database: Database, actor: Actor, name: str, search: Mapping[str, str]) -> None:
    """Keeps a search under this name, behind the others. Raises TooManyViews, ViewNameTaken, Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.write() as connection:
        views = _lock_views(connection, actor)
        if len(views) >= MAX_VIEWS:
            raise TooManyViews
        _require_free(views, name)
        last = connection.scalar(select(func.max(Views.place)).where(Views.user_id == actor.user_id)) or 0
        row = {"user_id": actor.user_id, "place": last + 1, "name": name, "search": dict(search)}
        connection.execute(insert(Views).values(row))


def rename_view(database: Database, actor: Actor, view_id: int, name: str) -> None:
    """Raises NotFound, also for somebody else's; ViewNameTaken, Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.write() as connection:
        views = _lock_views(connection, actor)
        _find(views, view_id)
        _require_free([view for view in views if view.id != view_id], name)
        connection.execute(update(Views).where(Views.id == view_id).values(name=name))


def move_view(database: Database, actor: Actor, view_id: int, by: int) -> None:
    """Moves it by so many places, to the front where `by` is negative. Raises NotFound, Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.write() as connection:
        views = list(_lock_views(connection, actor))
        place = _find(views, view_id)
        views.insert(max(place + by, 0), views.pop(place))
        for number, view in enumerate(views, 1):
            connection.execute(update(Views).where(Views.id == view.id).values(place=number))


def delete_view(database: Database, actor: Actor, view_id: int) -> None:
    """Raises NotFound, also for somebody else's; Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.write() as connection:
        _find(_lock_views(connection, actor), view_id)
        connection.execute(delete(Views).where(Views.id == view_id))


def _lock_views(connection: Connection, actor: Actor) -> tuple[InboxView, ...]:
    """The actor's views; nobody else changes them until the transaction ends."""
    connection.execute(select(Users.id).where(Users.id == actor.user_id).with_for_update())
    return _list(connection, actor)


def _list(connection: Connection, actor: Actor) -> tuple[InboxView, ...]:
    rows = select(Views.id, Views.name, Views.search).where(Views.user_id == actor.user_id)
    return tuple(InboxView(*row) for row in connection.execute(rows.order_by(Views.place, Views.id)))


def _find(views: tuple[InboxView, ...] | list[InboxView], view_id: int) -> int:
    """The place of this view."""
    for place, view in enumerate(views):
        if view.id == view_id:
            return place
    raise NotFound(f"You keep no view {view_id}.")


def _require_free(views: tuple[InboxView, ...] | list[InboxView], name: str) -> None:
    if any(view.name.casefold() == name.casefold() for view in views):
        raise ViewNameTaken(name)
