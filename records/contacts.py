"""The contact cards as staff see them."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from records.base import Base
from records.errors import NotFound, RecordsError
from records.lines import NEVER, last_heard
from records.merges import family, kept_card
from records.requests import Request, requests
from records.schema import Contact, ContactLine, Interaction, Line
from records.schema import Request as Requests

FOUND_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Card:
    """A person, with the lines (E.164) where he or she can be reached now."""

    id: int
    name: str | None
    language: str | None
    lines: tuple[str, ...]
    created_at: datetime
    last_heard: datetime | None


@dataclass(frozen=True, slots=True)
class Contacted:
    """One moment of a card's history, in any channel."""

    at: datetime
    channel: str
    purpose: str
    call_ref: str | None
    summary: str | None


@dataclass(frozen=True, slots=True)
class CardDetail:
    """Interactions are newest first, open requests oldest first."""

    card: Card
    interactions: tuple[Contacted, ...]
    open_requests: tuple[Request, ...]


def find(base: Base, text: str) -> tuple[Card, ...]:
    """The cards with this number (E.164) or with `text` in the name, whatever its accents and capitals.

    The last heard of comes first; 50 at most.
    """
    with base.read() as connection:
        lines = select(ContactLine.contact_id).join(Line).where(Line.e164 == text.strip(), ContactLine.until.is_(None))
        names = select(Contact.id).where(Contact.name_folded.contains(folded(text), autoescape=True))
        found = connection.execute((lines if text.strip().startswith("+") else names).limit(FOUND_AT_MOST)).scalars()
        cards = [card(connection, contact_id) for contact_id in {kept_card(connection, one) for one in found.all()}]
    return tuple(sorted(cards, key=lambda found: (found.last_heard or NEVER, found.id), reverse=True))


def show(base: Base, contact_id: int) -> CardDetail:
    """Everything about one person; a merged card shows the card that it is part of. Raises NotFound."""
    with base.read() as connection:
        person = family(kept_card(connection, contact_id))
        columns = (Interaction.at, Interaction.channel, Interaction.purpose, Interaction.call_ref, Interaction.summary)
        rows = select(*columns).where(Interaction.contact_id.in_(person))
        rows = rows.order_by(Interaction.at.desc(), Interaction.id.desc())
        return CardDetail(
            card(connection, contact_id),
            tuple(Contacted(*row) for row in connection.execute(rows)),
            requests(connection, Requests.contact_id.in_(person) & Requests.closed_at.is_(None)),
        )


def rename(base: Base, contact_id: int, name: str) -> Card:
    """The card under its new name. Raises RecordsError for an empty name, NotFound for no card."""
    if not name.strip():
        raise RecordsError("A card's name cannot be empty; give a name.")
    with base.write() as connection:
        shown = kept_card(connection, contact_id)
        named = {"name": name.strip(), "name_folded": folded(name)}
        connection.execute(update(Contact).where(Contact.id == shown).values(named))
        return card(connection, shown)


def card(connection: Connection, contact_id: int) -> Card:
    """The card that `contact_id` is or is part of; a nameless one shows a name that it absorbed. Raises NotFound."""
    shown = kept_card(connection, contact_id)
    own = select(Contact.name, Contact.language, Contact.created_at).where(Contact.id == shown)
    if (row := connection.execute(own).one_or_none()) is None:
        raise NotFound(f"There is no card {contact_id}.")
    names = select(Contact.name).where(Contact.id.in_(family(shown)), Contact.name.is_not(None)).order_by(Contact.id)
    name = row.name or connection.scalar(names.limit(1))
    return Card(shown, name, row.language, _lines(connection, shown), row.created_at, last_heard(connection, shown))


def folded(text: str) -> str:
    """`text` as it is searched: without accents, capitals and outer blanks."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _lines(connection: Connection, contact_id: int) -> tuple[str, ...]:
    tied = ContactLine.contact_id.in_(family(contact_id)) & ContactLine.until.is_(None)
    rows = select(Line.e164).join(ContactLine).where(tied).distinct().order_by(Line.e164)
    return tuple(connection.execute(rows).scalars())
