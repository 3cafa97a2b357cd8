"""Links that work once: an invited user chooses a password; the first link creates the first administrator."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.errors import NotFound
from records.schema import Invitation as Invitations
from records.schema import User as Users
from records.secrets import generate_secret, hash_secret
from records.users import login_attempts, passwords, sessions
from records.users.invitees import Invitee, add_user
from records.users.users import User, get_user_in
from routing.access.permissions import Role

LIFETIME = timedelta(hours=72)
FIRST_LIFETIME = timedelta(hours=24)
LOCK_NAME = "first account"
INVITATION, PASSWORD = "invitation", "password"
"""The purposes of links: to begin, and to choose a new password in place of a forgotten one."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """`user` is None for the link that creates the first administrator; `purpose`: INVITATION or PASSWORD."""

    id: int
    user: User | None
    purpose: str = INVITATION


def create_invitation(connection: Connection, user_id: int, *, at: datetime) -> str:
    """The secret of a new link for this user; earlier links no longer work."""
    _end(connection, user_id, at)
    return _insert_invitation(connection, user_id, at, LIFETIME)


def create_password_link(connection: Connection, user_id: int, *, at: datetime) -> str:
    """The secret of a link to choose a new password. Earlier links go on: strangers can ask for such links too."""
    return _insert_invitation(connection, user_id, at, LIFETIME, PASSWORD)


def create_first_invitation(database: Database, *, at: datetime) -> str | None:
    """The secret of a new link that creates the first administrator; None once there is a user."""
    with database.write() as connection:
        if connection.scalar(select(Users.id).limit(1)) is not None:
            return None
        _end(connection, None, at)
        return _insert_invitation(connection, None, at, FIRST_LIFETIME)


def get_invitation(database: Database, secret: str, *, at: datetime) -> Invitation:
    """The invitation of this link. Raises NotFound when it was used, replaced or has expired."""
    with database.read() as connection:
        return _get_invitation_in(connection, secret, at)


def accept_invitation(database: Database, secret: str, password: str, *, at: datetime) -> str:
    """Sets the password of the user of this link; gives the secret of a session, without second factor.

    All links and sessions of the user end. Raises NotFound, PasswordRejected.
    """
    user = get_invitation(database, secret, at=at).user
    if user is None:
        raise _unknown()
    password_hash = passwords.hash_password(password, name=user.name, email=user.email)
    with database.write() as connection:
        invitation = _get_invitation_in(connection, secret, at, for_update=True)
        _end(connection, user.id, at)
        assert invitation.user
        kind = "account.password_by_mail" if invitation.purpose == PASSWORD else "account.password"
        return _activate(connection, invitation.user, password_hash, at, kind)


def accept_first_invitation(database: Database, secret: str, invitee: Invitee, password: str, *, at: datetime) -> str:
    """Creates the first administrator; gives the secret of a session. Raises as `accept_invitation`."""
    password_hash = passwords.hash_password(password, name=invitee.name, email=invitee.email)
    with database.write() as connection:
        acquire_lock(connection, LOCK_NAME)
        if _get_invitation_in(connection, secret, at, for_update=True).user is not None:
            raise _unknown()
        _end(connection, None, at)
        user = add_user(connection, Actor(None, Role.ADMINISTRATOR, invitee.name), invitee, at=at)
        return _activate(connection, user, password_hash, at)


def _activate(
    connection: Connection, user: User, password_hash: str, at: datetime, kind: str = "account.password"
) -> str:
    connection.execute(update(Users).where(Users.id == user.id).values(password_hash=password_hash))
    sessions.end_all_sessions(connection, user.id, at=at)
    login_attempts.clear_attempts(connection, user.email, user.id)
    secret = sessions.start_session_in(connection, user.id, second_factor=False, at=at)
    changes.record(connection, user.actor, kind, user.email, at=at)
    return secret


def _insert_invitation(
    connection: Connection, user_id: int | None, at: datetime, lasts: timedelta, purpose: str = INVITATION
) -> str:
    secret = generate_secret()
    row = {"hash": hash_secret(secret), "user_id": user_id, "created_at": at, "expires_at": at + lasts}
    row["purpose"] = purpose
    connection.execute(insert(Invitations).values(row))
    return secret


def _end(connection: Connection, user_id: int | None, at: datetime) -> None:
    open_ones = (Invitations.user_id.is_not_distinct_from(user_id), Invitations.ended_at.is_(None))
    connection.execute(update(Invitations).where(*open_ones).values(ended_at=at))


def _get_invitation_in(connection: Connection, secret: str, at: datetime, *, for_update: bool = False) -> Invitation:
    rows = select(Invitations.id, Invitations.user_id, Invitations.purpose).where(
        Invitations.hash == hash_secret(secret), Invitations.ended_at.is_(None), Invitations.expires_at > at
    )
    row = connection.execute(rows.with_for_update() if for_update else rows).one_or_none()
    if row is None:
        raise _unknown()
    if row.user_id is None:
        return Invitation(row.id, None)
    user = get_user_in(connection, Users.id == row.user_id)
    if not user.active:
        raise _unknown()
    return Invitation(row.id, user, row.purpose)


def _unknown() -> NotFound:
    return NotFound("This link no longer works; ask an administrator for a new one.")
