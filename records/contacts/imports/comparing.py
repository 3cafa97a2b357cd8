"""Rows of a file as the search for duplicates compares them with cards."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from records.contacts.duplicates.keys import numbered_keys
from records.contacts.duplicates.matching import Candidate, find_same
from records.schema import DuplicateKey, DuplicateQueue
from routing.contact_files.import_rows import ContactRow
from routing.duplicates import Address, Person


def find_similar(connection: Connection, row: ContactRow) -> Candidate | None:
    """The card that is likely to be this person's; None when none resembles it."""
    return find_same(connection, _person(row)) if row.name else None


def index_new_cards(connection: Connection, cards: Sequence[tuple[int, ContactRow]]) -> None:
    """Makes new cards (id, and what they say) known to the search for duplicates, which compares them later."""
    keys = [{"key": key, "contact_id": each} for each, row in cards for key, _ in numbered_keys(_person(row))]
    if keys:
        connection.execute(insert(DuplicateKey), keys)
    connection.execute(insert(DuplicateQueue), [{"contact_id": each} for each, _ in cards])


def _person(row: ContactRow) -> Person:
    address = Address(row.street, row.postcode, row.city)
    addresses = (address,) if row.street or row.postcode or row.city else ()
    names = (row.name,) if row.name else ()
    return Person(names, row.numbers, row.emails, row.organisation, addresses)
