"""Who was erased, as keyed hashes in a file beside the backups, so that a restored backup does not bring them back.

A line of JSON for each erasure: when, the hashes of the person's cards and numbers, and which of these numbers must
not be called, for they may have asked for that after the backup. Whoever has the file alone
learns nothing: the key of the hashes is in `var/secrets` (`records.database.engine.hash_number`).
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from records.actor import Actor
from records.callbacks.do_not_call import is_do_not_call_in, keep_hash_in
from records.contacts.merges import surviving_card
from records.database.engine import Database, hash_number
from records.retention import erasure
from records.retention.erasure import Person
from records.schema import Contact, ContactLine, Line
from routing.access.permissions import Role

FILE_NAME = "erasures.jsonl"
RESTORER = "standardiste"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One erasure: the keyed hashes of the cards, and of the numbers that nobody else had.

    `do_not_call`: those of the numbers that were on the do-not-call list.
    """

    at: datetime
    cards: frozenset[str]
    numbers: frozenset[str]
    do_not_call: frozenset[str] = frozenset()


def write_entry(file: Path, connection: Connection, person: Person, *, at: datetime) -> None:
    """Adds the person to the file, on the disk when this returns; call it while they are still in the database."""
    cards = connection.execute(select(Contact.id, Contact.created_at).where(Contact.id.in_(person.cards)))
    lines = connection.execute(select(Line.id, Line.e164).where(Line.id.in_(person.lines))).all()
    _append(
        file,
        LedgerEntry(
            at,
            frozenset(_hash_card(connection, row.id, row.created_at) for row in cards),
            frozenset(hash_number(connection, row.e164) for row in lines),
            frozenset(hash_number(connection, row.e164) for row in lines if is_do_not_call_in(connection, row.id)),
        ),
    )


def read_entries(file: Path) -> tuple[LedgerEntry, ...]:
    """The entries of the file, oldest first; none when there is no such file.

    A line that a power cut has left half written is passed over. Raises OSError.
    """
    if not file.exists():
        return ()
    return tuple(_read_lines(file.read_text(encoding="utf-8").splitlines()))


def carry_over(file: Path, entries: Iterable[LedgerEntry]) -> None:
    """Adds the entries that the file does not have yet."""
    known = {*read_entries(file)}
    for entry in entries:
        if entry not in known:
            _append(file, entry)


def erase_again(database: Database, entries: Iterable[LedgerEntry], *, at: datetime) -> tuple[Person, ...]:
    """Erases those of the entries who are in the database; their files remain to be deleted by the caller.

    `entries`: erasures after the copy was made, whose numbers therefore belonged to nobody else in it. Their numbers
    that must not be called are on that list again, also where the copy knows nothing of it.
    """
    cards = frozenset[str]().union(*(entry.cards for entry in entries))
    numbers = frozenset[str]().union(*(entry.numbers for entry in entries))
    if not cards and not numbers:
        return ()
    actor = Actor(None, Role.ADMINISTRATOR, RESTORER)
    with database.read() as connection:
        found = sorted({surviving_card(connection, each) for each in _find_cards(connection, cards, numbers)})
    erased = tuple(erasure.erase_contact(database, actor, contact_id, at=at).person for contact_id in found)
    with database.write() as connection:
        for hashed in sorted(frozenset[str]().union(*(entry.do_not_call for entry in entries))):
            keep_hash_in(connection, hashed, source=RESTORER, at=at)
    return erased


def _find_cards(connection: Connection, cards: frozenset[str], numbers: frozenset[str]) -> Iterator[int]:
    """Every card and every number is hashed: about two seconds for a million of each."""
    for row in connection.execute(select(Contact.id, Contact.created_at)).yield_per(1000):
        if _hash_card(connection, row.id, row.created_at) in cards:
            yield row.id
    alone = select(ContactLine.line_id, func.min(ContactLine.contact_id).label("contact_id"))
    alone = alone.group_by(ContactLine.line_id).having(func.count(ContactLine.contact_id.distinct()) == 1)
    tied = alone.subquery()
    lines = select(Line.e164, tied.c.contact_id).join(tied, tied.c.line_id == Line.id)
    for row in connection.execute(lines).yield_per(1000):
        if hash_number(connection, row.e164) in numbers:
            yield row.contact_id


def _hash_card(connection: Connection, contact_id: int, created_at: datetime) -> str:
    """The number of a card alone may come again after it was deleted."""
    return hash_number(connection, f"card {contact_id} {created_at.isoformat()}")


def _append(file: Path, entry: LedgerEntry) -> None:
    hashes = {"cards": entry.cards, "numbers": entry.numbers, "do_not_call": entry.do_not_call}
    said = {"at": entry.at.isoformat(), **{name: sorted(each) for name, each in hashes.items()}}
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+b") as writing:
        size = writing.seek(0, os.SEEK_END)
        if size and os.pread(writing.fileno(), 1, size - 1) != b"\n":  # after a power cut
            writing.write(b"\n")
        writing.write(json.dumps(said).encode() + b"\n")
        writing.flush()
        os.fsync(writing.fileno())


def _read_lines(lines: Iterable[str]) -> Iterator[LedgerEntry]:
    for line in lines:
        try:
            said = json.loads(line)
            hashes = (said["cards"], said["numbers"], said.get("do_not_call", ()))  # not before version 0.2
            yield LedgerEntry(datetime.fromisoformat(said["at"]), *map(frozenset, hashes))
        except (ValueError, KeyError, TypeError):
            continue
