"""One row for one thing, whoever else makes it at the same moment."""

from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy import Connection, Select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningInsert

from records.base import tried

T = TypeVar("T")
CHANCES = 3
"""The row that was in the way may be gone again when it is looked for."""


def found_or_made(
    connection: Connection, known: Select[T], new: ReturningInsert[T], values: Mapping[str, object] | None = None
) -> T:
    """The one value that `known` selects; when there is none, `new` makes the row and returns the same value.

    `values`: what either statement leaves open, by name.
    """
    return found_or_new(connection, known, new, values)[0]


def found_or_new(
    connection: Connection, known: Select[T], new: ReturningInsert[T], values: Mapping[str, object] | None = None
) -> tuple[T, bool]:
    """As `found_or_made`, and whether this very transaction made the row: then nothing can refer to it yet.

    Select, insert, select again: an insert that does nothing on a conflict returns no row on either engine.
    """
    for _ in range(CHANCES):
        if (found := connection.scalar(known, values)) is not None:
            return found, False
        try:
            with tried(connection):
                return connection.execute(new, values).scalar_one(), True
        except IntegrityError as error:  # another writer was quicker (PostgreSQL; SQLite lets one in at a time)
            refused = error
    raise refused  # the row itself is
