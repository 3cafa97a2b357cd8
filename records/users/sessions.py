"""Sessions of the console: started at login and known by a secret, of which the database stores a hash."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from records.database.engine import Database
from records.errors import DatabaseBusy
from records.schema import ConsoleSession as Sessions
from records.schema import User as Users
from records.secrets import generate_secret, hash_secret
from records.users.monthly_users import note_login_in
from records.users.users import User, to_user

IDLE_TIMEOUT = timedelta(hours=2)
MAX_DURATION = timedelta(hours=12)
"""A working day: a user logs in once a day."""
SEEN_UPDATE_INTERVAL = timedelta(minutes=1)
SEEN_WAIT_MS = 100


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """`second_factor`: it was verified in this session, which was `started_at` that moment.

    `is_fully_authenticated`: everything that this user must show was verified.
    """

    id: int
    user: User
    second_factor: bool
    started_at: datetime | None = None

    @property
    def is_fully_authenticated(self) -> bool:
        return self.second_factor or not self.user.requires_second_factor

    def showed_second_factor_since(self, since: datetime) -> bool:
        """Whether it was verified at this time or later: each verification starts a session."""
        return self.second_factor and self.started_at is not None and self.started_at >= since


def start_session(database: Database, user_id: int, *, second_factor: bool = False, at: datetime) -> str:
    """The secret of a new session; it cannot be read again."""
    with database.write() as connection:
        return start_session_in(connection, user_id, second_factor=second_factor, at=at)


def start_session_in(connection: Connection, user_id: int, *, second_factor: bool, at: datetime) -> str:
    """Like `start_session`, inside a transaction. Deletes expired sessions of the user."""
    connection.execute(delete(Sessions).where(Sessions.user_id == user_id, Sessions.started_at <= at - MAX_DURATION))
    secret = generate_secret()
    row = {"hash": hash_secret(secret), "user_id": user_id, "second_factor": second_factor}
    connection.execute(insert(Sessions).values(**row, started_at=at, seen_at=at))
    note_login_in(connection, user_id, second_factor=second_factor, at=at)
    return secret


def get_session(database: Database, secret: str, *, at: datetime, is_use: bool = True) -> ConsoleSession | None:
    """The session of this secret; None when it has ended or expired, or its user was deactivated.

    `is_use` False: a page asks by itself, so the session grows idle.
    """
    with database.read() as connection:
        row = connection.execute(_select_running(at).where(Sessions.hash == hash_secret(secret))).one_or_none()
    if row is None:
        return None
    if is_use and at - row.seen_at > SEEN_UPDATE_INTERVAL:
        _update_seen_at(database, row.session_id, at)
    return _to_session(row)


def list_running_sessions(database: Database, ids: Iterable[int], *, at: datetime) -> Mapping[int, ConsoleSession]:
    """Those of these sessions that `get_session` would find, by id. Asking does not count as use."""
    rows = _select_running(at).where(Sessions.id.in_(list(ids)))
    with database.read() as connection:
        return {row.session_id: _to_session(row) for row in connection.execute(rows)}


def end_session(connection: Connection, session_id: int, *, at: datetime) -> None:
    """Ends this session."""
    connection.execute(update(Sessions).where(Sessions.id == session_id).values(ended_at=at))


def end_all_sessions(
    connection: Connection, user_id: int, *, at: datetime, except_session_id: int | None = None
) -> None:
    """Ends all sessions of this user except `except_session_id`."""
    running = (Sessions.user_id == user_id) & Sessions.ended_at.is_(None)
    connection.execute(update(Sessions).where(running, Sessions.id != (except_session_id or 0)).values(ended_at=at))


def _select_running(at: datetime) -> Select[*tuple[Any, ...]]:
    own = (Sessions.id.label("session_id"), Sessions.second_factor, Sessions.seen_at, Sessions.started_at)
    rows = select(*Users.__table__.c, *own).join(Sessions, Sessions.user_id == Users.id)
    return rows.where(
        Users.deactivated_at.is_(None),
        Sessions.ended_at.is_(None),
        Sessions.seen_at > at - IDLE_TIMEOUT,
        Sessions.started_at > at - MAX_DURATION,
    )


def _to_session(row: Row[*tuple[Any, ...]]) -> ConsoleSession:
    return ConsoleSession(row.session_id, to_user(row), row.second_factor, row.started_at)


def _update_seen_at(database: Database, session_id: int, at: datetime) -> None:
    try:
        with database.write(SEEN_WAIT_MS, durable=False) as connection:
            connection.execute(update(Sessions).where(Sessions.id == session_id).values(seen_at=at))
    except DatabaseBusy:
        return  # the next page says it
