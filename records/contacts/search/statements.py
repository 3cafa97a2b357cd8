"""The statements of the search, built once: to build one costs more than to execute it."""

from enum import StrEnum, auto
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from records.schema import (
    Call,
    ContactEmail,
    ContactKey,
    ContactLine,
    ContactMerge,
    ContactWord,
    Interaction,
    Line,
    NumberTail,
    Word,
    WordGap,
)

CANDIDATES = 100
"""Contacts that are compared with what was typed."""
SIMILAR_WORDS = 60
_RARE_WORD_ROWS = 2_000
_OPEN = ContactLine.until.is_(None)


def _begins(column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The column begins with :first; :last is :first with the highest character behind it."""
    return (column >= bindparam("first")) & (column < bindparam("last"))


def _one_of(
    column: ColumnElement[str] | InstrumentedAttribute[str] | InstrumentedAttribute[int],
) -> ColumnElement[bool]:
    return column.in_(bindparam("values", expanding=True))


BY_EMAIL = (
    select(ContactEmail.contact_id)
    .where(ContactEmail.folded == bindparam("folded"))
    .order_by(ContactEmail.contact_id)
    .limit(CANDIDATES)
)
BY_LINE = (
    select(ContactLine.contact_id)
    .join(Line)
    .where(Line.e164 == bindparam("e164"), _OPEN)
    .order_by(ContactLine.id)
    .limit(CANDIDATES)
)
LINES_BY_PART = (
    select(NumberTail.line_id)
    .where(_begins(NumberTail.digits))
    .order_by(NumberTail.digits, NumberTail.line_id)
    .limit(CANDIDATES)
)
CONTACTS_OF_LINES = (
    select(ContactLine.line_id, ContactLine.contact_id)
    .where(_one_of(ContactLine.line_id), _OPEN)
    .order_by(ContactLine.id)
)
BY_CALL = (
    select(Interaction.contact_id)
    .where(Interaction.call_ref == bindparam("ref"), Interaction.contact_id.is_not(None))
    .order_by(Interaction.id)
    .limit(CANDIDATES)
)
BY_LINE_OF_CALL = (
    select(ContactLine.contact_id)
    .join(Call, Call.line_id == ContactLine.line_id)
    .where(Call.ref == bindparam("ref"), _OPEN)
    .order_by(ContactLine.id)
    .limit(CANDIDATES)
)
BY_KEY = (
    select(ContactKey.contact_id)
    .where(_begins(ContactKey.key))
    .order_by(ContactKey.key, ContactKey.contact_id)
    .limit(CANDIDATES)
)
KEYS_OF_CONTACTS = select(ContactKey.contact_id, ContactKey.key).where(_one_of(ContactKey.contact_id))
KNOWN_WORDS = select(Word.word, Word.contacts).where(_one_of(Word.word))
NEAR_WORDS = (
    select(Word.word, Word.contacts)
    .where(Word.id.in_(select(WordGap.word_id).where(_one_of(WordGap.gap))))
    .order_by(Word.word)
    .limit(10 * SIMILAR_WORDS)
)
WORDS_OF_SOUND = (
    select(Word.word, Word.contacts).where(Word.sound == bindparam("sound")).order_by(Word.word).limit(SIMILAR_WORDS)
)
KEPT = select(ContactMerge.absorbed_id, ContactMerge.kept_id).where(
    _one_of(ContactMerge.absorbed_id), ContactMerge.undone_at.is_(None)
)


class Like(StrEnum):
    """How a word of a contact is compared: it is one of `values_N`, or it lies between `first_N` and `last_N`."""

    ONE_OF = auto()
    BEGINS_WITH = auto()


@lru_cache(maxsize=64)
def by_words(others: tuple[Like, ...]) -> Select[int]:
    """Contacts with one of the words :rare, and with a word for each of the `others`, whose parameters are numbered.

    Of the rare words at most 2,000 rows are read. A contact's other words are read by the contact: the expression
    `word || ''` has no index, so that neither engine starts from a frequent word.
    """
    order = (ContactWord.word, ContactWord.contact_id)
    rare = select(ContactWord.contact_id).where(ContactWord.word.in_(bindparam("rare", expanding=True)))
    first = rare.order_by(*order).limit(_RARE_WORD_ROWS).subquery("rare")
    query = select(first.c.contact_id).distinct().order_by(first.c.contact_id).limit(CANDIDATES)
    for number, like in enumerate(others):
        other = aliased(ContactWord, name=f"word_{number}")
        word = other.word + ""
        fits: ColumnElement[bool]
        if like is Like.ONE_OF:
            fits = word.in_(bindparam(f"values_{number}", expanding=True))
        else:
            fits = (word >= bindparam(f"first_{number}")) & (word < bindparam(f"last_{number}"))
        query = query.where(select(other.contact_id).where(other.contact_id == first.c.contact_id, fits).exists())
    return query
