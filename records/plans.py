"""The plan's versions: how calls are treated, as the text that people read and edit."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, insert, select

from records.base import Base, take_turn
from records.schema import PlanVersion as Versions
from routing.plan import Plan
from routing.plan_text import PlanError, parse


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """`text` is the plan as it was saved, to be read by `routing.plan_text`."""

    version: int
    text: str
    author: str
    created_at: datetime


def current(base: Base) -> PlanVersion | None:
    """The plan in force: the last one saved."""
    with base.read() as connection:
        return next(iter(_newest_first(connection, limit=1)), None)


def in_force(connection: Connection) -> Plan | None:
    """The plan in force, read; None where there is none, or an earlier version's that can no longer be read."""
    newest = next(iter(_newest_first(connection, limit=1)), None)
    try:
        return _read(newest.text) if newest else None
    except PlanError:
        return None


def save(base: Base, text: str, *, author: str, at: datetime) -> PlanVersion:
    """The plan in force from now on; the same text again makes no new version. `text` has been parsed and is valid."""
    with base.write() as connection:
        take_turn(connection, "plan")
        in_force = next(iter(_newest_first(connection, limit=1)), None)
        if in_force is not None and in_force.text == text:
            return in_force
        new = insert(Versions).values(text=text, author=author, created_at=at).returning(Versions.version)
        return PlanVersion(connection.execute(new).scalar_one(), text, author, at)


def history(base: Base) -> tuple[PlanVersion, ...]:
    """Every version, newest first."""
    with base.read() as connection:
        return _newest_first(connection)


@lru_cache(maxsize=1)
def _read(text: str) -> Plan:
    return parse(text)


def _newest_first(connection: Connection, limit: int | None = None) -> tuple[PlanVersion, ...]:
    columns = (Versions.version, Versions.text, Versions.author, Versions.created_at)
    rows = select(*columns).order_by(Versions.version.desc()).limit(limit)
    return tuple(PlanVersion(*row) for row in connection.execute(rows))
