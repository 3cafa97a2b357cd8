"""What the search for contacts reads. Every row follows from a contact or a line, and can be made again.

The columns are compared byte by byte on both engines, so that both find the same contacts in the same order.
"""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table


def _bytewise(length: int) -> String:
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class ContactKey(Table):
    """A name, or an organisation, from one of its words on: "anne martin" and "martin anne"."""

    __tablename__ = "contact_key"

    key: Mapped[str] = mapped_column(_bytewise(360), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)


class ContactWord(Table):
    """A word of a name or an organisation."""

    __tablename__ = "contact_word"

    __table_args__ = (Index("ix_contact_word_word_contact_id", "word", "contact_id"),)

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    word: Mapped[str] = mapped_column(_bytewise(40), primary_key=True)


class Word(Table):
    """A word that some contact has: how it sounds, and how many contacts have it. Without a contact it is deleted."""

    __tablename__ = "word"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(_bytewise(40), unique=True)
    sound: Mapped[str] = mapped_column(_bytewise(40), index=True)
    contacts: Mapped[int]


class WordGap(Table):
    """A word without one of its letters, and the word itself: words with typing errors share a row."""

    __tablename__ = "word_gap"

    gap: Mapped[str] = mapped_column(_bytewise(40), primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("word.id"), primary_key=True, index=True)


class NumberTail(Table):
    """The end of a line's national number, at least four digits long."""

    __tablename__ = "number_tail"

    digits: Mapped[str] = mapped_column(_bytewise(16), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), primary_key=True, index=True)


class SearchCursor(Table):
    """How far the search has followed a table: lines and contacts that calls have made are added behind the calls."""

    __tablename__ = "search_cursor"

    followed: Mapped[str] = mapped_column(String(16), primary_key=True)
    last_id: Mapped[int]
