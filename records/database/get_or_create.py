"""Gets or creates a row; simultaneous transactions get the same one."""

from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy import Connection, Select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningInsert

from records.database.engine import savepoint

T = TypeVar("T")
MAX_ATTEMPTS = 3
"""A conflicting row may be deleted again before it is read; so the statements are repeated this often."""


def get_or_create(
    connection: Connection, existing: Select[T], new: ReturningInsert[T], values: Mapping[str, object] | None = None
) -> T:
    """The one value that `known` selects; without such a row, `new` inserts it and returns the same value.

    `values`: the parameters of both statements, by name.
    """
    return get_or_create_new(connection, existing, new, values)[0]


def get_or_create_new(
    connection: Connection, existing: Select[T], new: ReturningInsert[T], values: Mapping[str, object] | None = None
) -> tuple[T, bool]:
    """Like `get_or_create`, and whether this transaction inserted the row: no other row can refer to it yet.

    Select, insert, select again: on both engines an insert that does nothing on a conflict returns no row.
    """
    for _ in range(MAX_ATTEMPTS):
        if (found := connection.scalar(existing, values)) is not None:
            return found, False
        try:
            with savepoint(connection):
                return connection.execute(new, values).scalar_one(), True
        except (
            IntegrityError
        ) as error:  # another transaction inserted it first (PostgreSQL; SQLite admits one writer at a time)
            refused = error
    raise refused  # the row itself was refused
