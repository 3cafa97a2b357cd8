"""Messages on their way to the air, and the times in which none may be heard."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table


class MessageDraft(Table):
    """A sound not yet on air, as it stands: what is kept of it, who may hear it as what, and where it has come to."""

    __tablename__ = "message_draft"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'waiting', 'published', 'discarded')", "state"),
        CheckConstraint("from_s >= 0 AND until_s > from_s", "cut"),
        CheckConstraint("(state = 'published') = (version_id IS NOT NULL)", "published_as_version"),
        Index("ix_message_draft_state_slot", "state", "slot"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(String(64))
    sound: Mapped[str] = mapped_column(String(64))
    original_name: Mapped[str]
    media_type: Mapped[str]
    seconds: Mapped[float]
    level_dbfs: Mapped[float]
    loudness: Mapped[str] = mapped_column(String(16))
    from_s: Mapped[float]
    until_s: Mapped[float]
    text: Mapped[str]
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("message_version.id"))


class Embargo(Table):
    """A time in which a neutral message alone is heard, and nobody is called back; it is lifted, never removed."""

    __tablename__ = "embargo"
    __table_args__ = (CheckConstraint("ends_at > starts_at", "interval"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    by: Mapped[str]
    set_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class EmbargoMessage(Table):
    """The version of a slot's message that is heard during an embargo, and never else."""

    __tablename__ = "embargo_message"

    version_id: Mapped[int] = mapped_column(ForeignKey("message_version.id"), primary_key=True)
    embargo_id: Mapped[int] = mapped_column(ForeignKey("embargo.id"))
