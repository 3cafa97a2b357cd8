"""Calls that agents hand over."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table


class Transfer(Table):
    """An agent handed a caller over, or asked to. What became of it is told by the events of the call."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("to_kind IN ('person', 'level', 'centre')", "to_kind"),
        CheckConstraint("(to_kind = 'person') = (to_agent_id IS NOT NULL)", "to_agent"),
        CheckConstraint("(to_kind = 'level') = (to_level IS NOT NULL)", "to_level"),
        CheckConstraint("step IN ('leave', 'back', 'join')", "step"),
        Index("ix_transfer_asked_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_ref: Mapped[str] = mapped_column(ForeignKey("call.ref"), index=True)
    from_agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    to_kind: Mapped[str] = mapped_column(String(16))
    to_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    to_level: Mapped[int | None]
    note: Mapped[str | None]
    """For whoever takes the call; it goes with the data of the caller."""
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """When Asterisk was asked for it; written before that."""
    failed_at: Mapped[datetime | None]
    """When it turned out that the talk was over, or that Asterisk refused."""
    speaks_first: Mapped[bool] = mapped_column(server_default=false())
    """The agent speaks with the receiver while the caller hears music, and then says how it goes on."""
    step: Mapped[str | None] = mapped_column(String(16))
    """What the agent wants next (`Step` of records/transfers/consultations); None once Asterisk was asked for it."""
    step_asked_at: Mapped[datetime | None]
