"""The plan's versions: how calls are treated, as the text that people read and edit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from records.base import Base
from records.schema import PlanVersion as Versions


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


def save(base: Base, text: str, *, author: str, at: datetime) -> PlanVersion:
    """The plan in force from now on; the same text again makes no new version. `text` has been parsed and is valid."""
    with base.write() as connection:
        in_force = next(iter(_newest_first(connection, limit=1)), None)
        if in_force is not None and in_force.text == text:
            return in_force
        new = insert(Versions).values(text=text, author=author, created_at=at).returning(Versions.version)
        return PlanVersion(connection.execute(new).scalar_one(), text, author, at)


def history(base: Base) -> tuple[PlanVersion, ...]:
    """Every version, newest first."""
    with base.read() as connection:
        return _newest_first(connection)


def _newest_first(connection: Connection, limit: int | None = None) -> tuple[PlanVersion, ...]:
    columns = (Versions.version, Versions.text, Versions.author, Versions.created_at)
    rows = select(*columns).order_by(Versions.version.desc()).limit(limit)
    return tuple(PlanVersion(*row) for row in connection.execute(rows))
