"""The accounts of people of overflow centres: added, read from a table, given a new link, closed.

They are rows of their own: none of them opens the console, and no user of the console opens the pages of a centre.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.schema import CentreAccount as Accounts
from records.schema import CentreSession as Sessions
from records.secrets import generate_secret, hash_secret
from routing.access.permissions import Permission
from routing.centres.people import CentreRole

LINK_LIFETIME = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class CentreAccount:
    """A person of a centre. `is_open` False: they log in no more; the name stays for what they have done."""

    id: int
    centre: str
    email: str
    name: str
    role: CentreRole
    language: str
    has_password: bool
    has_second_factor: bool
    is_open: bool
    created_at: datetime

    @property
    def is_supervisor(self) -> bool:
        return self.role is CentreRole.SUPERVISOR


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Somebody of a centre who is to have an account."""

    name: str
    email: str
    role: CentreRole
    language: str


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """`secret` opens the link with which they choose a password, once; it cannot be read again."""

    account: CentreAccount
    secret: str = field(repr=False)


class AddressTaken(RecordsError):
    """Somebody of a centre has an account with this address."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} already has an account of a centre.")
        self.email = email


def list_accounts(database: Database, actor: Actor, centre: str) -> tuple[CentreAccount, ...]:
    """The accounts of one centre by name, closed ones last. Raises Forbidden."""
    actor.require(Permission.MANAGE_USERS)
    rows = select(*Accounts.__table__.c).where(Accounts.centre == centre)
    with database.read() as connection:
        found = connection.execute(rows.order_by(Accounts.closed_at.is_not(None), Accounts.name, Accounts.id))
        return tuple(to_account(row) for row in found)


def list_addresses(database: Database, actor: Actor) -> tuple[str, ...]:
    """The e-mail addresses of all accounts of all centres. Raises Forbidden."""
    actor.require(Permission.MANAGE_USERS)
    with database.read() as connection:
        return tuple(connection.scalars(select(Accounts.email).order_by(Accounts.email)))


def find_account(database: Database, actor: Actor, email: str) -> CentreAccount | None:
    """The account with this address, of any centre; None for an unknown one. Raises Forbidden."""
    actor.require(Permission.MANAGE_USERS)
    rows = select(*Accounts.__table__.c).where(Accounts.email == email.strip().lower())
    with database.read() as connection:
        row = connection.execute(rows).one_or_none()
        return to_account(row) if row else None


def has_open_accounts(database: Database) -> bool:
    """Whether anybody of any centre may log in."""
    with database.read() as connection:
        return connection.scalar(select(Accounts.id).where(Accounts.closed_at.is_(None)).limit(1)) is not None


def has_supervisor(database: Database, centre: str) -> bool:
    """Whether a supervisor of this centre may log in."""
    own = (Accounts.centre == centre, Accounts.role == CentreRole.SUPERVISOR, Accounts.closed_at.is_(None))
    with database.read() as connection:
        return connection.scalar(select(Accounts.id).where(*own).limit(1)) is not None


def list_served_centres(database: Database) -> frozenset[str]:
    """The centres of which somebody may log in."""
    with database.read() as connection:
        return frozenset(connection.scalars(select(Accounts.centre).where(Accounts.closed_at.is_(None)).distinct()))


def add_accounts(
    database: Database, actor: Actor, centre: str, people: Iterable[NewAccount], *, at: datetime
) -> tuple[IssuedLink, ...]:
    """An account for each of them with the link that opens it, or for none. Raises Forbidden, AddressTaken."""
    actor.require(Permission.MANAGE_USERS)
    with database.write() as connection:
        return tuple(_add(connection, actor, centre, each, at) for each in people)


def renew_link(database: Database, actor: Actor, account_id: int, *, at: datetime) -> IssuedLink:
    """They start again: password, second factor and sessions are gone, a closed account is open. The link is new.

    Raises Forbidden, NotFound.
    """
    actor.require(Permission.MANAGE_USERS)
    secret = generate_secret()
    with database.write() as connection:
        account = _lock(connection, account_id)
        emptied = {"password_hash": None, "totp_secret": None, "totp_step": 0, "closed_at": None}
        link = {"link_hash": hash_secret(secret), "link_expires_at": at + LINK_LIFETIME}
        connection.execute(update(Accounts).where(Accounts.id == account_id).values(**emptied, **link))
        end_sessions_in(connection, account_id, at=at)
        _record(connection, actor, "centre_account.link", account, at)
        return IssuedLink(get_account_in(connection, account_id), secret)


def close_account(database: Database, actor: Actor, account_id: int, *, at: datetime) -> None:
    """They log in no more, and their sessions end. Raises Forbidden, NotFound."""
    actor.require(Permission.MANAGE_USERS)
    with database.write() as connection:
        account = _lock(connection, account_id)
        if account.is_open:
            closed = {"closed_at": at, "link_hash": None, "link_expires_at": None}
            connection.execute(update(Accounts).where(Accounts.id == account_id).values(closed))
            end_sessions_in(connection, account_id, at=at)
            _record(connection, actor, "centre_account.closed", account, at)


def end_sessions_in(connection: Connection, account_id: int, *, at: datetime) -> None:
    """Ends all sessions of this account."""
    running = (Sessions.account_id == account_id, Sessions.ended_at.is_(None))
    connection.execute(update(Sessions).where(*running).values(ended_at=at))


def get_account_in(connection: Connection, account_id: int) -> CentreAccount:
    """Raises NotFound."""
    row = connection.execute(select(*Accounts.__table__.c).where(Accounts.id == account_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no account {account_id} of a centre.")
    return to_account(row)


def to_account(row: Row[*tuple[Any, ...]]) -> CentreAccount:
    return CentreAccount(
        id=row.id,
        centre=row.centre,
        email=row.email,
        name=row.name,
        role=CentreRole(row.role),
        language=row.language,
        has_password=row.password_hash is not None,
        has_second_factor=row.totp_secret is not None,
        is_open=row.closed_at is None,
        created_at=row.created_at,
    )


def _add(connection: Connection, actor: Actor, centre: str, new: NewAccount, at: datetime) -> IssuedLink:
    email, secret = new.email.strip().lower(), generate_secret()
    if connection.scalar(select(Accounts.id).where(Accounts.email == email)) is not None:
        raise AddressTaken(email)
    row = {"centre": centre, "email": email, "name": new.name.strip(), "role": new.role, "language": new.language}
    link = {"link_hash": hash_secret(secret), "link_expires_at": at + LINK_LIFETIME}
    made = connection.execute(insert(Accounts).values(**row, **link, created_at=at).returning(Accounts.id))
    account = get_account_in(connection, made.scalar_one())
    _record(connection, actor, "centre_account.added", account, at)
    return IssuedLink(account, secret)


def _lock(connection: Connection, account_id: int) -> CentreAccount:
    connection.execute(select(Accounts.id).where(Accounts.id == account_id).with_for_update())
    return get_account_in(connection, account_id)


def _record(connection: Connection, actor: Actor, kind: str, account: CentreAccount, at: datetime) -> None:
    told = {"name": account.name, "email": account.email, "role": account.role}
    changes.record(connection, actor, kind, account.centre, after=told, at=at)
