"""Limits attempts to log in: five failures in 15 minutes for each e-mail address and each network.

A browser in which the user has logged in before is counted by itself, so nobody outside can keep a user out (decision
37): "Slow Down Online Guessing Attacks with Device Cookies", https://owasp.org/www-community/.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Connection, delete, insert, select

from records.database.engine import Database, acquire_lock
from records.errors import RecordsError
from records.schema import LoginAttempt as Attempts
from records.secrets import hash_secret
from routing.access.client_network import parse_client_network

MAX_ATTEMPTS = 5
WINDOW = timedelta(minutes=15)
LOCK_NAME = "login"


class TooManyLoginAttempts(RecordsError):
    """`wait_s`: seconds until another attempt is allowed."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"Too many attempts to log in; try again in {ceil(wait_s / 60)} min.")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser in which this user has logged in completely; `name` is random."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class AttemptSource:
    """What an attempt is counted by: a name of ours, and the IP address unless the name alone counts."""

    name: str
    address: str | None = None


def source_of_password(email: str, user_id: int | None, address: str, browser: KnownBrowser | None) -> AttemptSource:
    """The source of an attempt with a password. `user_id` is None where no user has the e-mail address."""
    if browser and browser.user_id == user_id:
        return AttemptSource(f"browser {browser.name}")
    return AttemptSource(email, address)


def source_of_code(user_id: int, address: str, browser: KnownBrowser | None) -> AttemptSource:
    """The source of an attempt with a second factor, which only those reach who know the password."""
    if browser and browser.user_id == user_id:
        return AttemptSource(f"browser {browser.name}")
    return AttemptSource(_code_name(user_id), address)


def source_of_session(session_id: int) -> AttemptSource:
    """The source of an attempt in a session, which only its user has."""
    return AttemptSource(f"session {session_id}")


def source_of_forgotten_password(address: str) -> AttemptSource:
    """The source of a request for a link in place of a forgotten password: where it comes from alone counts."""
    return AttemptSource(f"forgotten password {parse_client_network(address).address}")


def begin_attempt(database: Database, source: AttemptSource, *, at: datetime) -> int:
    """Counts an attempt before its result is known, so that simultaneous attempts count. Raises TooManyLoginAttempts.

    All addresses of one IPv6 customer count as one.
    """
    name_hash = hash_secret(source.name)
    network = parse_client_network(source.address).address if source.address else ""
    limited = [Attempts.email_hash == name_hash, *([Attempts.address == network] if network else [])]
    with database.write(durable=False) as connection:
        acquire_lock(connection, LOCK_NAME)
        connection.execute(delete(Attempts).where(Attempts.at <= at - WINDOW))
        for same in limited:
            newest = connection.execute(
                select(Attempts.at).where(same).order_by(Attempts.at.desc()).limit(MAX_ATTEMPTS)
            ).scalars()
            if len(counted := newest.all()) == MAX_ATTEMPTS:
                raise TooManyLoginAttempts(ceil((counted[-1] + WINDOW - at).total_seconds()))
        row = {"at": at, "email_hash": name_hash, "address": network}
        return connection.execute(insert(Attempts).values(row).returning(Attempts.id)).scalar_one()


def clear_attempt(database: Database, attempt_id: int) -> None:
    """Removes an attempt that succeeded."""
    with database.write(durable=False) as connection:
        connection.execute(delete(Attempts).where(Attempts.id == attempt_id))


def clear_attempts(connection: Connection, email: str, user_id: int) -> None:
    """Allows attempts for this user again."""
    names = [hash_secret(name) for name in (email, _code_name(user_id))]
    connection.execute(delete(Attempts).where(Attempts.email_hash.in_(names)))


def _code_name(user_id: int) -> str:
    return f"code {user_id}"
