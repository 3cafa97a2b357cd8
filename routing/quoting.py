"""Quotes a user's own words, and joins lists of words, inside a message."""

from collections.abc import Collection

from translations.message import Message, translatable


def quote_word(text: str) -> str:
    """The word in quotes, cut to 60 characters, with control characters escaped."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def list_with_and(words: Collection[str | Message]) -> str | Message:
    """At least one word: "a, b and c"."""
    *others, last = words
    return translatable("%(words)s and %(word)s", words=_with_commas(others), word=last) if others else last


def list_with_or(words: Collection[str | Message]) -> str | Message:
    """At least one word: "a, b or c"."""
    *others, last = words
    return translatable("%(words)s or %(word)s", words=_with_commas(others), word=last) if others else last


def _with_commas(words: Collection[str | Message]) -> str | Message:
    *others, last = words
    return translatable("%(words)s, %(word)s", words=_with_commas(others), word=last) if others else last
