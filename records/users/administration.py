"""What users who manage people do: invite, change, deactivate, reset. Each change is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from records import changes, mail_queue
from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.errors import ChangedMeanwhile, NotFound, RecordsError
from records.mail_queue import MailKind
from records.schema import User as Users
from records.users import login_attempts, phone_pins, second_factors, sessions
from records.users.invitations import create_invitation as create_invitation
from records.users.invitees import Invitee, add_user, require_agent_free
from records.users.users import User, get_user_in
from routing.access.permissions import Permission, Role

LOCK_NAME = "administrators"
"""Held while administrators change: otherwise two who leave at the same moment would both not be the last."""


class LastAdministrator(RecordsError):
    def __init__(self) -> None:
        super().__init__("This is the last administrator; make somebody else one first.")


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """`secret` opens the invitation's link once; it cannot be read again."""

    user: User
    secret: str = field(repr=False)


def invite_users(
    database: Database, actor: Actor, invitees: Iterable[Invitee], *, at: datetime
) -> tuple[IssuedInvitation, ...]:
    """Invites all of them, or none. Raises Forbidden, EmailTaken, AgentTaken."""
    actor.require(Permission.MANAGE_USERS)
    with database.write() as connection:
        acquire_lock(connection, LOCK_NAME)
        users = [add_user(connection, actor, invitee, at=at) for invitee in invitees]
        return tuple(IssuedInvitation(user, create_invitation(connection, user.id, at=at)) for user in users)


def invite_users_by_mail(
    database: Database, actor: Actor, invitees: Iterable[Invitee], *, at: datetime
) -> tuple[User, ...]:
    """Like `invite_users`, with a mail to each of them in place of a link that somebody hands over."""
    actor.require(Permission.MANAGE_USERS)
    with database.write() as connection:
        acquire_lock(connection, LOCK_NAME)
        users = [add_user(connection, actor, invitee, at=at) for invitee in invitees]
        for user in users:
            mail_queue.queue_mail(connection, MailKind.INVITATION, user.id, by=actor.name, at=at)
        return tuple(users)


def renew_invitation(database: Database, actor: Actor, user_id: int, *, by_mail: bool, at: datetime) -> str:
    """A new link for somebody who has not come yet: its secret, or "" when it is sent by mail.

    Earlier links no longer work. Raises Forbidden, NotFound.
    """
    actor.require(Permission.MANAGE_USERS)
    with database.write() as connection:
        user = _lock_user(connection, user_id)
        if user.has_password or not user.active:
            raise NotFound("This user has accepted their invitation, or is deactivated.")
        secret = create_invitation(connection, user_id, at=at)
        if by_mail:
            mail_queue.queue_mail(connection, MailKind.INVITATION, user_id, by=actor.name, at=at)
        changes.record(connection, actor, "account.link", user.email, at=at)
        return "" if by_mail else secret


@dataclass(frozen=True, slots=True)
class UserDetails:
    """What an administrator says of a user; `agent_id` is None for one who takes no calls."""

    name: str
    role: Role
    agent_id: int | None


def update_user(
    database: Database, actor: Actor, user_id: int, new: UserDetails, *, at: datetime, seen: User | None = None
) -> User:
    """The user, changed. A new role ends their sessions; their next page tells them of it, and so does a mail.

    `seen` is what the editor saw when they began.
    Raises Forbidden, NotFound, LastAdministrator, AgentTaken, ChangedMeanwhile.
    """
    actor.require(Permission.MANAGE_USERS)
    with database.write() as connection:
        user = _lock_user(connection, user_id)
        if seen and (seen.name, seen.role, seen.agent_id) != (user.name, user.role, user.agent_id):
            raise ChangedMeanwhile
        require_agent_free(connection, new.agent_id, except_user_id=user_id)
        if new.role is not user.role:
            _refuse_last_administrator(connection, user)
            sessions.end_all_sessions(connection, user.id, at=at)
            _announce_role(connection, actor, user, new.role, at)
        values: dict[str, object] = {"name": new.name.strip(), "role": new.role, "agent_id": new.agent_id}
        _update_and_record(connection, actor, "account.changed", user, values, at)
        return get_user_in(connection, Users.id == user_id)


def deactivate_user(database: Database, actor: Actor, user_id: int, *, at: datetime) -> None:
    """Deactivates the user and ends their sessions. Raises Forbidden, NotFound, LastAdministrator."""
    actor.require(Permission.MANAGE_USERS)
    with database.write() as connection:
        user = _lock_user(connection, user_id)
        if not user.active:
            return
        _refuse_last_administrator(connection, user)
        connection.execute(update(Users).where(Users.id == user_id).values(deactivated_at=at))
        sessions.end_all_sessions(connection, user_id, at=at)
        was, now = {"active": True}, {"active": False}
        changes.record(connection, actor, "account.deactivated", user.email, before=was, after=now, at=at)


def reset_user(
    database: Database, actor: Actor, user_id: int, *, by_mail: bool = False, at: datetime
) -> IssuedInvitation:
    """The user as after an invitation: active, without password, second factor and sessions, with a new link.

    `by_mail`: the link is sent to them, and the secret is "". Raises Forbidden, NotFound.
    """
    actor.require(Permission.MANAGE_USERS)
    with database.write() as connection:
        user = _lock_user(connection, user_id)
        second_factors.disable_second_factor(connection, user_id)
        cleared = {"password_hash": None, "deactivated_at": None}
        connection.execute(update(Users).where(Users.id == user_id).values(cleared))
        sessions.end_all_sessions(connection, user_id, at=at)
        login_attempts.clear_attempts(connection, user.email, user.id)
        phone_pins.delete_pin(connection, user_id)
        secret = create_invitation(connection, user_id, at=at)
        if by_mail:
            mail_queue.queue_mail(connection, MailKind.NEW_LINK, user_id, by=actor.name, at=at)
        was = {"active": user.active, "second_factor": user.has_second_factor, "password": user.has_password}
        now = {"active": True, "second_factor": False, "password": False}
        changes.record(connection, actor, "account.reset", user.email, before=was, after=now, at=at)
        return IssuedInvitation(get_user_in(connection, Users.id == user_id), "" if by_mail else secret)


def _lock_user(connection: Connection, user_id: int) -> User:
    acquire_lock(connection, LOCK_NAME)
    return get_user_in(connection, Users.id == user_id, for_update=True)


def _announce_role(connection: Connection, actor: Actor, user: User, role: Role, at: datetime) -> None:
    """Somebody whose role changes twice before they come is told of the first role that they had."""
    if not user.has_password or actor.user_id == user.id:
        return
    earlier = user.earlier_role or user.role
    told = None if earlier is role else earlier
    connection.execute(update(Users).where(Users.id == user.id).values(earlier_role=told))
    if told and user.active:
        mail_queue.queue_mail(connection, MailKind.ROLE_CHANGED, user.id, by=actor.name, at=at, earlier_role=told)


def _refuse_last_administrator(connection: Connection, user: User) -> None:
    """An active administrator with a password must remain, who could let others in again."""
    others = select(Users.id).where(
        Users.id != user.id,
        Users.role == Role.ADMINISTRATOR,
        Users.deactivated_at.is_(None),
        Users.password_hash.is_not(None),
    )
    if user.role is Role.ADMINISTRATOR and connection.scalar(others.limit(1)) is None:
        raise LastAdministrator


def _update_and_record(
    connection: Connection, actor: Actor, kind: str, user: User, values: dict[str, object], at: datetime
) -> None:
    before = {field: getattr(user, field) for field in values}
    if before == values:
        return
    connection.execute(update(Users).where(Users.id == user.id).values(values))
    changes.record(connection, actor, kind, user.email, before=before, after=values, at=at)
