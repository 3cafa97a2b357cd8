"""Who takes calls now: desired here by staff, brought to Asterisk and acknowledged by the switch door."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select, update

from records.base import Base
from records.errors import NotFound
from records.schema import Person as People
from records.schema import PhoneAccount as Accounts
from records.schema import Presence as Rows


class PresenceState(StrEnum):
    OUT = "out"
    READY = "ready"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Presence:
    """What a person wishes to be. `member`: the phone account, "p01"; `outside_number`: E.164.

    `speaks`: languages, with callers. `applied_at`: when Asterisk was brought to this `version`, None before that.
    """

    person_id: int
    member: str
    name: str
    rank: int
    outside_number: str | None
    speaks: tuple[str, ...]
    state: PresenceState
    reason: str
    since: datetime
    applied_at: datetime | None
    version: int


def all(base: Base) -> tuple[Presence, ...]:
    """Everybody with a phone account, by account."""
    with base.read() as connection:
        return _presences(connection, _everybody())


def set(base: Base, person_id: int, state: PresenceState, *, reason: str = "", by: str, at: datetime) -> Presence:
    """The person's presence from now on, still to be applied; durable when this returns.

    The same state again keeps its `since`. Raises NotFound when nobody of this number works here.
    """
    with base.write(wakes=True) as connection:
        chosen = Rows.person_id == person_id
        if not _wish(connection, chosen, state, reason, by, at):
            raise NotFound(f"Nobody of the number {person_id} works here.")
        return _presences(connection, _everybody().where(chosen))[0]


def pause_ready(base: Base, member: str, *, reason: str, by: str, at: datetime) -> bool:
    """Whoever is ready at this phone account pauses from now on. False: he is not, and stays as he is."""
    person = select(Accounts.claimed_by).where(Accounts.name == member).scalar_subquery()
    ready = (Rows.person_id == person) & (Rows.state == PresenceState.READY)
    with base.write(wakes=True) as connection:
        return _wish(connection, ready, PresenceState.PAUSED, reason, by, at)


def applied(base: Base, person_id: int, version: int, at: datetime) -> None:
    """Asterisk is at this version of the person's presence; a later version still waits to be applied."""
    with base.write() as connection:
        reached = (Rows.person_id == person_id) & (Rows.version == version)
        connection.execute(update(Rows).where(reached).values(applied_at=at))


def _wish(
    connection: Connection, whom: ColumnElement[bool], state: PresenceState, reason: str, by: str, at: datetime
) -> bool:
    """False: there is nobody like that."""
    rows = select(Rows.person_id, Rows.state, Rows.since, Rows.version).where(whom).with_for_update()
    was = connection.execute(rows).first()
    if was is None:
        return False
    since = was.since if was.state == state else at
    values = {"state": state, "reason": reason, "since": since, "by": by, "version": was.version + 1}
    connection.execute(update(Rows).where(Rows.person_id == was.person_id).values(**values, applied_at=None))
    return True


def _everybody() -> Select[*tuple[Any, ...]]:
    person = (Rows.person_id, Accounts.name.label("member"), People.name)
    calls = (People.rank, People.outside_number, People.speaks)
    rows = select(*person, *calls, Rows.state, Rows.reason, Rows.since, Rows.applied_at, Rows.version)
    rows = rows.join(People, People.id == Rows.person_id).join(Accounts, Accounts.claimed_by == Rows.person_id)
    return rows.order_by(Accounts.name)


def _presences(connection: Connection, rows: Select[*tuple[Any, ...]]) -> tuple[Presence, ...]:
    return tuple(_presence(row) for row in connection.execute(rows))


def _presence(row: Row[*tuple[Any, ...]]) -> Presence:
    return Presence(**{**row._mapping, "speaks": tuple(row.speaks.split(",")), "state": PresenceState(row.state)})
