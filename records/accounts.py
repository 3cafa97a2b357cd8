"""Who may log in to the staff console."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from records.base import Base
from records.errors import NotFound
from records.schema import Account as Accounts
from records.viewer import Viewer
from routing.permissions import NEEDS_SECOND_FACTOR, Right, Role


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the console. `person_id`: who this is at the telephone; `has_come`: a password was chosen.

    `active` is False for who was shut out; nothing of an account is ever deleted, the record of changes names it.
    """

    id: int
    email: str
    name: str
    role: Role
    language: str
    shortcuts: bool
    person_id: int | None
    has_come: bool
    has_second_factor: bool
    active: bool
    created_at: datetime

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.id, self.role, self.name)

    @property
    def must_show_second_factor(self) -> bool:
        return self.has_second_factor or self.role in NEEDS_SECOND_FACTOR


def all(base: Base, viewer: Viewer) -> tuple[Account, ...]:
    """Everybody, by name; who was shut out comes last. Raises Forbidden."""
    viewer.demand(Right.MANAGE_PEOPLE)
    with base.read() as connection:
        rows = _accounts().order_by(Accounts.deactivated_at.is_not(None), func.lower(Accounts.name), Accounts.id)
        return tuple(account_of(row) for row in connection.execute(rows))


def find(base: Base, viewer: Viewer, account_id: int) -> Account:
    """Raises Forbidden, NotFound."""
    viewer.demand(Right.MANAGE_PEOPLE)
    with base.read() as connection:
        return held(connection, Accounts.id == account_id)


def with_email(base: Base, viewer: Viewer, email: str) -> Account:
    """Raises Forbidden, NotFound."""
    viewer.demand(Right.MANAGE_PEOPLE)
    with base.read() as connection:
        return held(connection, Accounts.email == email.strip().lower())


def none_yet(base: Base) -> bool:
    """Whether the first account is still to be made."""
    with base.read() as connection:
        return connection.scalar(select(Accounts.id).limit(1)) is None


def held(connection: Connection, which: ColumnElement[bool], *, for_update: bool = False) -> Account:
    """The one account of which this is true. Raises NotFound."""
    rows = _accounts().where(which)
    row = connection.execute(rows.with_for_update() if for_update else rows).one_or_none()
    if row is None:
        raise NotFound("There is no such account; `standardiste account list` shows them.")
    return account_of(row)


def _accounts() -> Select[*tuple[Any, ...]]:
    return select(*Accounts.__table__.c)


def account_of(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        language=row.language,
        shortcuts=row.shortcuts,
        person_id=row.person_id,
        has_come=row.password_hash is not None,
        has_second_factor=row.totp_secret is not None,
        active=row.deactivated_at is None,
        created_at=row.created_at,
    )
