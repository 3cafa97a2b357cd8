"""Text files as programs write them: bytes to text."""

import re
from codecs import BOM_UTF32_BE, BOM_UTF32_LE
from itertools import islice

_FRENCH = frozenset("àâçéèêëîïôùûœÀÂÇÉÈÊËÎÏÔÙÛŒ«»’…–\u00a0")
_RARE_IN_FRENCH = frozenset("äöüÿæÄÖÜŸÆ€")
_LIGATURES = frozenset("œŒ")
_LIKELY, _RARE, _UNLIKELY = 2, 1, -2
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_ONE_BYTE = ("cp1252", "iso8859_15", "mac_roman", "cp850")
_LOOKED_AT = 20_000
"""Characters outside ASCII that decide; a file of contacts may have millions."""


def decode_text(content: bytes) -> str | None:
    """The text: what its byte order mark says, else UTF-8, UTF-16, Windows-1252, Latin-9, Mac Roman or DOS (850).

    None for what is no text. Of the last four, the one whose accents are the likeliest in French.
    """
    if content.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        return _strict(content, "utf-32")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(content, "utf-16")
    utf_8 = _strict(content, "utf-8-sig")
    if utf_8 is not None and "\0" not in utf_8:
        return utf_8
    if b"\0" in content:
        if content.count(0) * 10 < len(content):  # single zero bytes: a damaged file, not UTF-16
            return None
        # ASCII letters in UTF-16 have a zero byte behind them (little endian) or before them (big endian).
        little = content[1::2].count(0) > content[::2].count(0)
        return _strict(content, "utf-16-le" if little else "utf-16-be")
    texts = [text for encoding in _ONE_BYTE if (text := _strict(content, encoding)) is not None]
    return max(texts, key=_french_score)  # the first of equals


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _french_score(text: str) -> int:
    """How likely the characters outside ASCII are in French."""
    found = islice(_NOT_ASCII.finditer(text), _LOOKED_AT)
    return sum(_likelihood(text, match.start()) for match in found)


def _likelihood(text: str, index: int) -> int:
    if _is_capital_inside_word(text, index) or (text[index] in _LIGATURES and not _is_inside_word(text, index)):
        return _UNLIKELY
    return _LIKELY if text[index] in _FRENCH else _RARE if text[index] in _RARE_IN_FRENCH else _UNLIKELY


def _is_inside_word(text: str, index: int) -> bool:
    return any(beside.isalpha() for beside in (text[index - 1 : index], text[index + 1 : index + 2]))


def _is_capital_inside_word(text: str, index: int) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    return text[index].isupper() and before.isalpha() and (before.islower() or after.islower())
