"""What a row of an import has written on its card, as keyed digests, which recognise a value without holding it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from records.database.engine import hash_number

TEXTS = ("name", "organisation", "language", "street", "postcode", "city")
_LENGTH = 16
"""Hexadecimal digits of a digest: two values of one card are never taken for each other."""


@dataclass(frozen=True, slots=True)
class Additions:
    """Digests of texts by field, of numbers, and of addresses as they are compared; written at the instant `at`.

    `origin`: the row of `contact_origin` that was added to a card that was there before, "" for none.
    """

    at: datetime
    texts: Mapping[str, str] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    origin: str = ""

    def to_text(self) -> str:
        """As it is stored; `from_text` reads it."""
        values = {"texts": dict(self.texts), "numbers": sorted(self.numbers), "emails": sorted(self.emails)}
        found = {name: value for name, value in values.items() if value} | {"at": self.at.isoformat()}
        return json.dumps(found | ({"origin": self.origin} if self.origin else {}))

    @classmethod
    def from_text(cls, text: str) -> "Additions":
        said = json.loads(text)
        at, texts, origin = datetime.fromisoformat(said["at"]), said.get("texts", {}), said.get("origin", "")
        return cls(at, texts, frozenset(said.get("numbers", ())), frozenset(said.get("emails", ())), origin)


def digest_additions(
    connection: Connection,
    at: datetime,
    texts: Mapping[str, str | None],
    numbers: Iterable[str] = (),
    emails: Iterable[str] = (),
    origin: str = "",
) -> Additions:
    """The digests of these values; empty texts are left out. Its parameters are what an addition consists of."""
    return Additions(
        at,
        {name: digest_value(connection, name, text) for name, text in texts.items() if text},
        frozenset(digest_value(connection, "number", number) for number in numbers),
        frozenset(digest_value(connection, "email", email.casefold()) for email in emails),
        origin,
    )


def digest_value(connection: Connection, name: str, value: str) -> str:
    """The keyed digest of one value of a card."""
    return hash_number(connection, f"imported {name} {value}")[:_LENGTH]
