"""The database: opening it, reading it, and writing it one transaction at a time."""

import hmac
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from copy import copy
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from records.database import postgresql, sqlite
from records.database.storable import reject_unstorable
from records.database.wake import wake
from records.errors import DatabaseBusy, DatabaseUnavailable

DEFAULT_WAIT_MS = 5000
CALL_WAIT_MS = 150
"""The longest wait for a locked database during a call; after it the call goes on without the database."""
IMPATIENT_MS = 1000
"""A writer that may wait no longer than this has somebody waiting for it: a caller, or a visitor of a website."""
LET_OTHERS_S = 0.003
"""A writer without anybody waiting pauses so long between two transactions, or no other process would get a turn."""

_BUSY = "Another process is writing to the database for too long; try again in a moment."


class Backend(Protocol):
    """What differs between SQLite and PostgreSQL. The modules `sqlite` and `postgresql` implement it."""

    OPTIONS: dict[str, Any]
    """Arguments of `create_engine`."""
    CALLER_ERRORS: tuple[type[DBAPIError], ...]
    """Errors that the statement caused; every other error is a fault of the database."""
    SINGLE_WRITER: bool
    """Whether the database admits one writer at a time, in random order."""

    def prepare(self, engine: Engine, /) -> None:
        """Called once for each new engine. Raises DatabaseUnavailable."""

    def begin(self, connection: Connection, /, *, writing: bool, wait_ms: int, durable: bool) -> None:
        """Begins a transaction."""

    def is_busy(self, cause: BaseException | None, /) -> bool:
        """Whether `cause`, the driver's error, means that another transaction held a lock for too long."""

    def savepoint(self, connection: Connection, /) -> AbstractContextManager[object]:
        """See `savepoint` below."""

    def acquire_lock(self, connection: Connection, /, name: str) -> None:
        """See `acquire_lock` below."""


BACKENDS: dict[str, Backend] = {"sqlite": sqlite, "postgresql": postgresql}


class _Turns:
    """The turns of the writers of this process: one at a time, and when the last one ended (monotonic)."""

    def __init__(self) -> None:
        self.lock, self.ended_at = threading.Lock(), float("-inf")


class Database:
    """An open database. All threads of a process may share it; it must not cross a fork."""

    def __init__(self, engine: Engine, wake_socket: Path | None = None, commit_socket: Path | None = None) -> None:
        self._engine, self._wait_ms = engine, DEFAULT_WAIT_MS
        self._wake_socket, self._commit_socket = wake_socket, commit_socket
        self._turns = _Turns()

    @property
    def url(self) -> URL:
        return self._engine.url

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on a server."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    @contextmanager
    def read(self, wait_ms: int | None = None) -> Iterator[Connection]:
        """One consistent view of the database. Writing through it is refused."""
        wait_ms = self._wait_ms if wait_ms is None else wait_ms
        with self._transaction(writing=False, wait_ms=wait_ms, durable=False) as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(self, wait_ms: int | None = None, durable: bool = True, *, notify: bool = False) -> Iterator[Connection]:
        """One transaction, committed at the end of the block and rolled back by an exception.

        `durable`: the commit survives a power cut. Without it the commit survives a crash of the process alone.
        `notify`: after the commit, `notify()` is called.
        Raises DatabaseBusy when another writer holds the database for longer than `wait_ms` (by default
        DEFAULT_WAIT_MS), DatabaseUnavailable for other faults.
        """
        with (
            self._in_turn(self._wait_ms if wait_ms is None else wait_ms) as left_ms,
            self._transaction(writing=True, wait_ms=left_ms, durable=durable) as connection,
        ):
            yield connection
            connection.commit()
        if self._commit_socket:
            wake(self._commit_socket)
        if notify:
            self.notify()

    @contextmanager
    def driver_connection(self) -> Iterator[PoolProxiedConnection]:
        """The driver's own connection, for a question that is asked all the time and needs no transaction."""
        try:
            with closing(self._engine.raw_connection()) as connection:
                yield connection
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise DatabaseUnavailable(_unusable_text(error)) from error

    def notify(self) -> None:
        """Wakes the process that waits for changes, if `open_database` was given its socket."""
        if self._wake_socket:
            wake(self._wake_socket)

    def with_timeout(self, wait_ms: int) -> "Database":
        """The same database, for callers that can wait no longer than `wait_ms`."""
        impatient = copy(self)
        impatient._wait_ms = wait_ms
        return impatient

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _in_turn(self, wait_ms: int) -> Iterator[int]:
        """Queues the writers of this process where the database itself would choose among them at random.

        Other processes get a turn between two transactions of one that has nobody waiting for it.

        Yields what is left of the wait.
        """
        if not self._backend.SINGLE_WRITER:
            yield wait_ms
            return
        began = time.monotonic()
        if not self._turns.lock.acquire(timeout=wait_ms / 1000):
            raise DatabaseBusy(_BUSY)
        try:
            if wait_ms > IMPATIENT_MS and time.monotonic() - self._turns.ended_at < LET_OTHERS_S:
                time.sleep(LET_OTHERS_S)
            yield max(0, wait_ms - round((time.monotonic() - began) * 1000))
        finally:
            self._turns.ended_at = time.monotonic()
            self._turns.lock.release()

    @contextmanager
    def _transaction(self, **options: bool | int) -> Iterator[Connection]:
        with self._translated_errors(), self._engine.connect() as connection:
            connection.execution_options(transaction_options=options)
            connection.begin()
            yield connection

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Turns the driver's errors into DatabaseBusy or DatabaseUnavailable."""
        try:
            yield
        except DBAPIError as error:
            if isinstance(error, self._backend.CALLER_ERRORS):
                raise
            raise self._translate(error) from error

    @property
    def _backend(self) -> Backend:
        return BACKENDS[self._engine.dialect.name]

    def _translate(self, error: DBAPIError) -> DatabaseBusy | DatabaseUnavailable:
        if self._backend.is_busy(error.orig):
            return DatabaseBusy(_BUSY)
        return DatabaseUnavailable(_unusable_text(error.orig))


def _unusable_text(error: BaseException | None) -> str:
    cause = " ".join(str(error).split())
    return f"The database cannot be used ({cause}); `standardiste doctor` says what to repair."


def open_database(
    url: str,
    wake_socket: Path | None = None,
    *,
    commit_socket: Path | None = None,
    number_key: bytes = b"",
    connections: int | None = None,
) -> Database:
    """The database at `url`.

    "sqlite:///FILE" is created when it is missing, readable by its owner alone. "postgresql://USER:PASSWORD@HOST/NAME"
    must exist; the first connection is made by the first transaction. `records.database.migrate.upgrade` creates the
    tables. `wake_socket`: the socket of the process that acts on changes (records/database/wake.py). `commit_socket`:
    that of a process that is woken by every commit. `number_key`: the key of hashed telephone numbers (`hash_number`),
    which is not in the database.
    `connections`: the most that are open at once, by default as many as are asked for.
    Raises DatabaseUnavailable.
    """
    overflow = -1 if connections is None else 0
    try:
        if make_url(url).database in (None, "", ":memory:"):
            raise ArgumentError("no database is named")
        backend = BACKENDS[make_url(url).get_backend_name()]
        engine = create_engine(
            url,
            pool_size=connections or 16,
            max_overflow=overflow,  # a wait for the pool would not heed wait_ms
            pool_use_lifo=True,  # the connection that was used last knows its statements and has its pages in memory
            hide_parameters=True,  # they hold numbers, and an error's text goes to the log
            **backend.OPTIONS,
        )
        engine.update_execution_options(number_key=number_key)
    except (ArgumentError, NoSuchModuleError, ImportError, KeyError) as error:
        raise DatabaseUnavailable(
            f"The database address cannot be used ({error}); "
            "give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE."
        ) from error
    backend.prepare(engine)

    def begin(connection: Connection) -> None:
        backend.begin(connection, **connection.get_execution_options()["transaction_options"])

    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", reject_unstorable)
    return Database(engine, wake_socket, commit_socket)


def savepoint(connection: Connection) -> AbstractContextManager[object]:
    """A block whose statement may be refused (IntegrityError) without the end of the transaction."""
    return BACKENDS[connection.dialect.name].savepoint(connection)


def acquire_lock(connection: Connection, name: str) -> None:
    """Holds the lock `name` until the end of the transaction; other transactions that ask for it wait.

    It protects a decision on rows that do not exist yet and so cannot be locked. Raises DatabaseBusy.
    """
    BACKENDS[connection.dialect.name].acquire_lock(connection, name)


def hash_number(connection: Connection, e164: str) -> str:
    """The keyed hash of a number: who has the database without the key cannot try all numbers."""
    key: bytes = connection.get_execution_options().get("number_key", b"")
    return hmac.digest(key, e164.encode(), "sha256").hex()
