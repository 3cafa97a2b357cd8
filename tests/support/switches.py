"""Switching the reception by hand in tests, for all numbers and until it is switched back unless they say otherwise."""

from datetime import datetime

from records import overrides
from records.actor import command_line_actor
from records.database.engine import Database
from records.overrides import NewOverride
from routing.overrides import ALL_NUMBERS, Override, OverrideName


def set_override(
    database: Database,
    name: str,
    active: bool,
    *,
    by: str = "test",
    note: str = "",
    number: str = ALL_NUMBERS,
    at: datetime,
) -> Override | None:
    """The override that is in force now; None after switching it off."""
    actor, named = command_line_actor(by), OverrideName(name)
    if active:
        return overrides.begin_override(database, actor, NewOverride(named, number, note=note), at=at)
    overrides.end_override(database, actor, named, number=number, note=note, at=at)
    return None


def is_switched(database: Database, name: str) -> bool:
    """Whether an override of this name is in force for all numbers, with or without an end."""
    return find(database, name) is not None


def find(database: Database, name: str) -> Override | None:
    """The override of this name for all numbers."""
    found = (each for each in overrides.list_overrides(database) if each.name == name and each.number == ALL_NUMBERS)
    return next(found, None)
