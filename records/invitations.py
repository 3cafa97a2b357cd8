"""Links that open once: who was invited chooses a password, and at the very beginning the first administrator comes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from records import changes, console_sessions, login_tries, passwords
from records.accounts import Account, held
from records.base import Base, take_turn
from records.callback_refs import digest, new_secret
from records.errors import NotFound
from records.newcomers import Newcomer, added
from records.schema import Account as Accounts
from records.schema import Invitation as Invitations
from records.viewer import Viewer
from routing.permissions import Role

LASTS = timedelta(days=7)
FIRST_LASTS = timedelta(hours=24)
TURN = "first account"


@dataclass(frozen=True, slots=True)
class Invitation:
    """`account` is None for the link that makes the first administrator."""

    id: int
    account: Account | None


def invite(connection: Connection, account_id: int, *, at: datetime) -> str:
    """The secret of a new link for this account; links of before open nothing any more."""
    _end(connection, account_id, at)
    return _made(connection, account_id, at, LASTS)


def first(base: Base, *, at: datetime) -> str | None:
    """The secret of the link that makes the first administrator, in the place of the one before; None once there is
    an account."""
    with base.write() as connection:
        if connection.scalar(select(Accounts.id).limit(1)) is not None:
            return None
        _end(connection, None, at)
        return _made(connection, None, at, FIRST_LASTS)


def opened(base: Base, secret: str, *, at: datetime) -> Invitation:
    """The invitation of this link. Raises NotFound when it was used, replaced or ran out."""
    with base.read() as connection:
        return _held(connection, secret, at)


def accept(base: Base, secret: str, password: str, *, at: datetime) -> str:
    """The account of this link has the password; gives the secret of a session. Raises NotFound, PasswordRefused."""
    account = opened(base, secret, at=at).account
    if account is None:
        raise _unknown()
    kept = passwords.hashed(password, name=account.name, email=account.email)
    with base.write() as connection:
        invitation = _held(connection, secret, at, for_update=True)
        _end(connection, account.id, at)
        assert invitation.account
        return _come(connection, invitation.account, kept, at)


def accept_first(base: Base, secret: str, newcomer: Newcomer, password: str, *, at: datetime) -> str:
    """The first administrator's account is made, and a session begun; gives its secret. Raises as `accept`."""
    kept = passwords.hashed(password, name=newcomer.name, email=newcomer.email)
    with base.write() as connection:
        take_turn(connection, TURN)
        if _held(connection, secret, at, for_update=True).account is not None:
            raise _unknown()
        _end(connection, None, at)
        account = added(connection, Viewer(None, Role.ADMINISTRATOR, newcomer.name), newcomer, at=at)
        return _come(connection, account, kept, at)


def _come(connection: Connection, account: Account, password_hash: str, at: datetime) -> str:
    connection.execute(update(Accounts).where(Accounts.id == account.id).values(password_hash=password_hash))
    console_sessions.end_all(connection, account.id, at=at)
    login_tries.forget(connection, account.email)
    secret = console_sessions.begun(connection, account.id, second_factor=False, at=at)
    changes.write(connection, account.viewer, "account.password", account.email, at=at)
    return secret


def _made(connection: Connection, account_id: int | None, at: datetime, lasts: timedelta) -> str:
    secret = new_secret()
    row = {"hash": digest(secret), "account_id": account_id, "created_at": at, "expires_at": at + lasts}
    connection.execute(insert(Invitations).values(row))
    return secret


def _end(connection: Connection, account_id: int | None, at: datetime) -> None:
    open_ones = (Invitations.account_id.is_not_distinct_from(account_id), Invitations.ended_at.is_(None))
    connection.execute(update(Invitations).where(*open_ones).values(ended_at=at))


def _held(connection: Connection, secret: str, at: datetime, *, for_update: bool = False) -> Invitation:
    rows = select(Invitations.id, Invitations.account_id).where(
        Invitations.hash == digest(secret), Invitations.ended_at.is_(None), Invitations.expires_at > at
    )
    row = connection.execute(rows.with_for_update() if for_update else rows).one_or_none()
    if row is None:
        raise _unknown()
    if row.account_id is None:
        return Invitation(row.id, None)
    account = held(connection, Accounts.id == row.account_id)
    if not account.active:
        raise _unknown()
    return Invitation(row.id, account)


def _unknown() -> NotFound:
    return NotFound("This link opens nothing any more; ask an administrator for a new one.")
