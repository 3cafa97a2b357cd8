"""Screens that show the wall board without a login: made and withdrawn by supervisors, until a date.

A link works once. It gives the screen a secret of its own, of which the database keeps the hash, and which opens
nothing but the board.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound
from records.schema import BoardScreen as Screens
from records.secrets import generate_secret, hash_secret
from routing.access.permissions import Permission

LINK_FOR = timedelta(hours=1)
"""So long a link that nobody has opened works."""
SEEN_EVERY = timedelta(seconds=10)
LIVE_FOR = timedelta(seconds=30)
"""A screen that has asked within this time is on."""


@dataclass(frozen=True, slots=True)
class Screen:
    id: int
    label: str
    by: str
    created_at: datetime
    ends_at: datetime
    opened_at: datetime | None
    seen_at: datetime | None
    revoked_at: datetime | None

    def is_valid(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.ends_at

    def is_live(self, at: datetime) -> bool:
        return self.is_valid(at) and self.seen_at is not None and at - self.seen_at < LIVE_FOR


def create_screen(database: Database, actor: Actor, label: str, ends_at: datetime, *, at: datetime) -> tuple[int, str]:
    """The number of a new screen, and the secret of its link, which cannot be read again. Raises Forbidden."""
    actor.require(Permission.SEE_BOARD)
    secret = generate_secret()
    values = {"label": label, "by": actor.name, "created_at": at, "ends_at": ends_at, "link_hash": hash_secret(secret)}
    with database.write() as connection:
        screen_id: int = connection.execute(insert(Screens).values(values).returning(Screens.id)).scalar_one()
        changes.record(connection, actor, "board_screen.added", label, after={"ends_at": ends_at.isoformat()}, at=at)
    return screen_id, secret


def is_link_open(database: Database, link: str, *, at: datetime) -> bool:
    """Whether the link still works."""
    with database.read() as connection:
        return connection.scalar(select(Screens.id).where(*_unopened(link, at))) is not None


def open_screen(database: Database, link: str, *, at: datetime) -> str | None:
    """The secret for the cookie of the screen that opened this link; None for a link that does not work any more."""
    secret = generate_secret()
    opened = {"cookie_hash": hash_secret(secret), "opened_at": at, "seen_at": at}
    with database.write() as connection:
        found = connection.execute(update(Screens).where(*_unopened(link, at)).values(opened).returning(Screens.id))
        return secret if found.scalar_one_or_none() is not None else None


def find_screen(database: Database, cookie: str, *, at: datetime) -> Screen | None:
    """The screen with this cookie, if it was not withdrawn and has not ended; it counts as seen."""
    mine = Screens.cookie_hash == hash_secret(cookie)
    with database.read() as connection:
        row = connection.execute(select(*Screens.__table__.c).where(mine)).one_or_none()
    if row is None or not (screen := _screen(row)).is_valid(at):
        return None
    if screen.seen_at is None or at - screen.seen_at >= SEEN_EVERY:
        with database.write(durable=False) as connection:
            connection.execute(update(Screens).where(mine).values(seen_at=at))
    return screen


def list_screens(database: Database, actor: Actor, *, at: datetime) -> tuple[Screen, ...]:
    """The screens that may show the board, newest first. Raises Forbidden."""
    actor.require(Permission.SEE_BOARD)
    valid = (Screens.revoked_at.is_(None), Screens.ends_at > at)
    with database.read() as connection:
        rows = connection.execute(select(*Screens.__table__.c).where(*valid).order_by(Screens.id.desc()))
        return tuple(_screen(row) for row in rows)


def revoke_screen(database: Database, actor: Actor, screen_id: int, *, at: datetime) -> None:
    """The screen shows nothing from its next question on. Raises NotFound, Forbidden."""
    actor.require(Permission.SEE_BOARD)
    this = (Screens.id == screen_id, Screens.revoked_at.is_(None))
    with database.write(notify=True) as connection:
        ended = update(Screens).where(*this).values(revoked_at=at).returning(Screens.label)
        label = connection.execute(ended).scalar_one_or_none()
        if label is None:
            raise NotFound(f"There is no screen {screen_id}.")
        changes.record(connection, actor, "board_screen.revoked", label, at=at)


def _unopened(link: str, at: datetime) -> tuple[Any, ...]:
    fresh = (Screens.revoked_at.is_(None), Screens.ends_at > at, Screens.created_at > at - LINK_FOR)
    return (Screens.link_hash == hash_secret(link), Screens.cookie_hash.is_(None), *fresh)


def _screen(row: Row[Any]) -> Screen:
    return Screen(**{name: value for name, value in row._mapping.items() if not name.endswith("_hash")})
