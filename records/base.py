"""The base itself: opening it, reading it, writing it one transaction at a time."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from pathlib import Path
from types import ModuleType

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from records import postgresql, sqlite
from records.errors import BaseBusy, BaseUnavailable
from records.fitness import refuse_unfit
from records.wake import ring

LONG_WAIT_MS = 5000
CALL_WAIT_MS = 150
"""What a caller on the line can be made to wait for a locked base before his call goes on without it."""

_BUSY = "Another process is writing to the base for too long; try again in a moment."

ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}
"""What is particular to each, under the same names; everything else is the same for both."""


class Base:
    """An open base, to be shared by all threads of a process (never across a fork)."""

    def __init__(self, engine: Engine, wake: Path | None = None) -> None:
        self._engine, self._bell, self._wait_ms = engine, wake, LONG_WAIT_MS
        self._writer = threading.Lock()

    @property
    def url(self) -> URL:
        return self._engine.url

    @property
    def file(self) -> Path | None:
        """The SQLite file, None on a server."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    @contextmanager
    def read(self, wait_ms: int | None = None) -> Iterator[Connection]:
        """One consistent view of the base; writing through it is refused."""
        wait_ms = self._wait_ms if wait_ms is None else wait_ms
        with self._transaction(writing=False, wait_ms=wait_ms, durable=False) as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(self, wait_ms: int | None = None, durable: bool = True, *, wakes: bool = False) -> Iterator[Connection]:
        """One transaction, committed at the end and undone by an exception.

        `durable`: a commit survives a power cut (a promise to somebody); without it, only a crash of us (events).
        `wakes`: after the commit, whoever sleeps on the base (see `open_base`) is woken.
        Raises BaseBusy when another writer held the base for longer than `wait_ms` (without it, a few seconds),
        BaseUnavailable for other faults.
        """
        with (
            self._in_turn(self._wait_ms if wait_ms is None else wait_ms) as left_ms,
            self._transaction(writing=True, wait_ms=left_ms, durable=durable) as connection,
        ):
            yield connection
            connection.commit()
        if wakes and self._bell:
            ring(self._bell)

    def within(self, wait_ms: int) -> "Base":
        """The same base for whoever can wait so long at most, and not a few seconds."""
        impatient = copy(self)
        impatient._wait_ms = wait_ms
        return impatient

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _in_turn(self, wait_ms: int) -> Iterator[int]:
        """Where a base has one writer at a time and leaves it to chance who is next, our threads follow one another, so
        that none waits by bad luck. Gives what is left of the wait."""
        if not self._kind.ONE_WRITER:
            yield wait_ms
            return
        began = time.monotonic()
        if not self._writer.acquire(timeout=wait_ms / 1000):
            raise BaseBusy(_BUSY)
        try:
            yield max(0, wait_ms - round((time.monotonic() - began) * 1000))
        finally:
            self._writer.release()

    @contextmanager
    def _transaction(self, **manner: bool | int) -> Iterator[Connection]:
        with self._faults_in_words(), self._engine.connect() as connection:
            connection.execution_options(manner=manner)
            connection.begin()
            yield connection

    @contextmanager
    def _faults_in_words(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if isinstance(error, self._kind.OUR_MISTAKES):
                raise
            raise self._in_words(error) from error

    @property
    def _kind(self) -> ModuleType:
        return ENGINES[self._engine.dialect.name]

    def _in_words(self, error: DBAPIError) -> BaseBusy | BaseUnavailable:
        if self._kind.is_busy(error.orig):
            return BaseBusy(_BUSY)
        cause = " ".join(str(error.orig).split())
        return BaseUnavailable(f"The base cannot be used ({cause}); `standardiste doctor` says what to mend.")


def open_base(url: str, wake: Path | None = None) -> Base:
    """The base at `url`: "sqlite:///FILE", made where it is missing, for its owner alone; or a base that is there on a
    server, "postgresql://USER:PASSWORD@HOST/BASE", which is first connected to when it is read or written.

    `wake`: the bell of whoever acts on what changes here (records/wake.py).
    Its tables are those of `records.migrate.upgrade`. Raises BaseUnavailable.
    """
    try:
        if make_url(url).database in (None, "", ":memory:"):
            raise ArgumentError("no base is named")
        kind = ENGINES[make_url(url).get_backend_name()]
        # A wait for the pool would not heed wait_ms; parameters hold numbers, and an error text goes to the log.
        engine = create_engine(url, pool_size=16, max_overflow=-1, hide_parameters=True, **kind.OPTIONS)
    except (ArgumentError, NoSuchModuleError, ImportError, KeyError) as error:
        raise BaseUnavailable(
            f"The base's address cannot be used ({error}); give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/BASE."
        ) from error
    kind.prepare(engine)
    event.listen(engine, "begin", lambda begun: kind.begin(begun, **begun.get_execution_options()["manner"]))
    event.listen(engine, "before_cursor_execute", refuse_unfit)
    return Base(engine, wake)


def tried(connection: Connection) -> AbstractContextManager[object]:
    """For a statement that the base may refuse (IntegrityError) without the end of the transaction."""
    tried_there: AbstractContextManager[object] = ENGINES[connection.dialect.name].tried(connection)
    return tried_there


def take_turn(connection: Connection, what: str) -> None:
    """Whoever else takes a turn at `what` waits until this transaction is over.

    For what is read first and written then, where no row is there yet to be locked. Raises BaseBusy.
    """
    ENGINES[connection.dialect.name].take_turn(connection, what)
