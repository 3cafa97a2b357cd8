"""Limits attempts to log in: five failures in 15 minutes for each e-mail address and each network."""

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


def begin_attempt(database: Database, email: str, address: str, *, at: datetime) -> int:
    """Counts an attempt before its result is known, so that simultaneous attempts count. Raises TooManyLoginAttempts.

    `address`: an IP address; all addresses of one IPv6 customer count as one.
    """
    email_hash, network = hash_secret(email), parse_client_network(address).address
    with database.write(durable=False) as connection:
        acquire_lock(connection, LOCK_NAME)
        connection.execute(delete(Attempts).where(Attempts.at <= at - WINDOW))
        for same in (Attempts.email_hash == email_hash, Attempts.address == network):
            newest = connection.execute(
                select(Attempts.at).where(same).order_by(Attempts.at.desc()).limit(MAX_ATTEMPTS)
            ).scalars()
            if len(counted := newest.all()) == MAX_ATTEMPTS:
                raise TooManyLoginAttempts(ceil((counted[-1] + WINDOW - at).total_seconds()))
        row = {"at": at, "email_hash": email_hash, "address": network}
        return connection.execute(insert(Attempts).values(row).returning(Attempts.id)).scalar_one()


def clear_attempt(database: Database, attempt_id: int) -> None:
    """Removes an attempt that succeeded."""
    with database.write(durable=False) as connection:
        connection.execute(delete(Attempts).where(Attempts.id == attempt_id))


def clear_attempts(connection: Connection, email: str) -> None:
    """Allows attempts for this e-mail address again."""
    connection.execute(delete(Attempts).where(Attempts.email_hash == hash_secret(email)))
