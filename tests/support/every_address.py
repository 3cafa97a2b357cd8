"""Every address of an application, with the numbers and references that stand in a database, and what it answers."""

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape

from sqlalchemy import select

from records.database.engine import Database
from records.schema import Callback, Inquiry

_OF_FLASK = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>")
_OF_OPENAPI = re.compile(r"{(\w+)}")
NUMBERS = ("1", "2", "3", "4")


def fill_addresses(database: Database, rule: str) -> Iterator[str]:
    """The addresses of a rule of Flask or a path of OpenAPI: with small numbers, and with each reference there is."""
    with database.read() as connection:
        refs = [*connection.scalars(select(Callback.ref).union(select(Inquiry.ref)))]
    argument = _OF_OPENAPI if "{" in rule else _OF_FLASK
    kinds = argument.findall(rule)
    values = [NUMBERS if kind in ("int", "id") else ("1.1", "main", "daily", *refs) for kind in kinds]
    for turn in range(max(map(len, values), default=1)):
        filled = iter(each[(turn + place) % len(each)] for place, each in enumerate(values))
        yield argument.sub(lambda _: next(filled), rule)  # noqa: B023


def read_document(document: bytes) -> str:
    """The text of a page or a file; of an archive, which a workbook is too, that of everything in it."""
    if document.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            document = b"".join(archive.read(name) for name in archive.namelist())
    return unescape(document.decode("utf-8", "replace"))
