"""Screens that show the wall board without a login."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table


class BoardScreen(Table):
    """A screen on a wall. Its link works once, and gives the screen a cookie that opens the board and nothing else."""

    __tablename__ = "board_screen"
    __table_args__ = (LASTING_NUMBERS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(60))
    by: Mapped[str]
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    cookie_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """None until the link was opened."""
    opened_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
