"""Drafts of messages, and blackout periods."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table


class MessageDraft(Table):
    """An unpublished sound of an announcement or of a prompt: its title, cut, text, period on air, and state."""

    __tablename__ = "message_draft"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'waiting', 'published', 'discarded')", "state"),
        CheckConstraint("from_s >= 0 AND until_s > from_s", "cut"),
        CheckConstraint("(state = 'published' AND prompt = '') = (version_id IS NOT NULL)", "published_as_version"),
        Index("ix_message_draft_state_announcement", "state", "announcement"),
        LASTING_NUMBERS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement: Mapped[str] = mapped_column(String(64))
    audio: Mapped[str] = mapped_column(String(64))
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
    made_by: Mapped[int] = mapped_column(ForeignKey("console_user.id"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(ForeignKey("console_user.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("message_version.id"))
    prompt: Mapped[str] = mapped_column(server_default="")
    title: Mapped[str] = mapped_column(server_default="")
    voice: Mapped[str] = mapped_column(server_default="")
    said: Mapped[str] = mapped_column(server_default="")
    authors: Mapped[str] = mapped_column(server_default="")
    revised_by: Mapped[str] = mapped_column(server_default="")
    revised_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(server_default="")
    refused_by: Mapped[str] = mapped_column(server_default="")
    refused_at: Mapped[datetime | None]


class EditedVersion(Table):
    """The scheduled version that a draft replaces when it is published."""

    __tablename__ = "edited_version"

    draft_id: Mapped[int] = mapped_column(ForeignKey("message_draft.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("message_version.id"))


class BlackoutPeriod(Table):
    """A period in which only a neutral message is heard and nobody is called back; it is lifted, never deleted."""

    __tablename__ = "blackout_period"
    __table_args__ = (CheckConstraint("ends_at > starts_at", "interval"), LASTING_NUMBERS)

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    by: Mapped[str]
    set_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class BlackoutMessage(Table):
    """The version of an announcement that is heard during a blackout period, and at no other time."""

    __tablename__ = "blackout_message"

    version_id: Mapped[int] = mapped_column(ForeignKey("message_version.id"), primary_key=True)
    blackout_period_id: Mapped[int] = mapped_column(ForeignKey("blackout_period.id"))
