"""Manual overrides for all numbers: closed now, everything to the overflow centre, callbacks paused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

from records.database.engine import Database
from records.database.get_or_create import get_or_create
from records.holds import HoldName, set_hold_in
from records.schema import Override as Overrides


class OverrideName(StrEnum):
    CLOSED = "closed"
    """Callers hear that it is closed, whatever the opening hours are."""
    OVERFLOW = "overflow"
    """Calls for staff go to the overflow centre."""
    CALLBACKS = "callbacks"
    """No visitor is called back: callbacks are accepted and wait."""


@dataclass(frozen=True, slots=True)
class Override:
    """`since`: when it became what it is; None for an override that was never set, whose `by` is empty."""

    name: OverrideName
    active: bool
    by: str = ""
    since: datetime | None = None
    note: str = ""


def get_overrides(database: Database) -> Mapping[str, Override]:
    """Every override by its name; one that was never set is inactive."""
    with database.read() as connection:
        rows = select(Overrides.name, Overrides.active, Overrides.by, Overrides.since, Overrides.note)
        override = {row.name: Override(OverrideName(row.name), *row[1:]) for row in connection.execute(rows)}
    return {name: override.get(name, Override(name, active=False)) for name in OverrideName}


def set_override(database: Database, name: str, active: bool, *, by: str, note: str = "", at: datetime) -> Override:
    """The override as it is now; setting it to the value it has keeps its `since`."""
    name = OverrideName(name)
    with database.write(notify=True) as connection:
        new = insert(Overrides).values(name=name, active=False, by=by, since=at, note="")
        get_or_create(connection, select(Overrides.name).where(Overrides.name == name), new.returning(Overrides.name))
        row = connection.execute(
            select(Overrides.active, Overrides.since).where(Overrides.name == name).with_for_update()
        ).one()
        override = Override(name, active, by, row.since if row.active == active else at, note)
        values = {"active": active, "by": by, "since": override.since, "note": note}
        connection.execute(update(Overrides).where(Overrides.name == name).values(values))
        if name in (OverrideName.CLOSED, OverrideName.CALLBACKS):
            set_hold_in(connection, HoldName(name), active, at=at)
    return override
