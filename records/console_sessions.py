"""Sessions of the staff console: begun at login, known by a secret of which the base keeps a digest, ended here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from records.accounts import Account, account_of
from records.base import Base
from records.callback_refs import digest, new_secret
from records.errors import BaseBusy
from records.schema import Account as Accounts
from records.schema import ConsoleSession as Sessions

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
"""A day's shift: however busy it is, one logs in once a day."""
SEEN_EVERY = timedelta(minutes=1)
SEEN_WAIT_MS = 100


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """`second_factor`: one was shown in it. `is_open`: everything was shown that this account has to show."""

    id: int
    account: Account
    second_factor: bool

    @property
    def is_open(self) -> bool:
        return self.second_factor or not self.account.must_show_second_factor


def begin(base: Base, account_id: int, *, second_factor: bool = False, at: datetime) -> str:
    """A new session's secret, which nobody can read again."""
    with base.write() as connection:
        return begun(connection, account_id, second_factor=second_factor, at=at)


def begun(connection: Connection, account_id: int, *, second_factor: bool, at: datetime) -> str:
    """As `begin`, in a transaction that is under way. What is left of the account's sessions of old is forgotten."""
    connection.execute(delete(Sessions).where(Sessions.account_id == account_id, Sessions.started_at <= at - LONGEST))
    secret = new_secret()
    row = {"hash": digest(secret), "account_id": account_id, "second_factor": second_factor}
    connection.execute(insert(Sessions).values(**row, started_at=at, seen_at=at))
    return secret


def known(base: Base, secret: str, *, at: datetime) -> ConsoleSession | None:
    """The session of this secret; None when it ended, ran out, or its account was shut out."""
    own = (Sessions.id.label("session_id"), Sessions.second_factor, Sessions.seen_at)
    rows = select(*Accounts.__table__.c, *own).join(Sessions, Sessions.account_id == Accounts.id)
    running = (Sessions.ended_at.is_(None), Sessions.seen_at > at - IDLE, Sessions.started_at > at - LONGEST)
    rows = rows.where(Sessions.hash == digest(secret), Accounts.deactivated_at.is_(None), *running)
    with base.read() as connection:
        row = connection.execute(rows).one_or_none()
    if row is None:
        return None
    if at - row.seen_at > SEEN_EVERY:
        _seen(base, row.session_id, at)
    return ConsoleSession(row.session_id, account_of(row), row.second_factor)


def end_one(connection: Connection, session_id: int, *, at: datetime) -> None:
    """This session opens nothing any more."""
    connection.execute(update(Sessions).where(Sessions.id == session_id).values(ended_at=at))


def end_all(connection: Connection, account_id: int, *, at: datetime, but: int | None = None) -> None:
    """No session of this account opens anything any more, except the one named by `but`."""
    running = (Sessions.account_id == account_id) & Sessions.ended_at.is_(None)
    connection.execute(update(Sessions).where(running, Sessions.id != (but or 0)).values(ended_at=at))


def _seen(base: Base, session_id: int, at: datetime) -> None:
    try:
        with base.write(SEEN_WAIT_MS, durable=False) as connection:
            connection.execute(update(Sessions).where(Sessions.id == session_id).values(seen_at=at))
    except BaseBusy:
        return  # the next page says it
