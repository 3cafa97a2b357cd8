"""The balance of requests: what came in is done or open, at every moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, or_, select
from sqlalchemy.orm import aliased

from records.actor import Actor
from records.database.engine import Database
from records.request_visibility import visible_levels
from records.schema import Callback, Voicemail
from records.schema import Request as Requests
from routing.access.permissions import Permission
from routing.callbacks.states import CLOSED_STATES


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
    done, is_open = Requests.closed_at.is_not(None), Requests.closed_at.is_(None)
    counts = select(func.count(), func.count().filter(done), func.count().filter(is_open)).select_from(Requests)
    with database.read() as connection:
        root = aliased(Requests)
        alone = Requests.joined_to.is_(None) | (
            is_open & exists().where(root.id == Requests.joined_to, root.closed_at.is_not(None))
        )
        row = connection.execute(
            counts.where(Requests.level.in_(visible_levels(actor)), Requests.created_at >= since, alone)
        ).one()
        return Balance(*row)


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
