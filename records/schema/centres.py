"""Calls that were handed over to overflow centres."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table


class Handoff(Table):
    """One call to one centre: it was dialled, and may have answered."""

    __tablename__ = "handoff"
    __table_args__ = (
        UniqueConstraint("reference", "centre"),
        Index("ix_handoff_centre_answered_at", "centre", "answered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(64))
    """Random; until version 0.2 that of the call, which the centres tried in turn shared."""
    call_ref: Mapped[str] = mapped_column(ForeignKey("call.ref"), index=True)
    centre: Mapped[str] = mapped_column(String(32))
    """The name of a centre of the plan; it stays when the plan drops the centre."""
    dialled_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
