"""Adds many new contacts to the search at once: what `index_contact` writes for each, in a few statements for all."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import BindParameter, Connection, bindparam, insert, select, update

from records.contacts.search.index import add_word
from records.schema import ContactKey, ContactWord, Word
from routing.person_names import name_keys, name_words

_VALUES: BindParameter[str] = bindparam("values", expanding=True)
# In one order everywhere, so that two transactions never wait for each other.
_KNOWN = select(Word.id, Word.word).where(Word.word.in_(_VALUES)).order_by(Word.word).with_for_update()
_COUNTED = update(Word).where(Word.id == bindparam("word_id")).values(contacts=Word.contacts + bindparam("more"))


def index_new_contacts(connection: Connection, named: Sequence[tuple[int, str, str]]) -> None:
    """Adds contacts (id, name, organisation) of which the search knows nothing yet."""
    spoken = {each: [words for text in texts if (words := name_words(text))] for each, *texts in named}
    distinct = {each: frozenset(word for words in names for word in words) for each, names in spoken.items()}
    _count_words(connection, Counter(word for words in distinct.values() for word in words))
    if rows := [{"word": word, "contact_id": each} for each, words in distinct.items() for word in sorted(words)]:
        connection.execute(insert(ContactWord), rows)
    keys = {each: dict.fromkeys(key for words in names for key in name_keys(words)) for each, names in spoken.items()}
    if pairs := [{"key": key, "contact_id": each} for each, some in keys.items() for key in some]:
        connection.execute(insert(ContactKey), pairs)


def _count_words(connection: Connection, counts: Counter[str]) -> None:
    if not counts:
        return
    known = {row.word: row.id for row in connection.execute(_KNOWN, {"values": sorted(counts)})}
    more = [{"word_id": word_id, "more": counts[word]} for word, word_id in sorted(known.items())]
    if more:
        connection.execute(_COUNTED, more)
    for word in sorted(counts.keys() - known.keys()):
        add_word(connection, word, counts[word])
