"""What every table shares."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase

from records.moment import Moment


class Table(DeclarativeBase):
    # Named constraints: a later migration can change them on every engine.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Moment, str: Text, dict[str, Any]: JSON}


def one_only(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))
