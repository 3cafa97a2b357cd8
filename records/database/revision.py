"""The revision of the database: tells for the price of one short statement whether anything was committed."""

from collections.abc import Hashable
from itertools import count

from records.database.engine import Database

_CONNECTION = "revision: number of the connection"
_numbers = count()


def read_revision(database: Database) -> Hashable:
    """A value that equals the last one exactly if nothing was committed in between.

    Read it before the rows: a commit between the two then leads to one look too many, and never to one too few. The
    revision of SQLite is that of a connection, whose own commits it leaves out, so `database` must have one connection
    alone (`open_database(connections=1)`). What is written through it, such as a lease, makes no new revision there.
    Raises DatabaseBusy, DatabaseUnavailable.
    """
    if database.file is None:
        with database.read() as connection:
            # https://www.postgresql.org/docs/current/functions-info.html: which transactions are visible
            return str(connection.exec_driver_sql("SELECT pg_current_snapshot()").scalar_one())
    # https://www.sqlite.org/pragma.html#pragma_data_version; a transaction around it would cost ten times as much
    with database.driver_connection() as driver:
        (version,) = driver.cursor().execute("PRAGMA data_version").fetchone()
        return driver.info.setdefault(_CONNECTION, next(_numbers)), version
