"""State of the installation: manual overrides, holds, leases and log cursors."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table, partial_unique_index


class Override(Table):
    """A decision made by hand, for one public number or, where `number` is "", for all."""

    __tablename__ = "override"
    __table_args__ = (partial_unique_index("one_open_override", "ended_at IS NULL", "name", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(16))
    by: Mapped[str]
    since: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """When it ends by itself."""
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    """When somebody ended it, or replaced it by another one."""
    note: Mapped[str]
    words: Mapped[str]
    """The prompt key of what callers hear; "" for the usual sentence."""
    sentences: Mapped[dict[str, Any]]
    """Texts by language, by prompt key: the prompts that were prepared for it."""


class Hold(Table):
    """An interval in which no callback is made; `ends_at` None: it lasts, and nobody knows how long.

    `number`: the public number that makes none; "": all of them.
    """

    __tablename__ = "hold"
    __table_args__ = (partial_unique_index("one_open_hold", "ends_at IS NULL", "name", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(16))
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
