"""The languages that callers are served in."""

from collections.abc import Mapping

LANGUAGES = ("fr", "en")

LocalizedText = Mapping[str, str]
"""A text by language."""


def prompt_language(language: str) -> str:
    """The language in which a reader of `language` hears prompts: English when there are no prompts in theirs."""
    return language if language in LANGUAGES else "en"
