"""What no base can keep is refused before it reaches one: by either engine alike, and with a sentence."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from records.errors import NotFound, TextRefused

LARGEST = 2**63 - 1


def refuse_unfit(
    _connection: Connection, _cursor: object, _statement: str, parameters: Any, _context: object, many: bool
) -> None:
    """Raises TextRefused for a NUL character (which PostgreSQL refuses) or half a surrogate pair (which is no UTF-8),
    NotFound for a number that no row can have."""
    for row in parameters if many else (parameters,):
        _check(row.values() if isinstance(row, dict) else row)


def _check(values: Iterable[object]) -> None:
    for value in values:
        if isinstance(value, str):
            if "\0" in value or not (value.isascii() or _is_utf8(value)):
                raise TextRefused("A text holds a character that cannot be kept; type it again.")
        elif isinstance(value, int) and abs(value) > LARGEST:
            raise NotFound("No row has so large a number.")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
