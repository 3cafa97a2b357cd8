"""Searches of the inbox that users keep."""

from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table


class InboxView(Table):
    """A search of the inbox that a user keeps for themself, under a name."""

    __tablename__ = "inbox_view"
    __table_args__ = (UniqueConstraint("user_id", "name"), LASTING_NUMBERS)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("console_user.id"))
    place: Mapped[int]
    """Its place among the user's views; the least comes first."""
    name: Mapped[str] = mapped_column(String(40))
    search: Mapped[dict[str, Any]]
    """The fields of the search, as the address of the page has them."""
