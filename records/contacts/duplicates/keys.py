"""The keys under which a card is found as a duplicate, and the queue of cards that have still to be compared."""

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, or_, select
from sqlalchemy.exc import IntegrityError

from records.contacts.duplicates.people import read_own
from records.database.engine import savepoint
from records.schema import DuplicateKey, DuplicateProposal, DuplicateQueue
from routing.duplicates import Person, blocking_keys

_KEYS = select(DuplicateKey.key).where(DuplicateKey.contact_id == bindparam("contact_id"))


def index_duplicates(connection: Connection, contact_id: int) -> None:
    """Makes the keys of a contact what its card says now; it is compared with others later, behind this transaction.

    Call it after the name, the addresses and the lines of the card are written.
    """
    write_keys(connection, contact_id)
    queue_contacts(connection, (contact_id,))


def write_keys(connection: Connection, contact_id: int) -> bool:
    """Makes the keys of a contact what its card says now; whether any was written."""
    wanted = {number for number, _ in numbered_keys(read_own(connection, contact_id))}
    if (known := read_keys(connection, contact_id)) == wanted:
        return False
    if gone := known - wanted:
        theirs = (DuplicateKey.contact_id == contact_id) & DuplicateKey.key.in_(gone)
        connection.execute(delete(DuplicateKey).where(theirs))
    if new := sorted(wanted - known):
        connection.execute(insert(DuplicateKey), [{"key": key, "contact_id": contact_id} for key in new])
    return True


def read_keys(connection: Connection, contact_id: int) -> set[int]:
    """The keys of a contact as they are stored."""
    return {*connection.scalars(_KEYS, {"contact_id": contact_id})}


def numbered_keys(person: Person) -> list[tuple[int, str]]:
    """Each key of a person as it is stored, and as text."""
    return sorted({digest_key(key): key for key in sorted(blocking_keys(person))}.items())


def digest_key(key: str) -> int:
    """A number of 64 bits for a key; two keys with one number only cost a comparison."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def queue_contacts(connection: Connection, ids: Iterable[int]) -> None:
    """These contacts are compared with others a little later."""
    wanted = sorted(set(ids))
    known = {*connection.scalars(select(DuplicateQueue.contact_id).where(DuplicateQueue.contact_id.in_(wanted)))}
    for contact_id in (each for each in wanted if each not in known):
        _queue(connection, contact_id)


def _queue(connection: Connection, contact_id: int) -> None:
    try:
        with savepoint(connection):
            connection.execute(insert(DuplicateQueue).values(contact_id=contact_id))
    except IntegrityError:
        return  # another transaction has queued it (PostgreSQL)


def forget_duplicates(connection: Connection, ids: Sequence[int]) -> None:
    """Deletes keys, proposals and decisions of contacts that are about to be deleted."""
    connection.execute(delete(DuplicateKey).where(DuplicateKey.contact_id.in_(ids)))
    connection.execute(delete(DuplicateQueue).where(DuplicateQueue.contact_id.in_(ids)))
    theirs = or_(DuplicateProposal.first_id.in_(ids), DuplicateProposal.second_id.in_(ids))
    connection.execute(delete(DuplicateProposal).where(theirs))
