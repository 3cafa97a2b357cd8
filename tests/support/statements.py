"""Counts the statements that a database executes."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from records.database.engine import Database


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """The statements that are executed during the block, as they come."""
    statements: list[str] = []

    def record(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database._engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(database._engine, "before_cursor_execute", record)
