"""Manual overrides: open or closed now, everything to the overflow centre, callbacks paused.

They hold for all numbers or for one, until their end or until somebody ends them (routing/overrides.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.errors import RecordsError
from records.holds import HoldName, end_hold_in, hold_in
from records.schema import Override as Overrides
from routing.access.permissions import Permission
from routing.languages import LocalizedText
from routing.overrides import ALL_NUMBERS, Override, OverrideName

__all__ = ["Override", "OverrideName"]

LOCK_NAME = "overrides"
_OPPOSITES = {OverrideName.OPEN: OverrideName.CLOSED, OverrideName.CLOSED: OverrideName.OPEN}
_HOLDS = {OverrideName.CLOSED: HoldName.CLOSED, OverrideName.CALLBACKS: HoldName.CALLBACKS}
# Read with each call's configuration: those that nobody has ended, few.
_CURRENT = select(*(Overrides.__table__.c[name] for name in Override.__dataclass_fields__))
_CURRENT = _CURRENT.where(Overrides.ended_at.is_(None)).order_by(Overrides.since, Overrides.id)


class OverrideEnded(RecordsError):
    """The end of an override that is to begin has passed."""


@dataclass(frozen=True, slots=True)
class NewOverride:
    """An override to begin; see Override."""

    name: OverrideName
    number: str = ALL_NUMBERS
    ends_at: datetime | None = None
    note: str = ""
    words: str = ""
    sentences: Mapping[str, LocalizedText] = field(default_factory=dict)


def list_overrides(database: Database) -> tuple[Override, ...]:
    """Those that nobody has ended, oldest first; the end of some may have passed, which `is_in_force` tells."""
    with database.read() as connection:
        return list_overrides_in(connection)


def list_overrides_in(connection: Connection) -> tuple[Override, ...]:
    """Like `list_overrides`, inside a transaction."""
    return tuple(_override(row) for row in connection.execute(_CURRENT))


def list_overrides_at(database: Database, at: datetime) -> tuple[Override, ...]:
    """Those that had begun before `at` and that nobody had ended then, as `list_overrides` gave them at that moment."""
    columns = (Overrides.__table__.c[name] for name in Override.__dataclass_fields__)
    lasting = Overrides.ended_at.is_(None) | (Overrides.ended_at > at)
    with database.read() as connection:
        rows = connection.execute(select(*columns).where(Overrides.since <= at, lasting).order_by(Overrides.id))
        return tuple(_override(row) for row in rows)


def begin_override(database: Database, actor: Actor, new: NewOverride, *, at: datetime) -> Override:
    """Puts the override in force, in place of one of the same name, or of the opposite one, for the same number.

    Callers notice it within a second. Callbacks are held as long as it lasts. Raises Forbidden, OverrideEnded.
    """
    actor.require(Permission.SWITCH_RECEPTION)
    if new.ends_at is not None and new.ends_at <= at:
        raise OverrideEnded("The end has passed already; choose a later one.")
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        before = [
            *_end(connection, (new.name,), new.number, at),
            *_end(connection, _opposite(new.name), new.number, at),
        ]
        _end_holds(connection, _opposite(new.name), new.number, at)  # that of the same name goes on
        kept = next((each for each in before if each.name is new.name and each.is_in_force(at)), None)
        override = Override(**{**asdict(new), "name": new.name}, since=kept.since if kept else at, by=actor.name)
        connection.execute(insert(Overrides).values(asdict(override)))
        if name := _HOLDS.get(new.name):
            hold_in(connection, name, at=at, number=new.number, ends_at=new.ends_at)
        fields = _change_fields(before, at), _change_fields([override], at)
        changes.record(connection, actor, f"switch.{new.name}", new.number, before=fields[0], after=fields[1], at=at)
    return override


def end_override(
    database: Database, actor: Actor, name: OverrideName, *, number: str = ALL_NUMBERS, note: str = "", at: datetime
) -> bool:
    """Ends the override now. False: there was none, and nothing changes. Raises Forbidden."""
    actor.require(Permission.SWITCH_RECEPTION)
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        ended = [each for each in _end(connection, (name,), number, at) if each.is_in_force(at)]
        _end_holds(connection, (name,), number, at)
        if ended:
            after = {"note": note} if note else {}
            before = _change_fields(ended, at)
            changes.record(connection, actor, f"switch.{name}.end", number, before=before, after=after, at=at)
    return bool(ended)


def _opposite(name: OverrideName) -> Iterable[OverrideName]:
    return (_OPPOSITES[name],) if name in _OPPOSITES else ()


def _end(connection: Connection, names: Iterable[OverrideName], number: str, at: datetime) -> list[Override]:
    """Ends them; gives those that nobody had ended."""
    names = tuple(names)
    found = [each for each in list_overrides_in(connection) if each.name in names and each.number == number]
    for each in found:
        one = (Overrides.name == each.name) & (Overrides.number == number) & Overrides.ended_at.is_(None)
        over = at if each.is_in_force(at) else each.ends_at
        connection.execute(update(Overrides).where(one).values(ended_at=over))
    return found


def _end_holds(connection: Connection, names: Iterable[OverrideName], number: str, at: datetime) -> None:
    for name in names:
        if name in _HOLDS:
            end_hold_in(connection, _HOLDS[name], at=at, number=number)


def _change_fields(overrides: Iterable[Override], at: datetime) -> dict[str, object]:
    """The fields that the change log shows, of the one that is in force."""
    for each in overrides:
        if each.is_in_force(at):
            words = each.sentences.get(each.words, {})
            texts = {f"words_{language}": text for language, text in words.items()}
            return {"until": each.ends_at, "note": each.note, **texts}
    return {}


def _override(row: Row[Any]) -> Override:
    return Override(**row._asdict() | {"name": OverrideName(row.name)})
