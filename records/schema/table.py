"""What all tables share."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase

from records.database.utc_datetime import UtcDateTime


class Table(DeclarativeBase):
    # Named constraints, so that a later migration can change them on every engine.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcDateTime, str: Text, dict[str, Any]: JSON}


def partial_index(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def partial_unique_index(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


LASTING_NUMBERS = {"sqlite_autoincrement": True}
"""For the arguments of a table whose rows are deleted and whose numbers people and programs may remember: the number of
a deleted row is never given to another one. PostgreSQL does that for every table, SQLite only if told so."""
