"""People, their phone lines, and what we may do with their data.

A contact is a person and a line is a number: numbers are unique, and a household may share one. A merge of two contacts
moves no row (it is one row of contact_merge), so that undoing it is exact. Retention depends on the purpose of an
interaction.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table, partial_unique_index


class Contact(Table):
    __tablename__ = "contact"
    __table_args__ = LASTING_NUMBERS

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    organisation: Mapped[str | None]
    language: Mapped[str | None] = mapped_column(String(8))
    street: Mapped[str | None]
    postcode: Mapped[str | None]
    city: Mapped[str | None]
    created_at: Mapped[datetime]


class Line(Table):
    __tablename__ = "line"
    __table_args__ = (CheckConstraint("e164 LIKE '+%' AND length(e164) BETWEEN 5 AND 16", "e164"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    e164: Mapped[str] = mapped_column(String(16), unique=True)
    created_at: Mapped[datetime]


class ContactLine(Table):
    """A line on which a contact can be reached, and since when."""

    __tablename__ = "contact_line"
    __table_args__ = (partial_unique_index("one_open_link", "until IS NULL", "line_id", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class ContactEmail(Table):
    """An e-mail address of a contact; `folded` is how it is compared."""

    __tablename__ = "contact_email"
    __table_args__ = (UniqueConstraint("contact_id", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    address: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)
    since: Mapped[datetime]


class ContactMerge(Table):
    """`absorbed` is read as part of `kept` until the merge is undone.

    `preferred`: the fields, separated by commas, of which the value of `absorbed` stands, where both have one.
    """

    __tablename__ = "contact_merge"
    __table_args__ = (
        CheckConstraint("kept_id <> absorbed_id", "two_cards"),
        partial_unique_index("one_open_merge", "undone_at IS NULL", "absorbed_id"),
        LASTING_NUMBERS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    absorbed_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    preferred: Mapped[str | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]


class Purpose(Table):
    """Why personal data are kept. For how long, the plan says (`retention`); `retention_days` was a starting point."""

    __tablename__ = "purpose"
    __table_args__ = (CheckConstraint("retention_days > 0", "retention_days"),)

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    label: Mapped[str]
    retention_days: Mapped[int]


class Consent(Table):
    __tablename__ = "consent"
    __table_args__ = (CheckConstraint("contact_id IS NOT NULL OR line_id IS NOT NULL", "somebody"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"), index=True)
    purpose: Mapped[str] = mapped_column(ForeignKey("purpose.code"))
    text_version: Mapped[str]
    source: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
