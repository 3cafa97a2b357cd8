"""What staff do by telephone."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table


class PhonePin(Table):
    """By what an account's person is known on the telephone. `wrong`: how many tries in a row were; six lock it."""

    __tablename__ = "phone_pin"
    __table_args__ = (CheckConstraint("wrong BETWEEN 0 AND 6", "wrong"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    hash: Mapped[str]
    chosen_at: Mapped[datetime]
    wrong: Mapped[int]


class DeskRing(Table):
    """Somebody wants to be rung: to record the message of a slot, or to hear a part of a draft."""

    __tablename__ = "desk_ring"
    __table_args__ = (
        CheckConstraint("(draft_id IS NULL) = (from_s IS NULL) AND (draft_id IS NULL) = (until_s IS NULL)", "part"),
        CheckConstraint("rung_at IS NULL OR taken_at IS NOT NULL", "taken_before"),
        Index("ix_desk_ring_taken_at_asked_at", "taken_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    slot: Mapped[str] = mapped_column(String(64))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("message_draft.id"))
    from_s: Mapped[float | None]
    until_s: Mapped[float | None]
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """Before Asterisk hears of it."""
    rung_at: Mapped[datetime | None]
    """Before Asterisk learns where."""
