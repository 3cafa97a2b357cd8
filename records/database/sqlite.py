"""What is specific to SQLite."""

import os
import random
import sqlite3
import time
from collections.abc import Collection
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.pool import ConnectionPoolEntry

from records.errors import DatabaseUnavailable

OPTIONS: dict[str, Any] = {}
CALLER_ERRORS: tuple[type[DBAPIError], ...] = (IntegrityError, DataError, ProgrammingError)
"""Errors that the statement caused; every other error is a fault of the database."""
SINGLE_WRITER = True
FIRST_WAIT_MS = 5000
SCRUB_TIMEOUT_S, SCRUB_PIECE_BYTES = 60, 4_000_000
MAX_IMPATIENT_MS = 1000  # as IMPATIENT_MS in records/database/engine.py
IMPATIENT_PAUSE_S, PATIENT_PAUSE_S, MAX_PAUSE_S = 0.0005, 0.003, 0.02
_PRAGMAS = "pragmas"


def prepare(engine: Engine) -> None:
    """Creates the file when it is missing. Raises DatabaseUnavailable."""
    file = Path(engine.url.database or "")
    _make_file(file)
    event.listen(engine, "connect", _prepare_connection)
    _follow(engine, file)


def begin(connection: Connection, *, writing: bool, wait_ms: int, durable: bool) -> None:
    wanted = (
        # A writer waits by itself (`_begin_writing`).
        f"busy_timeout = {0 if writing else wait_ms}",
        f"synchronous = {'FULL' if durable else 'NORMAL'}",
        f"query_only = {'OFF' if writing else 'ON'}",
    )
    in_force = connection.info.pop(_PRAGMAS, ())  # lost with the connection; setting one costs more than this look-up
    for pragma in wanted:
        if pragma not in in_force:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
    connection.info[_PRAGMAS] = wanted
    if writing:
        _begin_writing(connection, wait_ms)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection, wait_ms: int) -> None:
    """Begins when no other process writes. Raises OperationalError (busy) after `wait_ms`.

    SQLite's own wait sleeps up to 100 ms between two looks (sqlite3.c, sqliteDefaultBusyCallback), so that a writer
    often misses its turn, and the longer it has waited, the more. A writer who may wait for a short time only, such as
    a call, looks more often than those who can wait, and so is the first to find the database free.
    """
    began = time.monotonic()
    pause_s = PATIENT_PAUSE_S if wait_ms > MAX_IMPATIENT_MS else IMPATIENT_PAUSE_S
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            waited_s = time.monotonic() - began
            if not is_busy(error.orig) or waited_s * 1000 >= wait_ms:
                raise
        # Nobody looks often while a backup or a stopped process holds the database for seconds.
        pause_s = max(pause_s, min(waited_s / 20, MAX_PAUSE_S))
        # Waits that are all alike would meet again and again.
        time.sleep(min(pause_s * random.uniform(0.5, 1.5), max(0.0, wait_ms / 1000 - waited_s)))


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
    connection.execute("PRAGMA secure_delete = FAST")  # what is deleted is overwritten where that costs no more writes


def scrub(file: Path, needles: Collection[bytes]) -> bool:
    """Removes what was deleted from the file and its -wal file: True when none of `needles` is left in them.

    Rows that were deleted leave copies in pages that are not full, so a file that still holds one is written anew
    (VACUUM). Other processes may use the database meanwhile; no connection of this process may (`_make_file`).
    Raises sqlite3.Error.
    """
    with closing(sqlite3.connect(file, timeout=SCRUB_TIMEOUT_S, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if not _holds(file, needles):
        return True
    with closing(sqlite3.connect(file, timeout=SCRUB_TIMEOUT_S, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return not _holds(file, needles)


def _holds(file: Path, needles: Collection[bytes]) -> bool:
    """Whether the file or its -wal file contains one of the needles."""
    return any(part.exists() and contains_any(part, needles) for part in (file, file.with_name(f"{file.name}-wal")))


def contains_any(file: Path, needles: Collection[bytes]) -> bool:
    """Whether a file contains one of the needles; it is read piece by piece."""
    longest, rest = max(map(len, needles), default=0), b""
    with file.open("rb") as reading:
        while piece := reading.read(SCRUB_PIECE_BYTES):
            text = rest + piece
            if any(needle in text for needle in needles):
                return True
            rest = text[-longest:]
    return False
