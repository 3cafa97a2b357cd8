"""The languages that callers are served in."""

from collections.abc import Mapping

LANGUAGES = ("fr", "en")

LocalizedText = Mapping[str, str]
"""A text by language."""
