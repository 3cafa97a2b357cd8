"""What a visitor agrees to, in two boxes apart, unticked at first. Who changes a text adds a version.

Being called back and being kept informed are two consents (GDPR art. 7 and recital 32): the second is never needed for
the first.
"""

from collections.abc import Mapping

CALL, NEWS = "callback", "campaigning"
"""The purposes, as the base files them."""
VERSIONS = ("2026-11",)
"""Every one that visitors were shown: who read an older one before today's came has agreed to that one."""
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
