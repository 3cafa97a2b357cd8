"""Holds: the intervals in which no callback was, is or will be made (routing/callbacks/holds.py).

Blackout periods are stored as such; here are the holds that somebody begins and ends, which then have a past.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select, update

from records.database.engine import Database
from records.database.get_or_create import get_or_create
from records.schema import BlackoutPeriod
from records.schema import Hold as Holds
from routing.callbacks.holds import Hold

REMEMBERED = timedelta(days=400)
"""A callback that has not expired began its clock later than that."""


class HoldName(StrEnum):
    """Why callbacks are held. The values are stored; two of them are the names of manual overrides."""

    CLOSED = "closed"
    CALLBACKS = "callbacks"
    NO_TRUNK = "no trunk"
    """There is no trunk that places calls."""


# Read whenever a callback is accepted; building a statement costs more than executing it.
_SINCE: BindParameter[datetime] = bindparam("since")
_BLACKOUTS = select(BlackoutPeriod.starts_at, BlackoutPeriod.ends_at, BlackoutPeriod.lifted_at)
_BLACKOUTS = _BLACKOUTS.where(BlackoutPeriod.ends_at > _SINCE).order_by(BlackoutPeriod.starts_at)
_HOLDS = select(Holds.starts_at, Holds.ends_at).where(func.coalesce(Holds.ends_at, _SINCE) >= _SINCE)
_HOLDS = _HOLDS.order_by(Holds.starts_at)


def list_holds(database: Database, at: datetime) -> tuple[Hold, ...]:
    """The holds of the last 400 days, those that last at `at`, and those to come."""
    with database.read() as connection:
        return list_holds_in(connection, at)


def list_holds_in(connection: Connection, at: datetime) -> tuple[Hold, ...]:
    """Like `list_holds`, inside a transaction."""
    since = {"since": at - REMEMBERED}
    blackouts = ((starts, min(ends, lifted or ends)) for starts, ends, lifted in connection.execute(_BLACKOUTS, since))
    by_hand = connection.execute(_HOLDS, since)
    return (
        *(Hold(starts, ends) for starts, ends in blackouts if starts < ends),
        # A clock that was set back may end a hold before it began.
        *(Hold(starts, ends) for starts, ends in by_hand if ends is None or starts < ends),
    )


def set_hold(database: Database, name: HoldName, active: bool, *, at: datetime) -> None:
    """Begins the hold, or ends it; nothing changes when it is so already."""
    with database.read() as connection:
        lasts = connection.scalar(select(Holds.id).where(Holds.name == name, Holds.ends_at.is_(None))) is not None
    if lasts != active:
        with database.write(notify=True) as connection:
            set_hold_in(connection, name, active, at=at)


def set_hold_in(connection: Connection, name: HoldName, active: bool, *, at: datetime) -> None:
    """Like `set_hold`, inside a transaction."""
    lasting = (Holds.name == name) & Holds.ends_at.is_(None)
    if not active:
        connection.execute(update(Holds).where(lasting).values(ends_at=at))
        return
    new = insert(Holds).values(name=name, starts_at=at).returning(Holds.id)
    get_or_create(connection, select(Holds.id).where(lasting), new)
