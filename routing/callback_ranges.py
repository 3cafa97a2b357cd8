"""Which numbers may be called back on a visitor's word: an allow-list of ranges over rebuilt numbers.

What a library calls an ordinary number is not enough against toll fraud: only what is listed here is ever dialled, and
the dialplan tests the same list again.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from routing.numbers import caller_line, is_surcharged

# E.164 without its plus. Overseas: ARCEP, numbering plan, decision 2018-0881 (guadeloupe holds Saint-Barthélemy and
# Saint-Martin too). Neighbours: their fixed and mobile numbers alone, never a shared-cost or premium block.
RANGES: Mapping[str, str] = MappingProxyType(
    {
        "metropolitan": "33[1-79][0-9]{8}",
        "guadeloupe": "590(590[0-9]|69[01][0-9]|7090)[0-9]{5}",
        "martinique": "596(596[0-9]|69[67][0-9]|7091)[0-9]{5}",
        "guyane": "594(594[0-9]{2}|694[0-9]{2}|7093[0-3])[0-9]{4}",
        "reunion": "262(26[23][0-9]|69[23][0-9]|7092)[0-9]{5}",
        "mayotte": "262(269[0-9]{2}|639[0-9]{2}|7093[5-7])[0-9]{4}",
        "belgium": "32(4[5-9][0-9]|1[0-69]|[23][2-8]|4[23]|5[0-9]|6[013-57-9]|71|8[1-79]|9[2-4])[0-9]{6}",
        "switzerland": "41(2[12467]|3[1-4]|4[134]|5[256]|6[12]|7[15-9]|[89]1)[0-9]{7}",
        "luxembourg": "352(6[25-9][0-9]{7}|2[467][0-9]{6}|(2[2-9]|3[0-46-9]|[457][0-9]|8[13-9]|9[2-579])[0-9]{4})",
        # Not 4…: those were lent to another country's mobile operators, at its prices.
        "monaco": "377(6[0-9]{8}|9[2-47-9][0-9]{6})",
    }
)


class Reason(StrEnum):
    """Why a number is not called back."""

    PREMIUM = "premium"
    SHORT = "short"
    EMERGENCY = "emergency"
    ABROAD = "abroad"
    SATELLITE = "satellite"
    OWN = "own"
    NOT_A_NUMBER = "not-a-number"


class NotCallable(ValueError):
    """A number that is not called back; `sentences` tells its owner why and what to do, by language."""

    def __init__(self, reason: Reason, sentences: Mapping[str, str]) -> None:
        self.reason, self.sentences = reason, sentences
        super().__init__(sentences["en"])


_SEPARATORS = re.compile(r"[\s.\-/()]")
_SHORT = re.compile(r"[0-9]{1,6}")
# Emergencies and social care: ARCEP, decision 2018-0881, annex; 112, 116xxx: European decisions 91/396 and 2007/116.
_EMERGENCY = re.compile(r"1[578]|11[2459]|116[0-9]{3}|19[1678]|911|999")
# Global satellite and network numbers (ITU-T E.164, list of assigned country codes).
_SATELLITE = re.compile(r"(\+|00)(870|881|882|883|888)")
_GLOBAL_PREMIUM = re.compile(r"(\+|00)(808|878|979)")
_SPECIAL_RATE = re.compile(r"\+(33|262|590|594|596)8")

_WHERE = {
    "metropolitan": ("en France métropolitaine", "metropolitan France"),
    "guadeloupe": ("en Guadeloupe", "Guadeloupe"),
    "martinique": ("en Martinique", "Martinique"),
    "guyane": ("en Guyane", "French Guiana"),
    "reunion": ("à La Réunion", "Réunion"),
    "mayotte": ("à Mayotte", "Mayotte"),
    "belgium": ("en Belgique", "Belgium"),
    "switzerland": ("en Suisse", "Switzerland"),
    "luxembourg": ("au Luxembourg", "Luxembourg"),
    "monaco": ("à Monaco", "Monaco"),
}
_SENTENCES = {
    Reason.PREMIUM: (
        "Nous ne pouvons pas rappeler un numéro spécial (08…) ; donnez un numéro ordinaire, fixe ou mobile.",
        "We cannot call a special-rate number back; give an ordinary one, fixed or mobile.",
    ),
    Reason.SHORT: (
        "Ce numéro est trop court ; donnez un numéro complet, comme 06 39 98 00 01.",
        "This number is too short; give a whole one, such as 06 39 98 00 01.",
    ),
    Reason.EMERGENCY: (
        "Ceci est un numéro d'urgence ; donnez le numéro où vous joindre.",
        "This is an emergency number; give the number where you can be reached.",
    ),
    Reason.SATELLITE: (
        "Nous ne pouvons pas rappeler un téléphone par satellite ; donnez un numéro ordinaire, fixe ou mobile.",
        "We cannot call a satellite telephone back; give an ordinary number, fixed or mobile.",
    ),
    Reason.OWN: (
        "C'est notre propre numéro ; donnez celui où vous joindre.",
        "This is our own number; give the one where you can be reached.",
    ),
    Reason.NOT_A_NUMBER: (
        "Ce n'est pas un numéro de téléphone ; écrivez-le comme 06 39 98 00 01 ou +33 6 39 98 00 01.",
        "This is not a telephone number; write it as 06 39 98 00 01 or +33 6 39 98 00 01.",
    ),
}


def callable_line(raw: str, country: str, ranges: Sequence[str], own: Collection[str]) -> str:
    """The E.164 line of a number typed by a visitor in `country`, rebuilt from its digits.

    `ranges`: what may be called back, names of RANGES; `own`: our numbers, E.164. Raises NotCallable.
    """
    typed = _SEPARATORS.sub("", raw)
    if _SHORT.fullmatch(typed):
        raise _refused(Reason.EMERGENCY if _EMERGENCY.fullmatch(typed) else Reason.SHORT)
    if _SATELLITE.match(typed):
        raise _refused(Reason.SATELLITE)
    if _GLOBAL_PREMIUM.match(typed):
        raise _refused(Reason.PREMIUM)
    if (line := caller_line(raw, country)) is None:
        raise _refused(Reason.NOT_A_NUMBER)
    if line in own:
        raise _refused(Reason.OWN)
    if _SPECIAL_RATE.match(line) or is_surcharged(line):
        raise _refused(Reason.PREMIUM)
    if not re.fullmatch(dialplan_regex(ranges), line.removeprefix("+")):
        raise NotCallable(Reason.ABROAD, _elsewhere(ranges))
    return line


def dialplan_regex(ranges: Sequence[str]) -> str:
    """One regular expression for E.164 digits without the plus, in the words that Python and Asterisk share.

    For Asterisk's REGEX(): POSIX extended (regex(7)), no quotes, no backslash, no blank.
    """
    return f"^({'|'.join(RANGES[name] for name in ranges)})$"


def _refused(reason: Reason) -> NotCallable:
    french, english = _SENTENCES[reason]
    return NotCallable(reason, {"fr": french, "en": english})


def _elsewhere(ranges: Sequence[str]) -> Mapping[str, str]:
    french, english = zip(*(_WHERE[name] for name in ranges), strict=True)
    return {
        "fr": f"Nous rappelons seulement {_listed(french, 'et')} ; donnez un numéro de là.",
        "en": f"We call back in {_listed(english, 'and')} only; give a number from there.",
    }


def _listed(names: Sequence[str], joint: str) -> str:
    *first, last = names
    return f"{', '.join(first)} {joint} {last}" if first else last
