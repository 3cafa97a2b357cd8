"""One person of a file of contacts, as a card will say it; what cannot be used is remarked."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from routing.contact_files.fields import ContactField
from routing.email_addresses import is_email_address
from routing.languages import find_language
from routing.numbers import parse_typed_number
from routing.person_names import fold, name_words

MAX_NAME = 120
MAX_EACH = 10
"""Numbers, and e-mail addresses, of one card."""
_SHOWN = 60
_BETWEEN_NUMBERS = re.compile(r":::|[/;,\n]|\bou\b|\bor\b|\bet\b")
_BETWEEN_ADDRESSES = re.compile(r":::|[;,\s]+")
_LAST_FIRST = re.compile(r"([^,]+),\s*([^,]+)")


@dataclass(frozen=True, slots=True)
class Remark:
    """What was left out, and why. `code`: number, email, many or long; "unreachable": nothing to reach them is left."""

    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One person. `number`: the line of a table, or the number of a card. Numbers are E.164.

    `problem`: why nothing of it can be used, as a code; "" when it can.
    """

    number: int
    name: str = ""
    organisation: str = ""
    numbers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    street: str = ""
    postcode: str = ""
    city: str = ""
    language: str = ""
    remarks: tuple[Remark, ...] = ()
    problem: str = ""

    def digest(self) -> str:
        """The same for two rows that say the same of a person, wherever they stand."""
        return _digest(self.name, self.organisation, self.numbers, self.emails)

    def to_text(self) -> str:
        """As it is stored; `from_text` reads it."""
        values = asdict(self)
        del values["number"], values["problem"]
        return json.dumps({name: value for name, value in values.items() if value}, ensure_ascii=False)

    @classmethod
    def from_text(cls, number: int, text: str, problem: str = "") -> "ContactRow":
        values = json.loads(text)
        for name in ("numbers", "emails"):
            values[name] = tuple(values.get(name, ()))
        values["remarks"] = tuple(Remark(**remark) for remark in values.get("remarks", ()))
        return cls(number, problem=problem, **values)


@lru_cache(maxsize=4_096)
def _digest(name: str, organisation: str, numbers: tuple[str, ...], emails: tuple[str, ...]) -> str:
    parts = (
        *(" ".join(name_words(name)), " ".join(name_words(organisation))),
        *(sorted(numbers), sorted(email.casefold() for email in emails)),
    )
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def make_row(number: int, found: Mapping[ContactField, Sequence[str]], country: str) -> ContactRow:
    """The row of these cells. `country`: of numbers without a country code."""
    remarks: list[Remark] = []
    row = ContactRow(
        number,
        name=_one_line(_name(found), remarks),
        organisation=_one_line(" ".join(found.get(ContactField.ORGANISATION, ())[:1]), remarks),
        numbers=_numbers(found.get(ContactField.NUMBER, ()), country, remarks),
        emails=_emails(found.get(ContactField.EMAIL, ()), remarks),
        street=_one_line(", ".join(found.get(ContactField.STREET, ())), remarks),
        postcode=" ".join(found.get(ContactField.POSTCODE, ())[:1])[:16],
        city=_one_line(" ".join(found.get(ContactField.CITY, ())[:1]), remarks),
        language=find_language(next(iter(found.get(ContactField.LANGUAGE, ())), "")) or "",
        remarks=tuple(remarks),
    )
    if row.numbers or row.emails:
        return row
    if row.name or row.organisation:
        left_out = any(remark.code in ("number", "email") for remark in remarks)
        return replace(row, remarks=(*remarks, Remark("unreachable"))) if left_out else row
    return ContactRow(number, remarks=tuple(remarks), problem="nothing")


def names_agree(one: str | None, other: str | None) -> bool:
    """Whether two names can be of one person: one of them is missing, or has all the words of the other."""
    first, second = set(name_words(one or "")), set(name_words(other or ""))
    return first <= second or second <= first


def same_name(one: str | None, other: str | None) -> bool:
    return sorted(name_words(one or "")) == sorted(name_words(other or "")) and bool(fold(one or ""))


def _name(found: Mapping[ContactField, Sequence[str]]) -> str:
    parts = [*found.get(ContactField.FIRST_NAME, ())[:1], *found.get(ContactField.LAST_NAME, ())[:1]]
    if len(parts) == 2 or (parts and not found.get(ContactField.NAME)):
        return " ".join(parts)
    name = next(iter(found.get(ContactField.NAME, ())), "")
    if parts and not set(name_words(parts[0])) <= set(name_words(name)):
        return f"{parts[0]} {name}" if found.get(ContactField.FIRST_NAME) else name
    last_first = _LAST_FIRST.fullmatch(name)
    return f"{last_first[2]} {last_first[1]}" if last_first else name


def _one_line(text: str, remarks: list[Remark]) -> str:
    line = " ".join(text.split())
    if len(line) > MAX_NAME:
        remarks.append(Remark("long", line[:_SHOWN]))
        line = line[:MAX_NAME].rstrip()
    return line


def _numbers(cells: Sequence[str], country: str, remarks: list[Remark]) -> tuple[str, ...]:
    numbers: dict[str, None] = {}
    for cell in cells:
        if whole := parse_typed_number(cell, country):
            numbers[whole] = None
            continue
        for part in filter(str.strip, _BETWEEN_NUMBERS.split(cell)):
            if number := parse_typed_number(part.strip(), country):
                numbers[number] = None
            else:
                remarks.append(Remark("number", part.strip()[:_SHOWN]))
    return _at_most(numbers, remarks)


def _emails(cells: Sequence[str], remarks: list[Remark]) -> tuple[str, ...]:
    emails: dict[str, str] = {}
    for cell in cells:
        for part in filter(None, _BETWEEN_ADDRESSES.split(cell)):
            address = part.strip("<>()\"'")
            if is_email_address(address):
                emails.setdefault(address.casefold(), address)
            elif "@" in part or len(cell) < _SHOWN:
                remarks.append(Remark("email", part[:_SHOWN]))
    return _at_most(emails.values(), remarks)


def _at_most(found: Iterable[str], remarks: list[Remark]) -> tuple[str, ...]:
    texts = tuple(found)
    if len(texts) > MAX_EACH:
        remarks.append(Remark("many", str(len(texts))))
    return texts[:MAX_EACH]
