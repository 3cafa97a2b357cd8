"""The French numbering plan: which prefix belongs to which territory. All rules about French numbers read this table.

Metropolitan France and eight overseas territories share one national plan: "0262 …" is dialled alike in each of them,
but they have country codes of their own. Source: ARCEP, decision 2018-0881 (annex 1, as amended by decision 2022-1583),
and the metadata of libphonenumber where it divides a block by territory.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

SIGNIFICANT_DIGITS = 9
"""The length of a French number without its 0."""


class Territory(StrEnum):
    """A part of the plan with ordinary numbers: fixed, mobile and VoIP. guadeloupe includes BL and MF."""

    METROPOLITAN = "metropolitan"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    GUYANE = "guyane"
    REUNION = "reunion"
    MAYOTTE = "mayotte"
    SAINT_PIERRE_ET_MIQUELON = "saint-pierre-et-miquelon"


COUNTRY_CODES: Mapping[Territory, str] = MappingProxyType(
    {
        Territory.METROPOLITAN: "33",
        Territory.GUADELOUPE: "590",
        Territory.MARTINIQUE: "596",
        Territory.GUYANE: "594",
        Territory.REUNION: "262",
        Territory.MAYOTTE: "262",
        Territory.SAINT_PIERRE_ET_MIQUELON: "508",
    }
)
OVERSEAS_CODES = frozenset(COUNTRY_CODES.values()) - {"33"}

# The prefixes of each territory, without the 0; the longest one decides. Geographic numbers, mobiles, verified numbers
# (02688, 05987 …, 09475 …), numbers of platforms (0939…) and other VoIP numbers (0976…). Blocks that ARCEP has not
# allotted stand where the metadata has them: 093974 under 590, 097620 under 594.
_PREFIXES = {
    Territory.METROPOLITAN: "1 2 3 4 5 6 7 9 63998",  # 063998: fictional numbers inside Mayotte's block
    Territory.GUADELOUPE: "590 5987 690 691 7090 9395 93974 93975 93976 93977 93978 93979 9475 9760 9761 9768",
    Territory.MARTINIQUE: "596 5989 696 697 7091 9397 9477 9766 9767",
    Territory.GUYANE: "594 5988 694 70930 70931 70932 70933 9396 9476 97620 97621 97623 97624 97625 97626 97629 "
    "97634 97635 97636 97638 97639 9764 9765",
    Territory.REUNION: "262 263 2688 692 693 7092 9399 9479 9762 9763",
    Territory.MAYOTTE: "269 2689 639 70935 70936 70937 9398 9478 9769",
    Territory.SAINT_PIERRE_ET_MIQUELON: "508 7084 7085",
}
# No ordinary number begins with these: machines have numbers of extended length there.
_EXTENDED_PREFIXES = ("700", "901")
_EXTENDED_DIGITS = 13
_EXTENDED_DIGITS_OVERSEAS = 12
_EXTENDED_CODES = {"5": "590", "6": "594", "7": "596", "8": "262", "9": "262"}

_TERRITORY_BY_PREFIX: Mapping[str, Territory | None] = MappingProxyType(
    {prefix: territory for territory, prefixes in _PREFIXES.items() for prefix in prefixes.split()}
    | dict.fromkeys(_EXTENDED_PREFIXES)
)
_MAX_PREFIX = max(map(len, _TERRITORY_BY_PREFIX))
# International numbers of Saint-Pierre-et-Miquelon have six digits; 508 stands before them at home only.
_SHORTENED_PREFIX = "508"


def find_territory(significant: str) -> Territory | None:
    """The territory of an ordinary number, by its nine digits after the 0; None for special rates and machines."""
    for length in range(min(_MAX_PREFIX, len(significant)), 0, -1):
        if significant[:length] in _TERRITORY_BY_PREFIX:
            return _TERRITORY_BY_PREFIX[significant[:length]]
    return None


def international_digits(significant: str) -> str:
    """Country code and number, without plus, of the nine digits after the 0. Special rates stay under 33."""
    territory = find_territory(significant) or Territory.METROPOLITAN
    if territory is Territory.SAINT_PIERRE_ET_MIQUELON and significant.startswith(_SHORTENED_PREFIX):
        return _SHORTENED_PREFIX + significant.removeprefix(_SHORTENED_PREFIX)
    return COUNTRY_CODES[territory] + significant


def national_digits(international: str) -> str | None:
    """The nine digits after the 0 of an international number without its plus; None for one of another plan."""
    code = next((code for code in ("33", *OVERSEAS_CODES) if international.startswith(code)), None)
    if code is None:
        return None
    rest = international.removeprefix(code)
    if code == _SHORTENED_PREFIX and len(rest) == SIGNIFICANT_DIGITS - len(_SHORTENED_PREFIX):
        return _SHORTENED_PREFIX + rest
    return rest if len(rest) == SIGNIFICANT_DIGITS else None


def extended_number(significant: str) -> str | None:
    """The international digits of a machine's number, by its digits after the 0; None for any other number.

    Numbers of extended length (0700…, 0901…) have 14 digits in metropolitan France, 13 overseas: E.164 allows no more
    after the longer country code.
    """
    if not significant.startswith(_EXTENDED_PREFIXES):
        return None
    if len(significant) == _EXTENDED_DIGITS:
        return f"33{significant}"
    code = _EXTENDED_CODES.get(significant[3])
    return f"{code}{significant}" if code and len(significant) == _EXTENDED_DIGITS_OVERSEAS else None


def is_extended(international: str) -> bool:
    """True for the number of a machine, in international digits without plus."""
    codes = ("33", *OVERSEAS_CODES)
    return any(
        international.startswith(code) and extended_number(international.removeprefix(code)) == international
        for code in codes
    )


def number_pattern(territory: Territory) -> str:
    """A regular expression of the territory's ordinary numbers: international digits without plus, from this table.

    It has classes, alternatives and counts only, which Python's re and POSIX extended syntax read alike.
    """
    code = COUNTRY_CODES[territory]
    if territory is not Territory.SAINT_PIERRE_ET_MIQUELON:
        return code + _pattern(territory, "")
    return f"{code}([2-9][0-9]{{5}}|7{_pattern(territory, '7')})"


def _pattern(territory: Territory, prefix: str) -> str:
    """What follows `prefix` in the territory's numbers."""
    whole = ""
    alternatives = []
    for digit in "0123456789":
        longer = prefix + digit
        if any(known.startswith(longer) and known != longer for known in _TERRITORY_BY_PREFIX):
            if inner := _pattern(territory, longer):
                alternatives.append(digit + inner)
        elif find_territory(longer) is territory:
            whole += digit
    if whole:
        alternatives.insert(0, _any_of(whole) + _digits(SIGNIFICANT_DIGITS - len(prefix) - 1))
    return alternatives[0] if len(alternatives) == 1 else f"({'|'.join(alternatives)})" if alternatives else ""


def _any_of(digits: str) -> str:
    runs = list(_runs(digits))
    return digits if len(digits) == 1 else f"[{''.join(runs)}]"


def _runs(digits: str) -> Iterator[str]:
    """Consecutive digits as a range: "0134567" gives "01" and "3-7"."""
    start = 0
    for end in range(1, len(digits) + 1):
        if end == len(digits) or int(digits[end]) != int(digits[end - 1]) + 1:
            run = digits[start:end]
            yield f"{run[0]}-{run[-1]}" if len(run) > 2 else run
            start = end


def _digits(count: int) -> str:
    return f"[0-9]{{{count}}}"
