"""Users: people who may log in to the console."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound
from records.requests.notices import RequestMails
from records.schema import User as Users
from routing.access.permissions import SECOND_FACTOR_ROLES, Permission, Role


@dataclass(frozen=True, slots=True)
class User:
    """A user. `agent_id`: the agent that they are; `has_password`: they have chosen a password.

    `active` is False for a deactivated user. Users are never deleted, because the change log names them.
    """

    id: int
    email: str
    name: str
    role: Role
    language: str
    shortcuts: bool
    agent_id: int | None
    has_password: bool
    has_second_factor: bool
    active: bool
    created_at: datetime
    earlier_role: Role | None = None
    """The role before the present one, until the user has been told."""
    request_mails: RequestMails = RequestMails.NOTHING

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.role, self.name)

    @property
    def requires_second_factor(self) -> bool:
        return self.has_second_factor or self.role in SECOND_FACTOR_ROLES


def list_users(database: Database, actor: Actor) -> tuple[User, ...]:
    """All users by name, deactivated ones last. Raises Forbidden."""
    actor.require(Permission.MANAGE_USERS)
    with database.read() as connection:
        rows = _select_users().order_by(Users.deactivated_at.is_not(None), func.lower(Users.name), Users.id)
        return tuple(to_user(row) for row in connection.execute(rows))


@dataclass(frozen=True, slots=True)
class UserName:
    """What the change log shows of a user."""

    id: int
    email: str
    name: str


def list_user_names(database: Database) -> tuple[UserName, ...]:
    """The names of all users, deactivated ones included."""
    columns = (Users.id, Users.email, Users.name)
    with database.read() as connection:
        rows = connection.execute(select(*columns).order_by(func.lower(Users.name), Users.id))
        return tuple(UserName(*row) for row in rows)


def get_user(database: Database, actor: Actor, user_id: int) -> User:
    """Raises Forbidden, NotFound."""
    actor.require(Permission.MANAGE_USERS)
    with database.read() as connection:
        return get_user_in(connection, Users.id == user_id)


def get_user_by_email(database: Database, actor: Actor, email: str) -> User:
    """Raises Forbidden, NotFound."""
    actor.require(Permission.MANAGE_USERS)
    with database.read() as connection:
        return get_user_in(connection, Users.email == email.strip().lower())


def has_no_users(database: Database) -> bool:
    """Whether no user exists yet."""
    with database.read() as connection:
        return connection.scalar(select(Users.id).limit(1)) is None


def get_user_in(connection: Connection, which: ColumnElement[bool], *, for_update: bool = False) -> User:
    """The one user for whom `which` is true. Raises NotFound."""
    rows = _select_users().where(which)
    row = connection.execute(rows.with_for_update() if for_update else rows).one_or_none()
    if row is None:
        raise NotFound("There is no such user; `standardiste account list` shows them.")
    return to_user(row)


def _select_users() -> Select[*tuple[Any, ...]]:
    return select(*Users.__table__.c)


def to_user(row: Row[*tuple[Any, ...]]) -> User:
    return User(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        language=row.language,
        shortcuts=row.shortcuts,
        agent_id=row.agent_id,
        has_password=row.password_hash is not None,
        has_second_factor=row.totp_secret is not None,
        active=row.deactivated_at is None,
        created_at=row.created_at,
        earlier_role=Role(row.earlier_role) if row.earlier_role else None,
        request_mails=RequestMails(row.request_mails),
    )
