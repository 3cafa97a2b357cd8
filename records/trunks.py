"""Trunks: added, changed and removed by administrators. Passwords are stored encrypted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.errors import NotFound, RecordsError
from records.schema import Trunk as Rows
from records.secret_box import SecretBox, SecretUnreadable
from routing.access.permissions import Permission
from routing.trunks import Trunk, TrunkSettings

LOCK_NAME = "trunks"
MAX_TRUNKS = 20


class TrunkExists(RecordsError):
    """There is a trunk of this name."""


class TrunkChanged(RecordsError):
    """Somebody has changed the trunk since it was read."""


class TooManyTrunks(RecordsError):
    def __init__(self) -> None:
        super().__init__(f"There are {MAX_TRUNKS} trunks, which is the most; remove one first.")


class TrunkInUse(RecordsError):
    """Overflow centres of the plan lead through the trunk."""

    def __init__(self, label: str, centres: tuple[str, ...]) -> None:
        super().__init__(
            f"The trunk {label} leads to overflow centres of the plan ({', '.join(centres)}); "
            "give them another trunk first."
        )
        self.centres = centres


@dataclass(frozen=True, slots=True)
class TrunkUse:
    """Who uses a trunk. `centres`: the overflow centres of the plan that name it, which keep it from being removed.

    `calls`: calls that pass through it now; they go on when it is removed. `successor`: the label of the trunk that
    would carry callbacks and calls to outside numbers instead, "" if there is none. The `callbacks` that wait and the
    `agents` with an outside number are those that this concerns, none if another trunk carries their calls.
    """

    centres: tuple[str, ...]
    calls: int
    callbacks: int
    agents: tuple[str, ...]
    successor: str

    @property
    def is_last(self) -> bool:
        return not self.successor


@dataclass(frozen=True, slots=True)
class StoredTrunk:
    """A trunk; the first one of a list carries callbacks and calls to agents' outside numbers.

    `label` is the name that people gave it. `is_locked`: its password cannot be read; `trunk` has none then.
    `revision` is another one after each change.
    """

    name: str
    label: str
    trunk: Trunk
    is_locked: bool = False
    revision: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class TrunkLabel:
    """`label` is the name that people gave the trunk `name`."""

    name: str
    label: str
    is_removed: bool


def has_trunks(database: Database) -> bool:
    """Whether any trunk places calls."""
    with database.read() as connection:
        return connection.scalar(select(Rows.name).where(Rows.removed_at.is_(None)).limit(1)) is not None


def list_trunks(database: Database, box: SecretBox | None = None) -> tuple[StoredTrunk, ...]:
    """The trunks in their order, with their passwords if a `box` is given."""
    with database.read() as connection:
        return _select(connection, box)


def list_labels(database: Database) -> tuple[TrunkLabel, ...]:
    """The names that people gave to all trunks that there are or were, in the order of the trunks."""
    with database.read() as connection:
        rows = select(Rows.name, Rows.label, Rows.removed_at.is_not(None)).order_by(Rows.position, Rows.name)
        return tuple(TrunkLabel(name, label, bool(removed)) for name, label, removed in connection.execute(rows))


def get_trunk(database: Database, name: str, box: SecretBox | None = None) -> StoredTrunk:
    """Raises NotFound."""
    with database.read() as connection:
        return _get(connection, name, box)


def list_names_ever(database: Database) -> frozenset[str]:
    """The names of all trunks that there are or were."""
    with database.read() as connection:
        return frozenset(connection.execute(select(Rows.name)).scalars())


def add_trunk(
    database: Database, actor: Actor, box: SecretBox, new: StoredTrunk, *, at: datetime, kind: str = "trunk.add"
) -> None:
    """Adds it behind the others. Raises Forbidden, TrunkExists, TooManyTrunks, SecretUnreadable without a key."""
    actor.require(Permission.MANAGE_TRUNKS)
    password = new.trunk.password.get_secret_value()
    values: dict[str, object] = {
        "label": new.label,
        "settings": _to_json(new.trunk),
        "secret": box.seal(password) if password else None,
        "added_at": at,
        "changed_at": at,
        "removed_at": None,
    }
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        existing = {one.name for one in _select(connection, None)}
        if new.name in existing:
            raise TrunkExists(f"There is a trunk {new.name} already; choose another name.")
        if len(existing) >= MAX_TRUNKS:
            raise TooManyTrunks
        last = connection.scalar(select(func.max(Rows.position)))
        values["position"] = 0 if last is None else last + 1
        if connection.scalar(select(Rows.name).where(Rows.name == new.name)) is None:
            connection.execute(insert(Rows).values(name=new.name, **values))
        else:
            connection.execute(update(Rows).where(Rows.name == new.name).values(**values))
        changes.record(connection, actor, kind, new.label, after=_shown(new.label, new.trunk), at=at)


def change_trunk(
    database: Database, actor: Actor, box: SecretBox, now: StoredTrunk, *, keeps_password: bool, at: datetime
) -> None:
    """Changes label and settings; with `keeps_password` the stored password stays, whatever `now` holds.

    Raises TrunkChanged when `now` names a revision that is not the stored one, Forbidden, NotFound, SecretUnreadable
    without a key.
    """
    actor.require(Permission.MANAGE_TRUNKS)
    password = now.trunk.password.get_secret_value()
    values: dict[str, object] = {"label": now.label, "settings": _to_json(now.trunk), "changed_at": at}
    if not keeps_password:
        values["secret"] = box.seal(password) if password else None
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        before = _get(connection, now.name, None)
        if now.revision and now.revision != before.revision:
            raise TrunkChanged(f"Somebody has just changed {before.label}; look at it again.")
        connection.execute(update(Rows).where(Rows.name == now.name).values(**values))
        after = {**_shown(now.label, now.trunk), **({} if keeps_password else {"password": "changed"})}
        was = _shown(before.label, before.trunk)
        changes.record(connection, actor, "trunk.change", now.label, before=was, after=after, at=at)


def put_first(database: Database, actor: Actor, name: str, *, at: datetime) -> None:
    """Lets this trunk carry callbacks and calls to agents' outside numbers. Raises Forbidden, NotFound."""
    actor.require(Permission.MANAGE_TRUNKS)
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        chosen = _get(connection, name, None)
        first = _select(connection, None)[0]
        if first.name == name:
            return
        lowest = connection.scalar(select(func.min(Rows.position))) or 0
        connection.execute(update(Rows).where(Rows.name == name).values(position=lowest - 1, changed_at=at))
        was, after = {"outgoing_calls": first.label}, {"outgoing_calls": chosen.label}
        changes.record(connection, actor, "trunk.first", chosen.label, before=was, after=after, at=at)


def remove_trunk(database: Database, actor: Actor, name: str, *, at: datetime) -> StoredTrunk:
    """The trunk that was; its password is deleted. Raises Forbidden, NotFound."""
    actor.require(Permission.MANAGE_TRUNKS)
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        gone = _get(connection, name, None)
        connection.execute(update(Rows).where(Rows.name == name).values(removed_at=at, secret=None))
        changes.record(connection, actor, "trunk.remove", gone.label, before=_shown(gone.label, gone.trunk), at=at)
        return gone


def reseal_secrets(database: Database, actor: Actor, box: SecretBox, *, at: datetime) -> int:
    """Encrypts every password with the first key of `box`; how many there are. Raises Forbidden, SecretUnreadable."""
    actor.require(Permission.MANAGE_TRUNKS)
    with database.write() as connection:
        acquire_lock(connection, LOCK_NAME)
        rows = connection.execute(select(Rows.name, Rows.secret).where(Rows.secret.is_not(None))).all()
        for name, secret in rows:
            if secret:
                connection.execute(update(Rows).where(Rows.name == name).values(secret=box.reseal(secret)))
        changes.record(connection, actor, "trunk.key", "", after={"passwords": len(rows)}, at=at)
        return len(rows)


def _get(connection: Connection, name: str, box: SecretBox | None) -> StoredTrunk:
    if found := _select(connection, box, Rows.name == name):
        return found[0]
    raise NotFound(f"There is no trunk {name!r}; `standardiste trunk list` shows them.")


def _select(connection: Connection, box: SecretBox | None, *which: ColumnElement[bool]) -> tuple[StoredTrunk, ...]:
    columns = (Rows.name, Rows.label, Rows.settings, Rows.secret, Rows.changed_at)
    rows = select(*columns).where(Rows.removed_at.is_(None), *which).order_by(Rows.position, Rows.name)
    return tuple(_stored(row, box) for row in connection.execute(rows))


def _stored(row: Row[str, str, str, str | None, datetime], box: SecretBox | None) -> StoredTrunk:
    password, is_locked = "", False
    if row.secret is not None and box is not None:
        try:
            password = box.open(row.secret)
        except SecretUnreadable:
            is_locked = True
    trunk = TrunkSettings.model_validate_json(row.settings).with_password(password)
    return StoredTrunk(row.name, row.label, trunk, is_locked, row.changed_at.isoformat())


def _to_json(trunk: Trunk) -> str:
    return trunk.model_dump_json(exclude={"password"}, exclude_defaults=True)


def _shown(label: str, trunk: Trunk) -> Mapping[str, object]:
    """What the change log keeps: never the password."""
    values: dict[str, object] = json.loads(_to_json(trunk))
    return {"label": label} | values
