"""Finds the end of a menu's sentence, "press 5", in a text to which it is added by itself."""

import re

_VERBS = (
    r"tapez|taper|tape|appuyez|appuyer|appuie|pressez|presser|composez|composer|faites|faire|choisissez|s[ée]lectionnez"
    r"|press|dial|hit|push|type|enter|choose|select"
)
_BETWEEN = (
    r"(?:\s+(?:sur|la|le|les|une|un|touche|touches|chiffre|num[ée]ro|bouton|on|the|key|keys|number|digit|button))*"
)
_KEYS = (
    r"[0-9*#](?![0-9])|z[ée]ro|un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|[ée]toile|di[èe]se"
    r"|zero|one|two|three|four|five|seven|eight|nine|star|asterisk|hash|pound"
)
_ENDING = re.compile(
    rf"\b(?:{_VERBS})\b{_BETWEEN}\s*[«“\"'’(]*\s*(?:{_KEYS})(?:\b|(?<=[*#]))(?:\s+(?:ou|or|puis|then)\s+(?:{_KEYS})\b)?",
    re.IGNORECASE,
)


def find_typed_ending(text: str) -> str | None:
    """The words of this text that tell a key ("tapez 5", "press the star key"); None without such words."""
    found = _ENDING.search(text)
    return found[0] if found else None
