"""What finds two cards of one person, and what people said about them. No row holds a name, a number or an address."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table


class DuplicateKey(Table):
    """Two contacts with the same key are compared: the number is a digest of sounds, a street or a mailbox."""

    __tablename__ = "duplicate_key"

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)


class DuplicateQueue(Table):
    """A contact that has changed, and has still to be compared with others."""

    __tablename__ = "duplicate_queue"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, autoincrement=False)


class DuplicateProposal(Table):
    """Two contacts that may be one person, or, with `distinct_at`, that somebody said are two.

    `reasons`: those of `routing.duplicates.Reason`, separated by commas.
    """

    __tablename__ = "duplicate_proposal"
    __table_args__ = (
        CheckConstraint("first_id < second_id", "ordered"),
        UniqueConstraint("first_id", "second_id"),
        Index("ix_duplicate_proposal_score_id", "score", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    score: Mapped[int]
    reasons: Mapped[str]
    proposed_at: Mapped[datetime]
    distinct_at: Mapped[datetime | None]
    distinct_by: Mapped[str | None]


class DuplicateCount(Table):
    """How often something happened; never decreases, and outlives the contacts."""

    __tablename__ = "duplicate_count"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    count: Mapped[int]
