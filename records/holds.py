"""Holds: the intervals in which no callback was, is or will be made (routing/callbacks/holds.py).

Blackout periods are stored as such; here are the holds that somebody begins and ends, which then have a past.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, func, insert, select, update

from records.database.engine import Database
from records.database.get_or_create import get_or_create
from records.schema import BlackoutPeriod
from records.schema import Hold as Holds
from routing.callbacks.holds import Hold
from routing.overrides import ALL_NUMBERS

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
_NUMBER: BindParameter[str] = bindparam("number")
_HOLDS = select(Holds.starts_at, Holds.ends_at).where(func.coalesce(Holds.ends_at, _SINCE) >= _SINCE)
_HOLDS = _HOLDS.order_by(Holds.starts_at)
_HOLDS_OF_NUMBER = _HOLDS.where(Holds.number.in_((ALL_NUMBERS, _NUMBER)))


def list_holds(database: Database, at: datetime, number: str | None = None) -> tuple[Hold, ...]:
    """The holds of the last 400 days, those that last at `at`, and those to come.

    `number`: only those that concern this public number (E.164).
    """
    with database.read() as connection:
        return list_holds_in(connection, at, number)


def list_holds_in(connection: Connection, at: datetime, number: str | None = None) -> tuple[Hold, ...]:
    """Like `list_holds`, inside a transaction."""
    since = {"since": at - REMEMBERED}
    blackouts = ((starts, min(ends, lifted or ends)) for starts, ends, lifted in connection.execute(_BLACKOUTS, since))
    if number is None:
        by_hand = connection.execute(_HOLDS, since)
    else:
        by_hand = connection.execute(_HOLDS_OF_NUMBER, since | {"number": number})
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
            if active:
                hold_in(connection, name, at=at)
            else:
                end_hold_in(connection, name, at=at)


def hold_in(
    connection: Connection, name: HoldName, *, at: datetime, number: str = ALL_NUMBERS, ends_at: datetime | None = None
) -> None:
    """Begins a hold of a number, or of all, inside a transaction; one that lasts goes on until this end.

    Six parameters, as a hold has five fields.
    """
    last = select(Holds.id).where(_lasting(name, number, at)).order_by(Holds.id.desc()).limit(1)
    if (lasting := connection.scalar(last)) is not None:
        connection.execute(update(Holds).where(Holds.id == lasting).values(ends_at=ends_at))
        return
    new = insert(Holds).values(name=name, number=number, starts_at=at, ends_at=ends_at).returning(Holds.id)
    get_or_create(connection, last, new)


def end_hold_in(connection: Connection, name: HoldName, *, at: datetime, number: str = ALL_NUMBERS) -> None:
    """Ends the holds of that name and number that last at `at`, inside a transaction."""
    connection.execute(update(Holds).where(_lasting(name, number, at)).values(ends_at=at))


def _lasting(name: HoldName, number: str, at: datetime) -> ColumnElement[bool]:
    return (Holds.name == name) & (Holds.number == number) & (Holds.ends_at.is_(None) | (Holds.ends_at > at))
