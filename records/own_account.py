"""What everybody does with his or her own account."""

from datetime import datetime

from sqlalchemy import select, update

from records import changes, console_sessions, login_tries, passwords
from records.base import Base
from records.console_sessions import ConsoleSession
from records.logins import LoginRefused
from records.schema import Account as Accounts
from records.viewer import Viewer


def change_password(base: Base, session: ConsoleSession, old: str, new: str, *, address: str, at: datetime) -> None:
    """The account's other sessions end. Raises LoginRefused for a wrong old one, TooManyTries, PasswordRefused."""
    account = session.account
    confirm(base, session, old, address=address, at=at)
    kept = passwords.hashed(new, name=account.name, email=account.email)
    with base.write() as connection:
        connection.execute(update(Accounts).where(Accounts.id == account.id).values(password_hash=kept))
        console_sessions.end_all(connection, account.id, at=at, but=session.id)
        changes.write(connection, account.viewer, "account.password", account.email, at=at)


def confirm(base: Base, session: ConsoleSession, password: str, *, address: str, at: datetime) -> None:
    """It is still the same person who sits there. Raises LoginRefused, TooManyTries."""
    counted = login_tries.begin(base, session.account.email, address, at=at)
    with base.read() as connection:
        kept = connection.scalar(select(Accounts.password_hash).where(Accounts.id == session.account.id))
    if not passwords.opens(password, kept):
        raise LoginRefused
    login_tries.forgive(base, counted)


def choose(base: Base, viewer: Viewer, *, language: str, shortcuts: bool) -> None:
    """How the console is to be for oneself. Not written down: it is nobody else's business."""
    own = update(Accounts).where(Accounts.id == viewer.account_id)
    with base.write() as connection:
        connection.execute(own.values(language=language, shortcuts=shortcuts))
