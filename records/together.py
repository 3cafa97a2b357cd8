"""Several writes that count as one: committed together, or none of them."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection

from records.base import Base
from records.wake import ring


class _Part(Base):
    """Its transactions are parts of one that is under way."""

    def __init__(self, connection: Connection, all_or_none: bool) -> None:
        super().__init__(connection.engine)
        self._connection, self._all_or_none, self.wakes = connection, all_or_none, False

    @contextmanager
    def read(self, wait_ms: int | None = None) -> Iterator[Connection]:
        with self._faults_in_words():
            yield self._connection

    @contextmanager
    def write(self, wait_ms: int | None = None, durable: bool = True, *, wakes: bool = False) -> Iterator[Connection]:
        with self._faults_in_words(), nullcontext() if self._all_or_none else self._connection.begin_nested():
            yield self._connection
        self.wakes |= wakes


@contextmanager
def together(
    base: Base, wait_ms: int | None = None, durable: bool = True, *, all_or_none: bool = False
) -> Iterator[Base]:
    """A base for this block: what is written through it is one transaction, committed at the end of the block.

    A write that fails is undone alone, unless its exception leaves the block. `all_or_none`: it always does, which
    spares each write a savepoint. Raises as Base.write does; whoever sleeps on the base is woken after the commit.
    """
    with base.write(wait_ms, durable) as connection:
        part = _Part(connection, all_or_none)
        yield part
    if part.wakes and base._bell:
        ring(base._bell)
