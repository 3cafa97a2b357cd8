"""Files of contacts in vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350): cards one by one, without pictures and sounds."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import vobject

from routing.contact_files.csv_table import MAX_LINE, clean_cell
from routing.contact_files.fields import ContactField

logging.getLogger("vobject.base").disabled = True  # it would log the lines of a card that it cannot read

NOT_CLOSED, UNREADABLE, TOO_LONG = "not_closed", "unreadable", "too_long"
MAX_CARD = 32_000
"""Characters of a card without what is left out."""
_WANTED = frozenset(("VERSION", "FN", "N", "ORG", "TEL", "EMAIL", "ADR", "LANG"))
_PROPERTY = re.compile(r"\s*(?:[\w-]+\.)?([\w-]+)[^:]*:", re.ASCII)
_QUOTED = re.compile(r"quoted-printable", re.IGNORECASE)
_QUOTED_VALUE = re.compile(r"^([^;:\n]+)(;[^:\n]*QUOTED-PRINTABLE)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CardText:
    """A card of the file: its number (from 1), and the lines that matter; or why it cannot be read."""

    number: int
    text: str
    problem: str = ""


@dataclass(slots=True)
class _Reading:
    """A card while it is read. `depth` is 1 inside the card, more inside cards within it (AGENT)."""

    kept: list[str] = field(default_factory=list)
    size: int = 0
    depth: int = 1
    keeps: bool = False
    is_soft: bool = False
    """The last line ended with = in a quoted-printable value, and goes on in the next."""
    is_agent: bool = False
    problem: str = ""

    def add(self, line: str) -> None:
        stripped = line.strip().upper()
        if self.is_soft or line[:1] in (" ", "\t"):
            self._go_on(line)
        elif stripped.startswith("BEGIN:"):
            self.depth += 1
        elif stripped.startswith("END:"):
            self.depth -= 1
        elif self.depth == 1:
            self._begin(line)

    def is_new_card(self, line: str) -> bool:
        """Whether a card begins in the middle of this one, because its end is missing."""
        begins = line.strip().upper() == "BEGIN:VCARD"
        return begins and self.depth == 1 and not self.is_agent and not self.is_soft

    def text(self) -> str:
        return "BEGIN:VCARD\n" + "".join(self.kept) + "END:VCARD\n"

    def _begin(self, line: str) -> None:
        named = _PROPERTY.match(line)
        name = named[1].upper() if named else ""
        self.is_agent = name == "AGENT"
        self.keeps = name in _WANTED
        self.is_soft = bool(named and _QUOTED.search(named[0])) and line.rstrip("\n").endswith("=")
        self._keep(line)

    def _go_on(self, line: str) -> None:
        self.is_soft = self.is_soft and line.rstrip("\n").endswith("=")
        self._keep(line)

    def _keep(self, line: str) -> None:
        if not self.keeps or not line.strip():
            return
        self.size += len(line)
        if len(line) > MAX_LINE or self.size > MAX_CARD:
            self.problem, self.kept = TOO_LONG, []
        elif not self.problem:
            self.kept.append(line if line.endswith("\n") else f"{line}\n")


def split_cards(lines: Iterable[str]) -> Iterator[CardText]:
    """Every card of a file, in constant memory; what stands between cards is left out."""
    number, reading = 0, None
    for line in lines:
        if reading is None or reading.is_new_card(line):
            if reading:
                yield CardText(number, "", NOT_CLOSED)
            reading = None
            if line.strip().upper() == "BEGIN:VCARD":
                number, reading = number + 1, _Reading()
            continue
        reading.add(line)
        if reading.depth == 0:
            yield CardText(number, "" if reading.problem else reading.text(), reading.problem)
            reading = None
    if reading:
        yield CardText(number, "", NOT_CLOSED)


def parse_card(text: str) -> dict[ContactField, list[str]] | None:
    """What a card says, by field; None when no program can read it."""
    card = _read(text) or _read(_QUOTED_VALUE.sub(r"\1;CHARSET=windows-1252\2", text))  # old programs write no CHARSET
    if card is None:
        return None
    contents = card.contents
    found: dict[ContactField, list[str]] = {
        ContactField.NAME: [_name(contents)],
        ContactField.ORGANISATION: [", ".join(_texts(each.value)) for each in contents.get("org", ())[:1]],
        ContactField.NUMBER: [_text(each.value) for each in contents.get("tel", ())],
        ContactField.EMAIL: [_text(each.value).removeprefix("mailto:") for each in contents.get("email", ())],
        ContactField.LANGUAGE: [_text(each.value) for each in contents.get("lang", ())[:1]],
    }
    for each in contents.get("adr", ())[:1]:
        address = each.value
        found[ContactField.STREET] = [
            *_texts(getattr(address, "street", "")),
            *_texts(getattr(address, "extended", "")),
        ]
        found[ContactField.POSTCODE] = [_text(getattr(address, "code", ""))]
        found[ContactField.CITY] = [_text(getattr(address, "city", ""))]
    return {name: kept for name, texts in found.items() if (kept := [text for text in texts if text])}


def _read(text: str) -> "vobject.base.Component | None":
    try:
        return vobject.readOne(text, allowQP=True, ignoreUnreadable=True)
    except Exception:  # whatever a damaged card makes the library raise: LookupError, UnicodeError, IndexError ...
        return None


def _name(contents: "dict[str, list[vobject.base.ContentLine]]") -> str:
    """As it is displayed; else made of its parts, first name first."""
    if shown := next((text for each in contents.get("fn", ()) if (text := _text(each.value))), ""):
        return shown
    for each in contents.get("n", ()):
        parts = [getattr(each.value, part, "") for part in ("given", "additional", "family")]
        if name := " ".join(text for part in parts for text in _texts(part)):
            return name
    return ""


def _text(value: object) -> str:
    return " ".join(_texts(value))


def _texts(value: object) -> list[str]:
    parts = value if isinstance(value, (list, tuple)) else [value]
    return [text for part in parts if (text := clean_cell(str(part)))]
