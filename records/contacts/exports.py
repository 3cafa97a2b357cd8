"""Cards for files that leave the house: all of them, or those that a search finds. The change log says so."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Select, func, select

from records import changes
from records.actor import Actor
from records.contacts.contact_cards import Card, find_cards, list_cards
from records.database.engine import Database
from records.schema import Contact, ContactMerge
from routing.access.permissions import Permission
from routing.contact_files.outgoing import OutgoingCard

CHANGE_KIND = "contacts.export"
PAGE = 500


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    VCARD = "vcf"


def export_cards(
    database: Database, actor: Actor, text: str, country: str, file_format: ExportFormat, *, at: datetime
) -> Iterator[OutgoingCard]:
    """The cards that a search for `text` finds, all of them for "": page by page, so that no reading lasts long.

    `country`: of numbers in the search. The change log says how many, and whether it was a search: never its words.
    Each parameter says what is exported, by whom or how. Raises Forbidden.
    """
    actor.require(Permission.EXPORT_CONTACTS)
    found = find_cards(database, text, country) if text else None
    with database.write() as connection:
        count = _count(connection) if found is None else len(found)
        values = {"count": count, "filter": "search" if text else "all", "format": file_format.value}
        changes.record(connection, actor, CHANGE_KIND, "", after=values, at=at)
    return (_outgoing(card) for card in (_all_cards(database) if found is None else found))


def _all_cards(database: Database) -> Iterator[Card]:
    """Every card that is not part of another, by their numbers."""
    last = 0
    while True:
        with database.read() as connection:
            ids = connection.scalars(_own_cards().where(Contact.id > last).order_by(Contact.id).limit(PAGE)).all()
            cards = list_cards(connection, ids)
        yield from sorted(cards, key=lambda card: card.id)
        if len(ids) < PAGE:
            return
        last = ids[-1]


def _own_cards() -> Select[int]:
    absorbed = select(ContactMerge.id).where(ContactMerge.absorbed_id == Contact.id, ContactMerge.undone_at.is_(None))
    return select(Contact.id).where(~absorbed.exists())


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(_own_cards().subquery())) or 0


def _outgoing(card: Card) -> OutgoingCard:
    return OutgoingCard(
        card.id,
        card.name or "",
        card.organisation or "",
        card.lines,
        card.emails,
        card.street or "",
        card.postcode or "",
        card.city or "",
        card.language or "",
    )
