"""Several writes that count as one: committed together, or none of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from records.base import Base
from records.wake import ring


class _Part(Base):
    """Its transactions are parts of one that is under way."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.engine)
        self._connection, self.wakes = connection, False

    @contextmanager
    def read(self, wait_ms: int | None = None) -> Iterator[Connection]:
        with self._faults_in_words():
            yield self._connection

    @contextmanager
    def write(self, wait_ms: int | None = None, durable: bool = True, *, wakes: bool = False) -> Iterator[Connection]:
        with self._faults_in_words(), self._connection.begin_nested():
            yield self._connection
        self.wakes |= wakes


@contextmanager
def together(base: Base, wait_ms: int | None = None, durable: bool = True) -> Iterator[Base]:
    """A base for this block: what is written through it is one transaction, committed at the end of the block.

    A write that fails is undone alone, unless its exception leaves the block. Raises as Base.write does; whoever sleeps
    on the base is woken after the commit.
    """
    with base.write(wait_ms, durable) as connection:
        part = _Part(connection)
        yield part
    if part.wakes and base._bell:
        ring(base._bell)
