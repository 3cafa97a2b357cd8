"""Values as the text of a plan has them: on a line of their own, in braces, plain or in quotes."""

import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence

PlainValue = str | None | Mapping[str, "PlainValue"] | Sequence["PlainValue"]
"""A value as it is written in a plan: a scalar, nothing, entries by name, or a list."""

_PLAIN = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z_ -]|:(?=\d))*(?<! )", re.ASCII)
_HOURS = re.compile(r"\d\d:[0-9:, -]*\d", re.ASCII)


def format_pair(name: Hashable, value: PlainValue) -> str:
    """An entry in braces; an item of a list has a number for its name, which is not written."""
    return f"{format_key(name)}: {format_in_flow(value)}" if isinstance(name, str) else format_in_flow(value)


def format_on_line(value: PlainValue, *, quoted: bool = False) -> str:
    """A value after its name, alone on the line."""
    if isinstance(value, str) and _HOURS.fullmatch(value) and not quoted:
        return value
    return format_in_flow(value, quoted=quoted) if value is not None else ""


def format_in_flow(value: PlainValue, *, quoted: bool = False) -> str:
    """A value among others on a line; what it holds is in braces or brackets."""
    if value is None:
        return "~"
    if isinstance(value, str):
        return format_scalar(value, quoted=quoted)
    if isinstance(value, Mapping):
        return "{" + ", ".join(format_pair(name, entry) for name, entry in value.items()) + "}"
    return "[" + ", ".join(format_in_flow(item) for item in value) + "]"


def format_key(name: str) -> str:
    """Telephone keys and numbers are quoted, as in the default plan, so that no reader takes them for numbers."""
    return format_scalar(name, quoted=len(name) == 1 or name.startswith("+"))


def format_scalar(word: str, *, quoted: bool = False) -> str:
    """Plain where YAML reads it as it is, otherwise in double quotes."""
    if _PLAIN.fullmatch(word) and word != "null" and not quoted:
        return word
    return '"' + "".join(_escape(character) for character in word) + '"'


def _escape(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return character
