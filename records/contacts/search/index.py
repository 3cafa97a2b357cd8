"""Writes what the search reads: the words and keys of a contact, and the parts of a line's number."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from records.database.get_or_create import get_or_create_new
from records.schema import Contact, ContactKey, ContactWord, Line, NumberTail, Word, WordGap
from routing.person_names import name_keys, name_words, number_tails, sound_of, words_with_a_gap

_WORD = select(Word.id).where(Word.word == bindparam("word")).with_for_update()
_NEW_WORD = insert(Word).returning(Word.id)


def index_contact(connection: Connection, contact_id: int) -> None:
    """Makes the rows of a contact what its name and organisation say now; without a contact there are none left."""
    named = connection.execute(select(Contact.name, Contact.organisation).where(Contact.id == contact_id)).one_or_none()
    names = [words for text in named or () if text and (words := name_words(text))]
    _replace_words(connection, contact_id, frozenset(word for words in names for word in words))
    connection.execute(delete(ContactKey).where(ContactKey.contact_id == contact_id))
    if keys := dict.fromkeys(key for words in names for key in name_keys(words)):
        connection.execute(insert(ContactKey), [{"key": key, "contact_id": contact_id} for key in keys])


def index_lines(connection: Connection, lines: Sequence[tuple[int, str]]) -> None:
    """Adds the number (E.164) of each of these lines (id, number)."""
    if rows := [
        {"digits": tail, "line_id": line_id}
        for line_id, e164 in lines
        for tail in dict.fromkeys(number_tails(e164.removeprefix("+")))
    ]:
        connection.execute(insert(NumberTail), rows)


def forget_contacts(connection: Connection, ids: Iterable[int]) -> None:
    """Deletes the rows of contacts that are about to be deleted; a word that nobody else has goes too."""
    for contact_id in ids:
        _replace_words(connection, contact_id, frozenset())
        connection.execute(delete(ContactKey).where(ContactKey.contact_id == contact_id))


def forget_lines(connection: Connection, ids: Sequence[int]) -> None:
    """Deletes the parts of the numbers of lines that are about to be deleted."""
    connection.execute(delete(NumberTail).where(NumberTail.line_id.in_(ids)))


def list_unindexed_lines(connection: Connection, after: int, limit: int) -> list[tuple[int, str]]:
    """Lines (id, number) behind this id that the search does not know yet."""
    known = select(NumberTail.line_id).where(NumberTail.line_id == Line.id).exists()
    rows = select(Line.id, Line.e164).where(Line.id > after, ~known).order_by(Line.id).limit(limit)
    return [(row.id, row.e164) for row in connection.execute(rows)]


def _replace_words(connection: Connection, contact_id: int, words: frozenset[str]) -> None:
    before = frozenset(connection.scalars(select(ContactWord.word).where(ContactWord.contact_id == contact_id)))
    for word in sorted(words - before):  # in one order everywhere, so that two transactions never wait for each other
        add_word(connection, word)
        connection.execute(insert(ContactWord).values(word=word, contact_id=contact_id))
    for word in sorted(before - words):
        theirs = (ContactWord.word == word) & (ContactWord.contact_id == contact_id)
        connection.execute(delete(ContactWord).where(theirs))
        _drop_word(connection, word)


def add_word(connection: Connection, word: str, contacts: int = 1) -> None:
    """Counts a word for so many more contacts; a new one becomes known with its sound and its gaps."""
    values = {"word": word, "sound": sound_of(word), "contacts": 0}
    word_id, is_new = get_or_create_new(connection, _WORD, _NEW_WORD, values)
    connection.execute(update(Word).where(Word.id == word_id).values(contacts=Word.contacts + contacts))
    if is_new:
        gaps = [{"gap": gap, "word_id": word_id} for gap in sorted(words_with_a_gap(word))]
        connection.execute(insert(WordGap), gaps)


def _drop_word(connection: Connection, word: str) -> None:
    left = update(Word).where(Word.word == word).values(contacts=Word.contacts - 1)
    if (row := connection.execute(left.returning(Word.id, Word.contacts)).one_or_none()) and row.contacts <= 0:
        connection.execute(delete(WordGap).where(WordGap.word_id == row.id))
        connection.execute(delete(Word).where(Word.id == row.id))
