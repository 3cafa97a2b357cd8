"""How often somebody may try to log in: five failures in a quarter of an hour, for each account and each address."""

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Connection, delete, insert, select

from records.base import Base, take_turn
from records.callback_refs import digest
from records.errors import RecordsError
from records.schema import LoginTry as Tries
from routing.callback_limits import origin

MOST = 5
WINDOW = timedelta(minutes=15)
TURN = "login"


class TooManyTries(RecordsError):
    """`wait_s`: after so many seconds there is room for another one."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"Too many tries to log in; try again in {ceil(wait_s / 60)} min.")
        self.wait_s = wait_s


def begin(base: Base, email: str, address: str, *, at: datetime) -> int:
    """Counts one try, before it is known how it ends: tries at the same moment count as well. Raises TooManyTries.

    `address`: an IP address; those of one IPv6 customer count as one.
    """
    account, network = digest(email), origin(address).address
    with base.write(durable=False) as connection:
        take_turn(connection, TURN)
        connection.execute(delete(Tries).where(Tries.at <= at - WINDOW))
        for same in (Tries.account == account, Tries.address == network):
            newest = connection.execute(select(Tries.at).where(same).order_by(Tries.at.desc()).limit(MOST)).scalars()
            if len(counted := newest.all()) == MOST:
                raise TooManyTries(ceil((counted[-1] + WINDOW - at).total_seconds()))
        row = {"at": at, "account": account, "address": network}
        return connection.execute(insert(Tries).values(row).returning(Tries.id)).scalar_one()


def forgive(base: Base, try_id: int) -> None:
    """This one succeeded."""
    with base.write(durable=False) as connection:
        connection.execute(delete(Tries).where(Tries.id == try_id))


def forget(connection: Connection, email: str) -> None:
    """Whoever was kept out of this account may try again."""
    connection.execute(delete(Tries).where(Tries.account == digest(email)))
