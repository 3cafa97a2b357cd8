"""The steps of the first run that somebody put off, or took from the list of what is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from records.actor import Actor
from records.database.engine import Database
from records.schema import FirstStep as Steps
from routing.access.permissions import Permission


@dataclass(frozen=True, slots=True)
class StepMark:
    """`later`: put off, and still open; `put_away`: no longer on the list."""

    later: bool = False
    put_away: bool = False


def list_marks(database: Database) -> Mapping[str, StepMark]:
    """The marks by the name of the step; a step without a mark is left out."""
    with database.read() as connection:
        rows = connection.execute(select(*Steps.__table__.c)).all()
    return {row.name: StepMark(row.later_at is not None, row.put_away_at is not None) for row in rows}


def put_off(database: Database, actor: Actor, name: str, *, at: datetime) -> None:
    """Raises Forbidden."""
    _mark(database, actor, name, {"later_at": at})


def put_away(database: Database, actor: Actor, *names: str, at: datetime) -> None:
    """Raises Forbidden."""
    for name in names:
        _mark(database, actor, name, {"put_away_at": at})


def bring_back(database: Database, actor: Actor, name: str) -> None:
    """The step is as if nobody had touched it. Raises Forbidden."""
    actor.require(Permission.SET_UP)
    with database.write() as connection:
        connection.execute(delete(Steps).where(Steps.name == name))


def _mark(database: Database, actor: Actor, name: str, values: Mapping[str, datetime]) -> None:
    actor.require(Permission.SET_UP)
    with database.write() as connection:
        changed = update(Steps).where(Steps.name == name).values(**values, by=actor.name)
        if not connection.execute(changed).rowcount:
            connection.execute(insert(Steps).values(name=name, **values, by=actor.name))
