"""The balance of requests: what came in is done or open, at every moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from records.actor import Actor
from records.database.engine import Database
from records.requests.visibility import visible_levels
from records.schema import Callback, Voicemail
from records.schema import Request as Requests
from routing.access.permissions import Permission
from routing.callbacks.states import CLOSED_STATES

_DONE, _OPEN = Requests.closed_at.is_not(None), Requests.closed_at.is_(None)
_COUNTS = select(func.count(), func.count().filter(_DONE), func.count().filter(_OPEN)).select_from(Requests)
_COUNTS = _COUNTS.where(Requests.created_at >= bindparam("since"))
_LEVELS: BindParameter[Any] = bindparam("levels", expanding=True)
_ROOT = aliased(Requests)
_IS_SEPARATE = _OPEN & exists().where(_ROOT.id == Requests.joined_to, _ROOT.closed_at.is_not(None))
# Those of a month are counted in an index alone, without their rows; the few that are joined are then taken off.
_ALL = _COUNTS.where(Requests.level.in_(_LEVELS))
# `+ 0` has SQLite find the joined ones by `joined_to`; by their level it would read all of the month.
_JOINED = _COUNTS.where(Requests.joined_to > 0, (Requests.level + 0).in_(_LEVELS), ~_IS_SEPARATE)


@dataclass(frozen=True, slots=True)
class Balance:
    """How many requests came in, and how many of them are done and open; each is counted by itself."""

    received: int
    done: int
    open: int

    @property
    def holds(self) -> bool:
        return self.received == self.done + self.open


def count_balance(database: Database, actor: Actor, since: datetime) -> Balance:
    """Of the requests since then that the actor sees; those that are joined count as one. Raises Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    asked = {"levels": visible_levels(actor), "since": since}
    with database.read() as connection:
        all_of_them, with_another = connection.execute(_ALL, asked).one(), connection.execute(_JOINED, asked).one()
        return Balance(*(every - joined for every, joined in zip(all_of_them, with_another, strict=True)))


def count_contradictions(database: Database) -> int:
    """The requests that are neither done nor open, or both: of the whole database, for `doctor`.

    They are callbacks that have ended while their request is open, or the reverse; voicemails whose request was lost;
    and requests that are joined to one that does not exist, or in a circle.
    """
    with database.read() as connection:
        return _count_callbacks(connection) + _count_joined(connection) + _count_voicemails(connection)


def _count_callbacks(connection: Connection) -> int:
    ended = Callback.state.in_(CLOSED_STATES)
    wrong = or_(ended & Requests.closed_at.is_(None), ~ended & Requests.closed_at.is_not(None))
    return connection.scalar(select(func.count()).select_from(Callback).join(Requests).where(wrong)) or 0


def _count_joined(connection: Connection) -> int:
    root = aliased(Requests)
    is_well = exists().where(root.id == Requests.joined_to, root.joined_to.is_(None) | root.closed_at.is_not(None))
    astray = Requests.joined_to.is_not(None) & Requests.closed_at.is_(None) & ~is_well
    return connection.scalar(select(func.count()).select_from(Requests).where(astray)) or 0


def _count_voicemails(connection: Connection) -> int:
    lost = ~exists().where(Requests.id == Voicemail.request_id)
    return connection.scalar(select(func.count()).select_from(Voicemail).where(lost)) or 0
