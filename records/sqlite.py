"""What is particular to a base in a SQLite file."""

import os
import sqlite3
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DataError, DisconnectionError, IntegrityError, ProgrammingError
from sqlalchemy.pool import ConnectionPoolEntry

from records.errors import BaseUnavailable

OPTIONS: dict[str, Any] = {}
OUR_MISTAKES = (IntegrityError, DataError, ProgrammingError)
"""Faults of what was asked; all others are the base's."""
ONE_WRITER = True
FIRST_WAIT_MS = 5000
_PRAGMAS = "pragmas"


def prepare(engine: Engine) -> None:
    """Makes the file where there is none. Raises BaseUnavailable."""
    file = Path(engine.url.database or "")
    _make_file(file)
    event.listen(engine, "connect", _prepare_connection)
    _follow(engine, file)


def begin(connection: Connection, *, writing: bool, wait_ms: int, durable: bool) -> None:
    wanted = (
        f"busy_timeout = {wait_ms}",
        f"synchronous = {'FULL' if durable else 'NORMAL'}",
        f"query_only = {'OFF' if writing else 'ON'}",
    )
    in_force = connection.info.pop(_PRAGMAS, ())  # forgotten with the connection; each costs more than a look-up
    for pragma in wanted:
        if pragma not in in_force:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
    connection.info[_PRAGMAS] = wanted
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def is_busy(cause: BaseException | None) -> bool:
    """Whether another writer held the base for too long."""
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def tried(_connection: Connection) -> AbstractContextManager[object]:
    """A statement that is refused is undone alone (https://www.sqlite.org/lang_conflict.html, ABORT)."""
    return nullcontext()


def take_turn(connection: Connection, what: str) -> None:
    """Whoever writes has his turn already: SQLite lets one in at a time."""


def _make_file(file: Path) -> None:
    """SQLite gives its -wal and -shm files the same mode.

    A base that exists is not touched: closing any descriptor of it would drop the locks of whatever else this process
    has open on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file():
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise BaseUnavailable(
            f"The base {file} cannot be opened ({error.strerror}); mend its folder's rights."
        ) from error


def _follow(engine: Engine, file: Path) -> None:
    """A base that was removed or put back is another file: what is written to the old one nobody will ever read."""

    def refuse_missing(*_: object) -> None:
        if not file.exists():  # SQLite would make an empty one
            raise sqlite3.OperationalError(f"{file} is gone")

    def remember(_connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(file)

    def refuse_old(_connection: sqlite3.Connection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if record.info["file"] != _identity(file):
            raise DisconnectionError

    event.listen(engine, "do_connect", refuse_missing)
    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", refuse_old)


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _prepare_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin late and lose updates; we begin ourselves
    connection.execute(f"PRAGMA busy_timeout = {FIRST_WAIT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
