"""Imports of contacts: each file, each of its rows, and which card a row has led to.

The rows are the work: whoever goes on with an import reads how far it has come, and what is left.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table


class ContactImport(Table):
    """A file of contacts. `position`: the number of the last row that was read, or imported, in the state it is in."""

    __tablename__ = "contact_import"
    __table_args__ = LASTING_NUMBERS

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    file_name: Mapped[str]
    file_hash: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    by: Mapped[str]
    user_id: Mapped[int | None]
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    layout: Mapped[dict[str, Any]]
    """Of a table: its separator, the line of its titles, and what each column holds."""
    country: Mapped[str] = mapped_column(String(2))
    position: Mapped[int]
    people: Mapped[int]
    """Rows that were read."""
    counts: Mapped[dict[str, Any]]
    """How many rows by what will happen to them, or has happened."""
    problem: Mapped[str]


class ContactImportRow(Table):
    """A person of the file. What it says (`said`) is deleted once it stands on a card."""

    __tablename__ = "contact_import_row"
    __table_args__ = (Index("ix_contact_import_row_import_id_outcome", "import_id", "outcome"),)

    import_id: Mapped[int] = mapped_column(ForeignKey("contact_import.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(String(12))
    problem: Mapped[str] = mapped_column(String(12))
    said: Mapped[str | None]
    contact_id: Mapped[int | None] = mapped_column(index=True)
    """The card that it is, or may be; no foreign key, for cards are deleted."""
    same_as: Mapped[int | None]
    """The earlier row of the file that is about the same person."""
    score: Mapped[int | None]
    added: Mapped[str | None]
    """What it has written on its card, as JSON of keyed digests; see records/contacts/imports/additions.py."""


class ContactOrigin(Table):
    """A row that was imported, as a keyed hash of what it said, with its card: it is never imported twice."""

    __tablename__ = "contact_origin"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)


class ContactImportColumn(Table):
    """What somebody said that columns of this title hold."""

    __tablename__ = "contact_import_column"

    title: Mapped[str] = mapped_column(String(80), primary_key=True)
    field: Mapped[str] = mapped_column(String(16))
