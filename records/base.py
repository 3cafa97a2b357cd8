"""The base itself: opening it, reading it, writing it one transaction at a time."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError, ProgrammingError

from records.errors import BaseBusy, BaseUnavailable
from records.wake import ring

LONG_WAIT_MS = 5000
CALL_WAIT_MS = 150
"""What a caller on the line can be made to wait for a locked base before his call goes on without it."""

LOCK_NOT_AVAILABLE = "55P03"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
OUR_MISTAKES = (IntegrityError, ProgrammingError, DataError)


class Base:
    """An open base, to be shared by all threads of a process (never across a fork)."""

    def __init__(self, engine: Engine, wake: Path | None = None) -> None:
        self._engine, self._bell = engine, wake

    @property
    def url(self) -> URL:
        return self._engine.url

    @property
    def file(self) -> Path | None:
        """The SQLite file, None on a server."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    @contextmanager
    def read(self, wait_ms: int = LONG_WAIT_MS) -> Iterator[Connection]:
        """One consistent view of the base; writing through it is refused."""
        with self._transaction(writing=False, wait_ms=wait_ms, durable=False) as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(self, wait_ms: int = LONG_WAIT_MS, durable: bool = True, *, wakes: bool = False) -> Iterator[Connection]:
        """One transaction, committed at the end and undone by an exception.

        `durable`: a commit survives a power cut (a promise to somebody); without it, only a crash of us (events).
        `wakes`: after the commit, whoever sleeps on the base (see `open_base`) is woken.
        Raises BaseBusy when another writer held the base for longer than `wait_ms`, BaseUnavailable for other faults.
        """
        with self._transaction(writing=True, wait_ms=wait_ms, durable=durable) as connection:
            yield connection
            connection.commit()
        if wakes and self._bell:
            ring(self._bell)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self, **manner: bool | int) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                connection.execution_options(**manner)
                connection.begin()
                yield connection
        except OUR_MISTAKES:
            raise
        except DBAPIError as error:
            raise _in_words(error) from error


def open_base(url: str, wake: Path | None = None) -> Base:
    """The base at `url`, such as "sqlite:///var/standardiste.db"; a missing SQLite file is made, for its owner alone.

    `wake`: the bell of whoever acts on what changes here (records/wake.py).
    Its tables are those of `records.migrate.upgrade`. Raises BaseUnavailable.
    """
    try:
        if make_url(url).database in (None, "", ":memory:"):
            raise ArgumentError("no file is named")
        # A wait for the pool would not heed wait_ms; parameters hold numbers, and an error text goes to the log.
        engine = create_engine(url, pool_size=16, max_overflow=-1, hide_parameters=True)
        start = {"sqlite": _begin_sqlite, "postgresql": _begin_postgresql}[engine.dialect.name]
    except (ArgumentError, NoSuchModuleError, ImportError, KeyError) as error:
        raise BaseUnavailable(f"The base's address cannot be used ({error}); give sqlite:///FILE.") from error
    if engine.dialect.name == "sqlite":
        _make_file(Path(engine.url.database or ""))
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", start)
    return Base(engine, wake)


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


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin late and lose updates; we begin ourselves
    connection.execute(f"PRAGMA busy_timeout = {LONG_WAIT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    manner = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(manner['wait_ms'])}")
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if manner['durable'] else 'NORMAL'}")
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if manner['writing'] else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if manner["writing"] else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    manner = connection.get_execution_options()
    if not manner["writing"]:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(manner['wait_ms'])}")
    connection.exec_driver_sql(f"SET LOCAL synchronous_commit = {'on' if manner['durable'] else 'off'}")


def _in_words(error: DBAPIError) -> BaseBusy | BaseUnavailable:
    cause = error.orig
    busy_in_sqlite = getattr(cause, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    if busy_in_sqlite or getattr(cause, "sqlstate", None) == LOCK_NOT_AVAILABLE:
        return BaseBusy("Another process is writing to the base for too long; try again in a moment.")
    return BaseUnavailable(f"The base cannot be used ({cause}); `standardiste doctor` says what to mend.")
