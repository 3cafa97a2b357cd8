"""The texts that a visitor agrees to, each beside its own box, unticked at first.

To be called back and to receive news are two consents (GDPR art. 7 and recital 32); the second is never a condition of
the first. These texts are not in the translations' catalogues: a visitor's consent is recorded as the version of the
text that they read, so a changed wording or translation must be a new version, which a test enforces. A reader of a
language without a text of its own reads the English one.
"""

from collections.abc import Mapping

from translations.catalogues import SOURCE, choose_text

CALL, NEWS = "callback", "campaigning"
"""The purposes, as the database stores them."""
VERSIONS = ("2026-11",)
"""Every version that visitors were shown. A form loaded before the newest one came is accepted with its own version."""
VERSION = VERSIONS[-1]

TEXTS: Mapping[str, Mapping[str, str]] = {
    CALL: {
        "fr": "J'accepte que l'on me rappelle à ce numéro au sujet de ma demande. Sans autre accord de ma part, il ne"
        " sert à rien d'autre.",
        "en": "I agree to be called back on this number about my request. Unless I agree to"
        " more, it is used for nothing else.",
    },
    NEWS: {
        "fr": "J'accepte aussi de recevoir des nouvelles par téléphone. C'est facultatif, et je peux changer d'avis"
        " à tout moment.",
        "en": "I also agree to receive news by telephone. This is optional, and I can change my mind at any time.",
    },
}


def consent_texts(language: str) -> dict[str, str]:
    """The text of each purpose."""
    return {purpose: choose_text(texts, language) or texts[SOURCE] for purpose, texts in TEXTS.items()}
