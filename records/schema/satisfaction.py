"""Satisfaction surveys: who was asked, what they answered, and the numbers that are not asked again."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table, partial_index
from routing.satisfaction import HIGHEST, LOWEST


class SatisfactionSurvey(Table):
    """Somebody was asked after a call, or has answered by the link of a request.

    `call_ref` and `request_id` lead to the person, and are emptied with what is known of them; the other columns count.
    Nothing in it names who answered the call.
    """

    __tablename__ = "satisfaction_survey"
    __table_args__ = (
        Index("ix_satisfaction_survey_week", "week"),
        Index("ix_satisfaction_survey_asked_at", "asked_at"),
        LASTING_NUMBERS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_ref: Mapped[str | None] = mapped_column(ForeignKey("call.ref"), unique=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), unique=True)
    asked_at: Mapped[datetime]
    week: Mapped[date] = mapped_column(Date())
    """The Monday of its week, by the clock of the organisation."""
    language: Mapped[str] = mapped_column(String(8))
    level: Mapped[int] = mapped_column(server_default="1")
    topic: Mapped[str | None] = mapped_column(String(32))
    centre: Mapped[str | None] = mapped_column(String(32))
    refused_at: Mapped[datetime | None]
    words: Mapped[str | None]
    """Written by the link."""
    words_file: Mapped[str | None] = mapped_column(unique=True)
    """Spoken: the name of the recording."""
    words_s: Mapped[float | None]


class SatisfactionAnswer(Table):
    """One answer, to the question of this name in the plan."""

    __tablename__ = "satisfaction_answer"
    __table_args__ = (CheckConstraint(f"value BETWEEN {LOWEST} AND {HIGHEST}", "value"),)

    survey_id: Mapped[int] = mapped_column(ForeignKey("satisfaction_survey.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int]


class SatisfactionAsked(Table):
    """A number that was asked, as its keyed hash: it outlives the erasure of whoever has it."""

    __tablename__ = "satisfaction_asked"
    __table_args__ = (
        CheckConstraint("length(hash) = 64", "hash"),
        Index("ix_satisfaction_asked_asked_at", "asked_at"),
        partial_index("ix_satisfaction_asked_refused_at", "refused_at IS NOT NULL", "refused_at"),
    )

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_at: Mapped[datetime]
    refused_at: Mapped[datetime | None]
    """They do not want to be asked any more."""
