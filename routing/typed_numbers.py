"""Telephone numbers as people, address books and telephones write them: the characters, links, and an extension.

This file knows how numbers are written; routing/numbers.py knows which exist.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

MAX_LENGTH = 120

_ASCII_SEPARATORS = frozenset(" .-/()")
# Dots and strokes between groups of digits that Unicode counts as punctuation or symbols: · ‧ • ․ ∙ ⋅ − ⁄ ∕ ⁃ ﹒ ･ ・
_SEPARATORS = frozenset("\u00b7\u2027\u2022\u2024\u2219\u22c5\u2212\u2044\u2215\u2043\ufe52\uff65\u30fb")
_PLUS_SIGNS = frozenset("\ufe62\u2795")
# Invisible characters, every space, every dash; variation selectors and the frame of keycap emoji.
_DROPPED_CATEGORIES = frozenset({"Cf", "Zs", "Pd"})
_DROPPED = frozenset({"\u20e3", *map(chr, range(0xFE00, 0xFE10))})
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_FULL_WIDTH_OFFSET = 0xFEE0

_LABEL = re.compile(
    r"(?:(?:tel|tél|téléphone|telephone|phone|mobile|mob|portable|port|gsm|fixe|numéro|numero|n[°º])[\s.:]*"
    r"|[☎✆📞📱📲]\ufe0f?[\s:]*)+(?=[+(0-9])",
    re.IGNORECASE,
)
_URI = re.compile(r"tel:|callto:(?://)?", re.IGNORECASE)
# RFC 3261, 19.1.1: the user part of a SIP URI, before a password, the host and its parameters. With brackets and a name
# before them it is copied from the log of a telephone.
_SIP_URI = re.compile(r"(?:[^<>]*<)?sips?:(?P<user>[^@:<>?]+)(?::[^@]*)?@[^@\s]+", re.IGNORECASE)
_EXTENSION = re.compile(
    r"[\s,;(/-]*(?:poste|extension|ext|post|int|x|#)\s*(?:n[°o]\s*)?[.:=]?\s*([0-9]{1,7})\)?$", re.IGNORECASE
)
# What a telephone's address book dials after a pause (",", "w") or a wait (";") once somebody has answered.
_PAUSE = re.compile(r"\s*[,;w]{1,8}\s*([0-9]{1,7})#?$", re.IGNORECASE)
_CONTEXT = re.compile(r"\+[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """The digits of a number, with + where it was written, and the extension behind it ("" without one)."""

    digits: str
    extension: str = ""


def plain_characters(text: str) -> str:
    """The text without invisible characters and separators; full-width characters become ordinary ones.

    Everything else stays: it is for the caller to reject.
    """
    return "".join(map(_plain_character, text))


def read_written_number(text: str) -> WrittenNumber | None:
    """What a person typed or pasted: "06 39 98 00 01", "tel:+33639980001;ext=12", "01 99 00 12 34 poste 12".

    Also SIP URIs with a number ("sip:+33639980001@example.org") and pauses before an extension ("0199001234,,12#").
    None for a text that cannot be a number; whether the digits are one is not checked here.
    """
    if len(text) > MAX_LENGTH:
        return None
    visible = _visible_text(text)
    if any(unicodedata.category(character) == "Cc" for character in visible):  # more than one line
        return None
    if uri := _URI.match(visible):
        return _read_uri(visible[uri.end() :])
    if uri := _SIP_URI.fullmatch(visible):
        return _read_uri(uri["user"])
    if label := _LABEL.match(visible):
        visible = visible[label.end() :]
    extension = ""
    if found := _EXTENSION.search(visible) or _PAUSE.search(visible):
        extension, visible = found[1], visible[: found.start()]
    digits = plain_characters(visible)
    return WrittenNumber(digits, extension) if re.fullmatch(r"\+?[0-9]+", digits) else None


def parts_of_number(text: str) -> tuple[str, ...]:
    """The digits of a part of a number, as they may stand in an international one: with and without a prefix of zeros.

    () for a text that is no part of a number, or shorter than three digits.
    """
    digits = plain_characters(text).removeprefix("+")
    if not re.fullmatch(r"[0-9]{3,15}", digits):
        return ()
    without_prefix = (digits.removeprefix("00"), digits.removeprefix("0"))
    return tuple(dict.fromkeys(each for each in (digits, *without_prefix) if len(each) >= 3))


def _read_uri(rest: str) -> WrittenNumber | None:
    """The number of a URI (RFC 3966): its parameters `ext` and `phone-context` are read, others ignored."""
    number, *parameters = unquote(rest).split(";")
    values = {name.strip().lower(): value.strip() for name, _, value in (each.partition("=") for each in parameters)}
    digits, extension = plain_characters(number), plain_characters(values.get("ext", ""))
    context = values.get("phone-context", "")
    if not digits.startswith("+") and _CONTEXT.fullmatch(context):
        digits = context + digits
    valid = re.fullmatch(r"\+?[0-9]+", digits) and re.fullmatch(r"[0-9]{0,7}", extension)
    return WrittenNumber(digits, extension) if valid else None


def _visible_text(text: str) -> str:
    """The text with ordinary spaces and digits and without invisible characters: words are looked for in it."""
    spaced = "".join(
        _ordinary_character(character)
        for character in unicodedata.normalize("NFC", text.strip())
        if unicodedata.category(character) != "Cf"
    )
    return spaced.translate({code: code - _FULL_WIDTH_OFFSET for code in _FULL_WIDTH}).strip()


def _ordinary_character(character: str) -> str:
    """A space for every space, and 0 to 9 for the digits of every script (Unicode category Nd)."""
    if character == "\t" or unicodedata.category(character) == "Zs":
        return " "
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _plain_character(character: str) -> str:
    if character.isascii():
        return "" if character in _ASCII_SEPARATORS else character
    if ord(character) in _FULL_WIDTH:
        return _plain_character(chr(ord(character) - _FULL_WIDTH_OFFSET))
    if character in _PLUS_SIGNS:
        return "+"
    dropped = (
        character in _SEPARATORS or character in _DROPPED or unicodedata.category(character) in _DROPPED_CATEGORIES
    )
    return "" if dropped else character
