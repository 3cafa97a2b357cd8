"""One row for one thing, whoever else makes it at the same moment."""

from typing import TypeVar

from sqlalchemy import Connection, Select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningInsert

T = TypeVar("T")


def found_or_made(connection: Connection, known: Select[T], new: ReturningInsert[T]) -> T:
    """The one value that `known` selects; when there is none, `new` makes the row and returns the same value.

    Select, insert, select again: an insert that does nothing on a conflict returns no row on either engine.
    """
    if (found := connection.scalar(known)) is not None:
        return found
    try:
        with connection.begin_nested():
            return connection.execute(new).scalar_one()
    except IntegrityError:
        if (found := connection.scalar(known)) is None:
            raise  # the row itself was refused
        return found  # another writer was quicker (PostgreSQL; SQLite lets one in at a time)
