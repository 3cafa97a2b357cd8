"""Contact cards as staff see them."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from records.contacts.lines import NEVER, last_interaction_at
from records.contacts.merges import merged_card_ids, surviving_card
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.requests import Request, list_requests
from records.schema import Contact, ContactLine, Interaction, Line
from records.schema import Request as Requests

MAX_RESULTS = 50


@dataclass(frozen=True, slots=True)
class Card:
    """A person, with the lines (E.164) on which they can be reached now."""

    id: int
    name: str | None
    language: str | None
    lines: tuple[str, ...]
    created_at: datetime
    last_interaction_at: datetime | None


@dataclass(frozen=True, slots=True)
class InteractionRecord:
    """One interaction in a card's history, in any channel."""

    at: datetime
    channel: str
    purpose: str
    call_ref: str | None
    summary: str | None


@dataclass(frozen=True, slots=True)
class CardDetail:
    """Interactions are newest first, open requests oldest first."""

    card: Card
    interactions: tuple[InteractionRecord, ...]
    open_requests: tuple[Request, ...]


def find_cards(database: Database, text: str) -> tuple[Card, ...]:
    """The cards with this number (E.164), or with `text` in the name, ignoring accents and capitals.

    The latest interaction comes first; MAX_RESULTS at most.
    """
    with database.read() as connection:
        lines = select(ContactLine.contact_id).join(Line).where(Line.e164 == text.strip(), ContactLine.until.is_(None))
        names = select(Contact.id).where(Contact.name_folded.contains(fold(text), autoescape=True))
        found = connection.execute((lines if text.strip().startswith("+") else names).limit(MAX_RESULTS)).scalars()
        cards = [
            get_card(connection, contact_id) for contact_id in {surviving_card(connection, one) for one in found.all()}
        ]
    return tuple(sorted(cards, key=lambda found: (found.last_interaction_at or NEVER, found.id), reverse=True))


def get_card_detail(database: Database, contact_id: int) -> CardDetail:
    """All about one person; for a merged card, the card that it is part of. Raises NotFound."""
    with database.read() as connection:
        cards = merged_card_ids(surviving_card(connection, contact_id))
        columns = (Interaction.at, Interaction.channel, Interaction.purpose, Interaction.call_ref, Interaction.summary)
        rows = select(*columns).where(Interaction.contact_id.in_(cards))
        rows = rows.order_by(Interaction.at.desc(), Interaction.id.desc())
        return CardDetail(
            get_card(connection, contact_id),
            tuple(InteractionRecord(*row) for row in connection.execute(rows)),
            list_requests(connection, Requests.contact_id.in_(cards) & Requests.closed_at.is_(None)),
        )


def rename_card(database: Database, contact_id: int, name: str) -> Card:
    """The card under its new name. Raises RecordsError for an empty name, NotFound."""
    if not name.strip():
        raise RecordsError("A card's name cannot be empty; give a name.")
    with database.write() as connection:
        shown = surviving_card(connection, contact_id)
        named = {"name": name.strip(), "name_folded": fold(name)}
        connection.execute(update(Contact).where(Contact.id == shown).values(named))
        return get_card(connection, shown)


def get_card(connection: Connection, contact_id: int) -> Card:
    """The card that `contact_id` is or is part of; without a name it shows one that it absorbed. Raises NotFound."""
    shown = surviving_card(connection, contact_id)
    own = select(Contact.name, Contact.language, Contact.created_at).where(Contact.id == shown)
    if (row := connection.execute(own).one_or_none()) is None:
        raise NotFound(f"There is no card {contact_id}.")
    names = (
        select(Contact.name)
        .where(Contact.id.in_(merged_card_ids(shown)), Contact.name.is_not(None))
        .order_by(Contact.id)
    )
    name = row.name or connection.scalar(names.limit(1))
    return Card(
        shown, name, row.language, _lines(connection, shown), row.created_at, last_interaction_at(connection, shown)
    )


def fold(text: str) -> str:
    """`text` as it is searched: without accents, capitals and surrounding spaces."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _lines(connection: Connection, contact_id: int) -> tuple[str, ...]:
    tied = ContactLine.contact_id.in_(merged_card_ids(contact_id)) & ContactLine.until.is_(None)
    rows = select(Line.e164).join(ContactLine).where(tied).distinct().order_by(Line.e164)
    return tuple(connection.execute(rows).scalars())
