"""What somebody decides for the whole house by hand: closed now, everything to the overflow centre, no callbacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

from records.base import Base
from records.once import found_or_made
from records.schema import Switch as Switches


class SwitchName(StrEnum):
    CLOSED = "closed"
    """Callers are told that it is closed, whatever the hours say."""
    OVERFLOW = "overflow"
    """Everything that staff would take goes to the overflow centre."""
    CALLBACKS = "callbacks"
    """No visitor is rung: callbacks are accepted and wait."""


@dataclass(frozen=True, slots=True)
class Switch:
    """`since`: when it was turned to what it is; None, and nobody in `by`, when it never was."""

    name: SwitchName
    on: bool
    by: str = ""
    since: datetime | None = None
    note: str = ""


def current(base: Base) -> Mapping[str, Switch]:
    """Every switch by its name, also those that nobody ever turned: they are off."""
    with base.read() as connection:
        rows = select(Switches.name, Switches.on, Switches.by, Switches.since, Switches.note)
        turned = {row.name: Switch(SwitchName(row.name), *row[1:]) for row in connection.execute(rows)}
    return {name: turned.get(name, Switch(name, on=False)) for name in SwitchName}


def turn(base: Base, name: str, on: bool, *, by: str, note: str = "", at: datetime) -> Switch:
    """The switch as it is from now on; turning it to where it is keeps its `since`."""
    name = SwitchName(name)
    with base.write(wakes=True) as connection:
        new = insert(Switches).values(name=name, on=False, by=by, since=at, note="")
        found_or_made(connection, select(Switches.name).where(Switches.name == name), new.returning(Switches.name))
        row = connection.execute(
            select(Switches.on, Switches.since).where(Switches.name == name).with_for_update()
        ).one()
        turned = Switch(name, on, by, row.since if row.on == on else at, note)
        values = {"on": on, "by": by, "since": turned.since, "note": note}
        connection.execute(update(Switches).where(Switches.name == name).values(values))
    return turned
