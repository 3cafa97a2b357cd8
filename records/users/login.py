"""Logging in to the console: a password, and a second factor where one is required."""

from datetime import datetime

from sqlalchemy import select

from records.database.engine import Database
from records.errors import RecordsError
from records.schema import User as Users
from records.users import login_attempts, passwords, sessions
from records.users.login_attempts import KnownBrowser
from records.users.second_factors import verify_code
from records.users.sessions import ConsoleSession
from records.users.users import to_user


class LoginRejected(RecordsError):
    """Something was wrong. The text does not say what: nobody learns which users exist."""

    def __init__(self) -> None:
        super().__init__("The e-mail address, password or code is wrong; try again.")


def log_in(
    database: Database,
    email: str,
    password: str,
    *,
    address: str,
    at: datetime,
    browser: KnownBrowser | None = None,
) -> str:
    """The secret of a new session without second factor. Raises LoginRejected, TooManyLoginAttempts."""
    email = email.strip().lower()
    with database.read() as connection:
        row = connection.execute(select(*Users.__table__.c).where(Users.email == email)).one_or_none()
    source = login_attempts.source_of_password(email, row.id if row else None, address, browser)
    counted = login_attempts.begin_attempt(database, source, at=at)
    if not passwords.verify_password(password, row.password_hash if row else None):
        raise LoginRejected
    assert row
    user = to_user(row)
    if not user.active:
        raise LoginRejected
    login_attempts.clear_attempt(database, counted)
    return sessions.start_session(database, user.id, at=at)


def verify_second_factor(
    database: Database,
    session: ConsoleSession,
    code: str,
    *,
    address: str,
    at: datetime,
    browser: KnownBrowser | None = None,
) -> str:
    """The secret of a new session with second factor, which replaces this one. Raises as `log_in`.

    `code`: six digits of the authenticator application, or a recovery code, which is used up.
    """
    source = login_attempts.source_of_code(session.user.id, address, browser)
    counted = login_attempts.begin_attempt(database, source, at=at)
    with database.write() as connection:
        if not verify_code(connection, session.user.id, code, at=at):
            raise LoginRejected
        secret = sessions.start_session_in(connection, session.user.id, second_factor=True, at=at)
        sessions.end_session(connection, session.id, at=at)
    login_attempts.clear_attempt(database, counted)
    return secret


def log_out(database: Database, session: ConsoleSession, *, at: datetime) -> None:
    with database.write() as connection:
        sessions.end_session(connection, session.id, at=at)
