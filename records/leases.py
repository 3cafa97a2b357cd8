"""Leases: what only one process may do at a time, and another takes over when the first has died."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from records.base import Base
from records.once import found_or_made
from records.schema import Lease

WAIT_MS = 500
"""What a renewal waits for a locked base: much less than a lease lasts."""


def take(
    base: Base, name: str, holder: str, *, at: datetime, lasts: timedelta, abandoned: datetime | None = None
) -> bool:
    """True: `holder` alone has the lease until `at + lasts`, unless renewed by calling this again.

    False: another holder's has not run out; one that runs out at `abandoned` is taken all the same.
    Raises BaseBusy, BaseUnavailable.
    """
    with base.write(WAIT_MS, durable=False) as connection:
        held = select(Lease.holder).where(Lease.name == name)
        new = insert(Lease).values(name=name, holder=holder, expires_at=at + lasts).returning(Lease.holder)
        found_or_made(connection, held.with_for_update(), new)
        over = (Lease.expires_at <= at) | (Lease.expires_at == abandoned)
        free = (Lease.name == name) & ((Lease.holder == holder) | over)
        taken = connection.execute(update(Lease).where(free).values(holder=holder, expires_at=at + lasts))
        return taken.rowcount == 1


def give_back(base: Base, name: str, holder: str) -> None:
    """Another may take it now; nothing happens to a lease that somebody else holds."""
    with base.write(WAIT_MS, durable=False) as connection:
        connection.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def runs_out(base: Base, name: str) -> datetime | None:
    """When the lease runs out, by the clock of whoever holds it."""
    with base.read() as connection:
        return connection.scalar(select(Lease.expires_at).where(Lease.name == name))


def is_held(base: Base, name: str, at: datetime) -> bool:
    """Whether somebody holds the lease now."""
    with base.read() as connection:
        return connection.scalar(select(Lease.holder).where(Lease.name == name, Lease.expires_at > at)) is not None
