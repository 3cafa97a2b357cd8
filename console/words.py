"""Everything that staff read, in French and English: one table, of the tables of the rooms."""

from collections.abc import Mapping

from console import house_words, message_words, people_words, phone_words, plan_words

WORDS: Mapping[str, tuple[str, str]] = {
    **house_words.WORDS,
    **people_words.WORDS,
    **phone_words.WORDS,
    **message_words.WORDS,
    **plan_words.WORDS,
}
LANGUAGES = ("fr", "en")


def word(key: str, language: str, **values: object) -> str:
    """The text of this key. Raises KeyError for one that is not in the table."""
    return WORDS[key][LANGUAGES.index(language)].format(**values)
