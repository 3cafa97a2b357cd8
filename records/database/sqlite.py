"""What is specific to SQLite."""

import os
import sqlite3
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, IntegrityError, ProgrammingError
from sqlalchemy.pool import ConnectionPoolEntry

from records.errors import DatabaseUnavailable

OPTIONS: dict[str, Any] = {}
CALLER_ERRORS: tuple[type[DBAPIError], ...] = (IntegrityError, DataError, ProgrammingError)
"""Errors that the statement caused; every other error is a fault of the database."""
SINGLE_WRITER = True
FIRST_WAIT_MS = 5000
_PRAGMAS = "pragmas"


def prepare(engine: Engine) -> None:
    """Creates the file when it is missing. Raises DatabaseUnavailable."""
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
    in_force = connection.info.pop(_PRAGMAS, ())  # lost with the connection; setting one costs more than this look-up
    for pragma in wanted:
        if pragma not in in_force:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
    connection.info[_PRAGMAS] = wanted
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def is_busy(cause: BaseException | None) -> bool:
    """Whether another writer held the database for too long."""
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def savepoint(_connection: Connection) -> AbstractContextManager[object]:
    """SQLite undoes a refused statement alone (https://www.sqlite.org/lang_conflict.html, ABORT)."""
    return nullcontext()


def acquire_lock(connection: Connection, name: str) -> None:
    """Does nothing: SQLite admits one writer at a time."""


def _make_file(file: Path) -> None:
    """Creates the file for its owner alone; SQLite gives its -wal and -shm files the same mode.

    A file that exists is not opened: closing any descriptor of it would drop the locks of every connection of this
    process (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file():
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise DatabaseUnavailable(
            f"The database {file} cannot be opened ({error.strerror}); correct the permissions of its folder."
        ) from error


def _follow(engine: Engine, file: Path) -> None:
    """Drops connections to a file that was deleted or replaced: nobody would read what they write."""

    def refuse_missing(*_: object) -> None:
        if not file.exists():  # SQLite would create an empty file
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
    connection.isolation_level = None  # the driver would begin late and lose updates; `begin` does it
    connection.execute(f"PRAGMA busy_timeout = {FIRST_WAIT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
