"""Contact cards as lines of files: tables (CSV), which `fields.guess_field` reads again, and vCard 4.0 (RFC 6350)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing.numbers import format_number
from translations.message import Message, translatable

EACH = 3
"""Columns for numbers, and for e-mail addresses; those beyond stand in the last one."""
TITLES: Sequence[Message] = (
    *(translatable("Name"), translatable("Organisation")),
    *(translatable("Telephone %(place)s", place=place) for place in range(1, EACH + 1)),
    *(translatable("E-mail %(place)s", place=place) for place in range(1, EACH + 1)),
    *(translatable("Street"), translatable("Postcode"), translatable("City"), translatable("Language")),
)
_LINE_BYTES = 75


@dataclass(frozen=True, slots=True)
class OutgoingCard:
    """What a file says of a person; numbers in E.164, "" for what is not known."""

    id: int
    name: str
    organisation: str
    numbers: Sequence[str]
    emails: Sequence[str]
    street: str
    postcode: str
    city: str
    language: str


def card_cells(card: OutgoingCard, country: str) -> list[str]:
    """The cells of a card, in the order of TITLES."""
    numbers = [format_number(number, country).replace("\u00a0", " ") for number in card.numbers]
    return [
        *(card.name, card.organisation),
        *_in_columns(numbers, " / "),
        *_in_columns(card.emails, " "),
        *(card.street, card.postcode, card.city, card.language),
    ]


def vcard(card: OutgoingCard) -> str:
    """A card of RFC 6350. Its UID is of our own, so that a program that reads two exports knows the person again."""
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"UID:urn:x-standardiste:contact:{card.id}"]
    shown = card.name or card.organisation or next(iter((*card.numbers, *card.emails)), str(card.id))
    lines.append(f"FN:{_escape(shown)}")
    if card.name:
        *first, last = card.name.split(" ")
        lines.append(f"N:{_escape(last)};{_escape(' '.join(first))};;;")
    if card.organisation:
        lines.append(f"ORG:{_escape(card.organisation)}")
    lines += [f"TEL;VALUE=uri:tel:{number}" for number in card.numbers]
    lines += [f"EMAIL:{_escape(email)}" for email in card.emails]
    if card.street or card.postcode or card.city:
        lines.append(f"ADR:;;{_escape(card.street)};{_escape(card.city)};;{_escape(card.postcode)};")
    if card.language:
        lines.append(f"LANG:{_escape(card.language)}")
    return "".join(f"{folded}\r\n" for line in (*lines, "END:VCARD") for folded in _fold(line))


def _in_columns(texts: Sequence[str], between: str) -> list[str]:
    return [*texts[: EACH - 1], *[""] * (EACH - 1 - len(texts)), between.join(texts[EACH - 1 :])]


def _escape(text: str) -> str:
    for character in ("\\", ",", ";"):
        text = text.replace(character, f"\\{character}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "")


def _fold(line: str) -> Iterator[str]:
    """Pieces of 75 bytes at most, none of which parts a character; each but the first begins with a space."""
    piece, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _LINE_BYTES:
            yield piece
            piece, size = " ", 1
        piece += character
        size += width
    yield piece
