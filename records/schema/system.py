"""State of the installation: manual overrides, holds, leases and log cursors."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table, partial_unique_index


class Override(Table):
    """A decision for all numbers, made by hand, until somebody revokes it."""

    __tablename__ = "override"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    active: Mapped[bool]
    by: Mapped[str]
    since: Mapped[datetime]
    note: Mapped[str]


class Hold(Table):
    """An interval in which no callback is made; `ends_at` None: it lasts."""

    __tablename__ = "hold"
    __table_args__ = (partial_unique_index("one_open_hold", "ends_at IS NULL", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None] = mapped_column(index=True)


class Lease(Table):
    """The one process that may do something, and until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str]
    expires_at: Mapped[datetime]


class LogCursor(Table):
    """How far a log outside the database has been read into it."""

    __tablename__ = "log_cursor"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
