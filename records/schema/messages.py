"""Versions of messages and of the plan."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table


class Audio(Table):
    """A recording, known by its content."""

    __tablename__ = "audio"
    __table_args__ = (CheckConstraint("length(sha256) = 64", "sha256"), CheckConstraint("seconds > 0", "seconds"))

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    seconds: Mapped[float]
    media_type: Mapped[str]
    original_name: Mapped[str]
    level_dbfs: Mapped[float | None]
    peak_dbfs: Mapped[float | None]


class MessageVersion(Table):
    """What an announcement plays between two instants; never changed, only followed by another version."""

    __tablename__ = "message_version"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", "interval"),
        Index("ix_message_version_announcement_valid_from", "announcement", "valid_from"),
        Index("ix_message_version_announcement_valid_until", "announcement", "valid_until", "valid_from"),
        Index("ix_message_version_announcement_published_at", "announcement", "published_at", "id"),
        LASTING_NUMBERS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement: Mapped[str] = mapped_column(String(64))
    audio: Mapped[str] = mapped_column(ForeignKey("audio.sha256"))
    text: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    published_at: Mapped[datetime]
    published_by: Mapped[str]
    replaces: Mapped[int | None] = mapped_column(ForeignKey("message_version.id"))
    title: Mapped[str] = mapped_column(server_default="")


class MessageWithdrawal(Table):
    """A scheduled version that was taken back before it was on air; `successor_id` is the version in its place."""

    __tablename__ = "message_withdrawal"

    version_id: Mapped[int] = mapped_column(ForeignKey("message_version.id"), primary_key=True)
    withdrawn_at: Mapped[datetime]
    withdrawn_by: Mapped[str]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("message_version.id"))


class MessageListens(Table):
    """How often a version was heard up to one tenth of a second. A sum, so that no page has to read all calls."""

    __tablename__ = "message_listens"

    # No foreign key: a call may report a version that a restored database does not have.
    version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenths: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    whole: Mapped[bool] = mapped_column(primary_key=True)
    plays: Mapped[int]


class PlanVersion(Table):
    __tablename__ = "plan_version"
    __table_args__ = LASTING_NUMBERS

    version: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]
