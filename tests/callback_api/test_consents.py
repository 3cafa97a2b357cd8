"""The versions of the texts that visitors agree to."""

import hashlib
import json

from callback_api import consents

VERSIONS = {"2026-11": "d41736cb97e85ce4"}


def test_a_changed_text_of_consent_needs_a_new_version() -> None:
    """A stored consent names only the version of its text: after a change, add a version with its new hash."""
    text = json.dumps(consents.TEXTS, ensure_ascii=False, sort_keys=True)
    assert tuple(VERSIONS) == consents.VERSIONS
    assert VERSIONS[consents.VERSION] == hashlib.sha256(text.encode()).hexdigest()[:16]


def test_a_language_without_a_text_of_its_own_shows_the_english_one() -> None:
    english = {purpose: texts["en"] for purpose, texts in consents.TEXTS.items()}
    assert consents.consent_texts("en") == consents.consent_texts("de") == english
    assert consents.consent_texts("fr") == {purpose: texts["fr"] for purpose, texts in consents.TEXTS.items()}
