"""The first run: what an administrator has put off or put away, and the test calls that they asked for."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table


class FirstStep(Table):
    """A step that somebody put off, or took from the list. Whether it is done is seen elsewhere, in what is true."""

    __tablename__ = "first_step"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    later_at: Mapped[datetime | None]
    put_away_at: Mapped[datetime | None]
    by: Mapped[str]


class TrialCall(Table):
    """A call to one of our own numbers that a user asked for, to hear what callers hear."""

    __tablename__ = "trial_call"
    __table_args__ = (Index("ix_trial_call_asked_at", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16))
    """The public number that is dialled (E.164)."""
    key: Mapped[str] = mapped_column(String(1))
    """The key that the caller presses after the menu; "": they hang up then."""
    asked_by: Mapped[int] = mapped_column(ForeignKey("console_user.id"))
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """When the caller was started; written before that."""
    ended_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(String(16))
    heard: Mapped[str]
    """What the caller's telephone recognized, as JSON: the keys of the prompts, in order."""
