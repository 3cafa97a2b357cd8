"""How people of a centre log in: a link, a password, a second factor; and the sessions that follow."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from records.centres.accounts import CentreAccount, end_sessions_in, get_account_in, to_account
from records.database.engine import Database
from records.errors import DatabaseBusy, NotFound
from records.schema import CentreAccount as Accounts
from records.schema import CentreSession as Sessions
from records.secrets import generate_secret, hash_secret
from records.users import login_attempts, passwords
from records.users.login import LoginRejected
from records.users.login_attempts import AttemptSource
from records.users.second_factors import CodeRejected
from records.users.sessions import IDLE_TIMEOUT, MAX_DURATION, SEEN_UPDATE_INTERVAL, SEEN_WAIT_MS
from routing.access.totp import find_matching_step


@dataclass(frozen=True, slots=True)
class CentreSession:
    """`second_factor`: it was verified in this session."""

    id: int
    account: CentreAccount
    second_factor: bool


def find_link(database: Database, secret: str, *, at: datetime) -> CentreAccount:
    """Whose link this is. Raises NotFound when it was used, replaced or has expired."""
    with database.read() as connection:
        return _find_link_in(connection, secret, at)


def accept_link(database: Database, secret: str, password: str, *, at: datetime) -> str:
    """Sets the password; gives the secret of a session without second factor. Raises NotFound, PasswordRejected."""
    account = find_link(database, secret, at=at)
    password_hash = passwords.hash_password(password, name=account.name, email=account.email)
    with database.write() as connection:
        account = _find_link_in(connection, secret, at, for_update=True)
        used = {"password_hash": password_hash, "link_hash": None, "link_expires_at": None}
        connection.execute(update(Accounts).where(Accounts.id == account.id).values(used))
        end_sessions_in(connection, account.id, at=at)
        return _start_in(connection, account.id, second_factor=False, at=at)


def log_in(
    database: Database, email: str, password: str, *, address: str, at: datetime, browser: str | None = None
) -> str:
    """The secret of a new session without second factor. Raises LoginRejected, TooManyLoginAttempts.

    `browser`: the name of a browser in which this person has logged in before, so that nobody outside locks them out.
    """
    email = email.strip().lower()
    with database.read() as connection:
        row = connection.execute(select(*Accounts.__table__.c).where(Accounts.email == email)).one_or_none()
    known = browser if row and browser and browser.startswith(f"{row.id}.") else None
    source = AttemptSource(f"centre browser {known}") if known else AttemptSource(f"centre {email}", address)
    counted = login_attempts.begin_attempt(database, source, at=at)
    if not passwords.verify_password(password, row.password_hash if row else None) or not row or row.closed_at:
        raise LoginRejected
    login_attempts.clear_attempt(database, counted)
    with database.write() as connection:
        return _start_in(connection, row.id, second_factor=False, at=at)


def verify_second_factor(database: Database, session: CentreSession, code: str, *, at: datetime) -> str:
    """The secret of a session with second factor, which replaces this one. Each code works once.

    Raises LoginRejected, TooManyLoginAttempts.
    """
    own = Accounts.id == session.account.id
    counted = login_attempts.begin_attempt(database, AttemptSource(f"centre factor {session.account.id}"), at=at)
    with database.write() as connection:
        row = connection.execute(select(Accounts.totp_secret, Accounts.totp_step).where(own).with_for_update()).one()
        if row.totp_secret is None:
            raise LoginRejected
        step = find_matching_step(row.totp_secret, code.replace(" ", ""), at, last_used_step=row.totp_step)
        if step is None:
            raise LoginRejected
        connection.execute(update(Accounts).where(own).values(totp_step=step))
        secret = _start_in(connection, session.account.id, second_factor=True, at=at)
        connection.execute(update(Sessions).where(Sessions.id == session.id).values(ended_at=at))
    login_attempts.clear_attempt(database, counted)
    return secret


def enable_second_factor(
    database: Database, session: CentreSession, totp_secret: str, code: str, *, at: datetime
) -> str:
    """The secret of a session with second factor; all others end. `code` proves that the application has the secret.

    Whoever loses it gets a new link from the organisation. Raises CodeRejected, also when there is one already.
    """
    step = find_matching_step(totp_secret, code.replace(" ", ""), at, last_used_step=0)
    own = (Accounts.id == session.account.id, Accounts.totp_secret.is_(None))
    if step is None:
        raise CodeRejected
    with database.write() as connection:
        if not connection.execute(
            update(Accounts).where(*own).values(totp_secret=totp_secret, totp_step=step)
        ).rowcount:
            raise CodeRejected
        end_sessions_in(connection, session.account.id, at=at)
        return _start_in(connection, session.account.id, second_factor=True, at=at)


def get_session(database: Database, secret: str, *, at: datetime) -> CentreSession | None:
    """The session of this secret; None when it has ended or expired, or the account was closed."""
    own = (Sessions.id.label("session_id"), Sessions.second_factor, Sessions.seen_at)
    running = (
        Sessions.ended_at.is_(None),
        Sessions.seen_at > at - IDLE_TIMEOUT,
        Sessions.started_at > at - MAX_DURATION,
    )
    rows = select(*Accounts.__table__.c, *own).join(Sessions, Sessions.account_id == Accounts.id)
    rows = rows.where(Sessions.hash == hash_secret(secret), Accounts.closed_at.is_(None), *running)
    with database.read() as connection:
        row = connection.execute(rows).one_or_none()
    if row is None:
        return None
    if at - row.seen_at > SEEN_UPDATE_INTERVAL:
        _update_seen_at(database, row.session_id, at)
    return CentreSession(row.session_id, to_account(row), row.second_factor)


def log_out(database: Database, session: CentreSession, *, at: datetime) -> None:
    with database.write() as connection:
        connection.execute(update(Sessions).where(Sessions.id == session.id).values(ended_at=at))


def choose_language(database: Database, account: CentreAccount, language: str) -> None:
    """The language of the pages for this person."""
    with database.write() as connection:
        connection.execute(update(Accounts).where(Accounts.id == account.id).values(language=language))


def _start_in(connection: Connection, account_id: int, *, second_factor: bool, at: datetime) -> str:
    """The secret of a new session. Deletes the expired ones of the account."""
    expired = (Sessions.account_id == account_id, Sessions.started_at <= at - MAX_DURATION)
    connection.execute(delete(Sessions).where(*expired))
    secret = generate_secret()
    row = {"hash": hash_secret(secret), "account_id": account_id, "second_factor": second_factor}
    connection.execute(insert(Sessions).values(**row, started_at=at, seen_at=at))
    return secret


def _find_link_in(connection: Connection, secret: str, at: datetime, *, for_update: bool = False) -> CentreAccount:
    valid = (Accounts.link_expires_at > at, Accounts.closed_at.is_(None))
    found = select(Accounts.id).where(Accounts.link_hash == hash_secret(secret), *valid)
    account_id = connection.scalar(found.with_for_update() if for_update else found)
    if account_id is None:
        raise NotFound("This link no longer works; ask the organisation for a new one.")
    return get_account_in(connection, account_id)


def _update_seen_at(database: Database, session_id: int, at: datetime) -> None:
    try:
        with database.write(SEEN_WAIT_MS, durable=False) as connection:
            connection.execute(update(Sessions).where(Sessions.id == session_id).values(seen_at=at))
    except DatabaseBusy:
        return  # the next page says it
