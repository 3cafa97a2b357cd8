"""Refuses values that no database can store, before a statement reaches the engine."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from records.errors import NotFound, UnstorableText

MAX_INTEGER = 2**63 - 1


def reject_unstorable(
    _connection: Connection, _cursor: object, _statement: str, parameters: Any, _context: object, many: bool
) -> None:
    """Raises UnstorableText or NotFound for a value that cannot be stored.

    UnstorableText: a NUL character, which PostgreSQL refuses, or half a surrogate pair, which is not UTF-8.
    NotFound: a number beyond the range of a row's id.
    """
    # An insert of many rows that returns their ids has the values of all of them as one row.
    for row in parameters if many and isinstance(parameters, list) else (parameters,):
        _check(row.values() if isinstance(row, dict) else row)


def is_storable(text: str) -> bool:
    """Whether every database can store it."""
    return "\0" not in text and (text.isascii() or _is_utf8(text))


def _check(values: Iterable[object]) -> None:
    for value in values:
        if isinstance(value, str):
            if not is_storable(value):
                raise UnstorableText("A text holds a character that cannot be stored; type it again.")
        elif isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise NotFound("No row has so large a number.")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
