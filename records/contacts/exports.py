"""Cards for files that leave the house: all of them, or those that a search finds. The change log says so."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from records import changes
from records.actor import Actor
from records.contacts.contact_cards import Card, count_cards, find_cards, list_page
from records.database.engine import Database
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
        count = count_cards(connection) if found is None else len(found)
        values = {"count": count, "filter": "search" if text else "all", "format": file_format.value}
        changes.record(connection, actor, CHANGE_KIND, "", after=values, at=at)
    return (_outgoing(card) for card in (_all_cards(database) if found is None else found))


def _all_cards(database: Database) -> Iterator[Card]:
    """Every card that is not part of another, by their numbers."""
    last, more = 0, True
    while more:
        cards, more = list_page(database, after=last, limit=PAGE)
        yield from cards
        last = cards[-1].id if cards else last


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
