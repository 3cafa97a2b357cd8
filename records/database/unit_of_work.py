"""Several reads or writes in one transaction: of one moment, and committed all or none."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection

from records.database.engine import Database


class _NestedDatabase(Database):
    """A database whose transactions are parts of the one under way on `connection`."""

    def __init__(self, connection: Connection, atomic: bool) -> None:
        super().__init__(connection.engine)
        self._connection, self._atomic, self.notify_after_commit = connection, atomic, False

    @contextmanager
    def read(self, wait_ms: int | None = None) -> Iterator[Connection]:
        with self._translated_errors():
            yield self._connection

    @contextmanager
    def write(self, wait_ms: int | None = None, durable: bool = True, *, notify: bool = False) -> Iterator[Connection]:
        with self._translated_errors(), nullcontext() if self._atomic else self._connection.begin_nested():
            yield self._connection
        self.notify_after_commit |= notify


@contextmanager
def one_view(database: Database) -> Iterator[Database]:
    """A database for this block, in which all that is read is of one moment, in one transaction.

    Writing through it is refused. Raises as Database.read does.
    """
    with database.read() as connection:
        yield _NestedDatabase(connection, atomic=True)


@contextmanager
def unit_of_work(
    database: Database, wait_ms: int | None = None, durable: bool = True, *, atomic: bool = False
) -> Iterator[Database]:
    """A database for this block: what is written through it is one transaction, committed at the end of the block.

    A write that fails is undone alone, unless its exception leaves the block. `atomic`: a failed write always undoes
    the whole block, which saves one savepoint for each write. Raises as Database.write does. The process that waits
    for changes is woken after the commit.
    """
    with database.write(wait_ms, durable) as connection:
        part = _NestedDatabase(connection, atomic)
        yield part
    if part.notify_after_commit:
        database.notify()
