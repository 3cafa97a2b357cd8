"""Leases: work that one process at a time may do, and that another takes over when the first has died."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import bindparam, delete, insert, select, update

from records.database.engine import Database, open_database
from records.database.get_or_create import get_or_create
from records.schema import Lease

WAIT_MS = 500
"""How long a renewal waits for a locked database; much shorter than a lease."""


_RENEW = (
    update(Lease)
    .where(Lease.name == bindparam("of_name"), Lease.holder == bindparam("of_holder"))
    .values(expires_at=bindparam("until"))
)
"""Made once: it is executed every second, at rest too."""


def open_lease_file(file: Path) -> Database:
    """A SQLite database for leases alone, created when it is missing.

    Each renewal is a commit, after which everybody who waits for commits looks for what has changed. Raises
    DatabaseBusy, DatabaseUnavailable.
    """
    database = open_database(f"sqlite:///{file}")
    with database.write(durable=False) as connection:
        Lease.metadata.create_all(connection, [Lease.metadata.tables[Lease.__tablename__]])
    return database


def acquire(
    database: Database,
    name: str,
    holder: str,
    *,
    at: datetime,
    duration: timedelta,
    abandoned_expiry: datetime | None = None,
) -> bool:
    """True: `holder` alone has the lease until `at + duration`; calling it again renews the lease.

    False: another holder's lease has not expired. A lease that expires at `abandoned_expiry` counts as expired.
    Raises DatabaseBusy, DatabaseUnavailable.
    """
    with database.write(WAIT_MS, durable=False) as connection:
        renewed = {"of_name": name, "of_holder": holder, "until": at + duration}
        if connection.execute(_RENEW, renewed).rowcount == 1:
            return True
        mine = (Lease.name == name) & (Lease.holder == holder)
        lease = select(Lease.holder).where(Lease.name == name)
        new = insert(Lease).values(name=name, holder=holder, expires_at=at + duration).returning(Lease.holder)
        get_or_create(connection, lease.with_for_update(), new)
        over = (Lease.expires_at <= at) | (Lease.expires_at == abandoned_expiry)
        free = mine | ((Lease.name == name) & over)
        taken = connection.execute(update(Lease).where(free).values(holder=holder, expires_at=at + duration))
        return taken.rowcount == 1


def release(database: Database, name: str, holder: str) -> None:
    """Ends the lease of `holder`; the lease of another holder stays."""
    with database.write(WAIT_MS, durable=False) as connection:
        connection.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def get_expiry(database: Database, name: str) -> datetime | None:
    """When the lease expires, by the clock of its holder."""
    with database.read() as connection:
        return connection.scalar(select(Lease.expires_at).where(Lease.name == name))


def is_held(database: Database, name: str, at: datetime) -> bool:
    """Whether a process holds the lease now."""
    with database.read() as connection:
        return connection.scalar(select(Lease.holder).where(Lease.name == name, Lease.expires_at > at)) is not None
