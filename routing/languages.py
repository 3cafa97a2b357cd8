"""The languages that callers are served in."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from translations.message import Message, translatable_in_context

LANGUAGES = ("fr", "en")

LocalizedText = Mapping[str, str]
"""A text by language."""

LANGUAGE_NAMES: Mapping[str, Message] = {
    "fr": translatable_in_context("language in a sentence", "French"),
    "en": translatable_in_context("language in a sentence", "English"),
}

_WORDS = {
    "fr": ("fr", "fra", "francais", "francaise", "french"),
    "en": ("en", "eng", "anglais", "anglaise", "english"),
}


def find_language(word: str) -> str | None:
    """The language of this word: its code ("fr", "fr-FR") or its name in French or English; None for any other."""
    word = re.sub(r"^\s*([a-z]{2})[-_][a-z]{2}\s*$", r"\1", word, flags=re.IGNORECASE)
    folded = "".join(each for each in unicodedata.normalize("NFKD", word.casefold()) if each.isalpha())
    return next((language for language in LANGUAGES if folded in _WORDS[language]), None)


def prompt_language(language: str, spoken: Sequence[str] = LANGUAGES) -> str:
    """The language in which a reader of `language` hears prompts: theirs, else English, else the first one spoken.

    `spoken` are the languages of the plan: prompts exist in no other.
    """
    return next((each for each in (language, "en") if each in spoken), spoken[0])
