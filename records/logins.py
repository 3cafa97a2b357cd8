"""Logging in to the staff console: a password, and where it is needed a second factor."""

from datetime import datetime

from sqlalchemy import select

from records import console_sessions, login_tries, passwords
from records.accounts import account_of
from records.base import Base
from records.console_sessions import ConsoleSession
from records.errors import RecordsError
from records.schema import Account as Accounts
from records.second_factors import accepts


class LoginRefused(RecordsError):
    """Wrong, whatever was wrong: nobody learns which accounts there are."""

    def __init__(self) -> None:
        super().__init__("This is not right; try again.")


def log_in(base: Base, email: str, password: str, *, address: str, at: datetime) -> str:
    """The secret of a new session, in which a second factor was not shown yet. Raises LoginRefused, TooManyTries."""
    email = email.strip().lower()
    counted = login_tries.begin(base, email, address, at=at)
    with base.read() as connection:
        row = connection.execute(select(*Accounts.__table__.c).where(Accounts.email == email)).one_or_none()
    if not passwords.opens(password, row.password_hash if row else None):
        raise LoginRefused
    assert row
    account = account_of(row)
    if not account.active:
        raise LoginRefused
    login_tries.forgive(base, counted)
    return console_sessions.begin(base, account.id, at=at)


def show_second_factor(base: Base, session: ConsoleSession, code: str, *, address: str, at: datetime) -> str:
    """The secret of a new session in the place of this one, which ends. Raises LoginRefused, TooManyTries.

    `code`: six digits of the application, or a recovery code, which is used up.
    """
    counted = login_tries.begin(base, session.account.email, address, at=at)
    with base.write() as connection:
        if not accepts(connection, session.account.id, code, at=at):
            raise LoginRefused
        secret = console_sessions.begun(connection, session.account.id, second_factor=True, at=at)
        console_sessions.end_one(connection, session.id, at=at)
    login_tries.forgive(base, counted)
    return secret


def log_out(base: Base, session: ConsoleSession, *, at: datetime) -> None:
    with base.write() as connection:
        console_sessions.end_one(connection, session.id, at=at)
