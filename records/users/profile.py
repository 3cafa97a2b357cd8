"""What users change in their own account."""

from datetime import datetime

from sqlalchemy import select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.requests.notices import RequestMails
from records.schema import User as Users
from records.users import login_attempts, passwords, sessions
from records.users.login import LoginRejected
from records.users.sessions import ConsoleSession


def change_password(database: Database, session: ConsoleSession, old: str, new: str, *, at: datetime) -> None:
    """Sets the password and ends other sessions. Raises LoginRejected, TooManyLoginAttempts, PasswordRejected."""
    user = session.user
    confirm_password(database, session, old, at=at)
    password_hash = passwords.hash_password(new, name=user.name, email=user.email)
    with database.write() as connection:
        connection.execute(update(Users).where(Users.id == user.id).values(password_hash=password_hash))
        sessions.end_all_sessions(connection, user.id, at=at, except_session_id=session.id)
        changes.record(connection, user.actor, "account.password", user.email, at=at)


def confirm_password(database: Database, session: ConsoleSession, password: str, *, at: datetime) -> None:
    """Checks that the same person is still there. Raises LoginRejected, TooManyLoginAttempts."""
    counted = login_attempts.begin_attempt(database, login_attempts.source_of_session(session.id), at=at)
    with database.read() as connection:
        password_hash = connection.scalar(select(Users.password_hash).where(Users.id == session.user.id))
    if not passwords.verify_password(password, password_hash):
        raise LoginRejected
    login_attempts.clear_attempt(database, counted)


def set_preferences(database: Database, actor: Actor, *, language: str, shortcuts: bool) -> None:
    """Sets the user's preferences for the console. They concern nobody else and are not recorded."""
    own = update(Users).where(Users.id == actor.user_id)
    with database.write() as connection:
        connection.execute(own.values(language=language, shortcuts=shortcuts))


def choose_request_mails(database: Database, actor: Actor, chosen: RequestMails) -> None:
    """Sets which mails about requests the user gets; it concerns nobody else and is not recorded."""
    with database.write() as connection:
        own = update(Users).where(Users.id == actor.user_id).values(request_mails=chosen)
        connection.execute(own)


def acknowledge_role(database: Database, actor: Actor) -> None:
    """The user has been told of their new role."""
    with database.write(durable=False) as connection:
        connection.execute(update(Users).where(Users.id == actor.user_id).values(earlier_role=None))
