"""Writes the rows of an import to cards: a few rows in one transaction, which says too how far the import has come.

So an import that was interrupted at any point goes on behind the last row that was written, and no row is written
twice, whichever process goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from records.contacts.contact_cards import Card, list_cards
from records.contacts.duplicates.counters import AvoidedBy, count_avoided
from records.contacts.duplicates.keys import index_duplicates
from records.contacts.imports.additions import TEXTS, Additions, digest_additions
from records.contacts.imports.comparing import index_new_cards
from records.contacts.imports.imports import ImportState, get_import_in
from records.contacts.imports.matching import RowMatch, match_rows, origin_of
from records.contacts.imports.rows import TO_IMPORT, ImportRow, RowOutcome, add_counts, read_rows
from records.contacts.lines import get_or_create_line
from records.contacts.search.index import index_contact, index_lines
from records.contacts.search.new_contacts import index_new_contacts
from records.contacts.search.query import find_surviving
from records.database.engine import Database, savepoint
from records.schema import Contact, ContactEmail, ContactLine, ContactOrigin, Line
from records.schema import ContactImport as Imports
from records.schema import ContactImportRow as Rows
from records.webhooks.record_events import contact_changed, contacts_created
from routing.contact_files.import_rows import ContactRow

_NOTE = (
    update(Rows)
    .where(Rows.import_id == bindparam("in_import"), Rows.number == bindparam("at_number"))
    .values(outcome=bindparam("new_outcome"), contact_id=bindparam("card"), said=bindparam("kept"))
    .values(added=bindparam("additions"))
)


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """What became of a row, its card, and what it has added there."""

    outcome: RowOutcome
    contact_id: int | None
    additions: Additions | None = None


def import_next(database: Database, import_id: int, *, size: int, at: datetime) -> int | None:
    """Writes the next rows, `size` at most; gives how many. None when the import is at its end, or was stopped."""
    with database.write(durable=False) as connection:
        known = get_import_in(connection, import_id, lock=True)
        if known.state is not ImportState.IMPORTING:
            return None
        rows = read_rows(connection, import_id, after=known.position, outcomes=TO_IMPORT, limit=size)
        if not rows:
            done = {"state": ImportState.DONE, "changed_at": at}
            connection.execute(update(Imports).where(Imports.id == import_id).values(done))
            return None
        rows = _unrelated(rows)
        written = _write(connection, rows, at)
        _note(connection, import_id, rows, written)
        values = {
            "position": rows[-1].row.number,
            "counts": add_counts(known.counts, [each.outcome for each in written]),
        }
        connection.execute(update(Imports).where(Imports.id == import_id).values(values))
        return len(rows)


def _unrelated(rows: list[ImportRow]) -> list[ImportRow]:
    """The rows up to the first one that may be about the person of an earlier one: it is compared afterwards."""
    seen: set[str] = set()
    for index, each in enumerate(rows):
        marks = {*each.row.numbers, *(email.casefold() for email in each.row.emails), each.row.digest()}
        if seen & marks:
            return rows[:index]
        seen |= marks
    return rows


def _write(connection: Connection, rows: Sequence[ImportRow], at: datetime) -> list[WrittenRow]:
    matches = [
        _resembling(connection, each) if match.card is None and not match.fits_several else match
        for each, match in zip(rows, match_rows(connection, [each.row for each in rows]), strict=True)
    ]
    new = [each.row for each, match in zip(rows, matches, strict=True) if not match.card and not match.fits_several]
    made = iter(_create(connection, new, at))
    written: list[WrittenRow] = []
    for each, match in zip(rows, matches, strict=True):
        if match.fits_several:
            written.append(WrittenRow(RowOutcome.AMBIGUOUS, match.fits_several[0]))
        elif match.card is None:
            row = each.row
            texts = {field: getattr(row, field) for field in TEXTS}
            additions = digest_additions(connection, at, texts, row.numbers, row.emails)
            written.append(WrittenRow(RowOutcome.CREATED, next(made), additions))
        else:
            origin = "" if match.is_repeated else _remember_origin(connection, match.card.id, each.row)
            written.append(_complete(connection, match.card, each.row, at, origin))
    if known := len(rows) - len(new):
        count_avoided(connection, AvoidedBy.IMPORT, known)
    return written


def _resembling(connection: Connection, each: ImportRow) -> RowMatch:
    """The card that the check found very likely to be the person's; it may have been merged or deleted meanwhile."""
    if each.outcome is not RowOutcome.KNOWN or each.contact_id is None:
        return RowMatch()
    cards = list_cards(connection, find_surviving(connection, [each.contact_id]))
    return RowMatch(cards[0] if cards else None)


def _create(connection: Connection, rows: Sequence[ContactRow], at: datetime) -> Sequence[int]:
    """A card for each row, with everything by which it is found. It takes few statements, however many rows."""
    if not rows:
        return ()
    values = [{field: getattr(row, field) or None for field in TEXTS} | {"created_at": at} for row in rows]
    query = insert(Contact).returning(Contact.id, sort_by_parameter_order=True)
    ids = connection.execute(query, values).scalars().all()
    lines = _lines(connection, [number for row in rows for number in row.numbers], at)
    ties = [
        {"contact_id": contact_id, "line_id": lines[number], "since": at}
        for contact_id, row in zip(ids, rows, strict=True)
        for number in row.numbers
    ]
    if ties:
        connection.execute(insert(ContactLine), ties)
    emails = [
        {"contact_id": contact_id, "address": email, "folded": email.casefold(), "since": at}
        for contact_id, row in zip(ids, rows, strict=True)
        for email in row.emails
    ]
    if emails:
        connection.execute(insert(ContactEmail), emails)
    origins = [{"digest": origin_of(connection, row), "contact_id": each} for each, row in zip(ids, rows, strict=True)]
    connection.execute(insert(ContactOrigin), origins)
    index_new_contacts(connection, [(each, row.name, row.organisation) for each, row in zip(ids, rows, strict=True)])
    index_new_cards(connection, list(zip(ids, rows, strict=True)))
    contacts_created(connection, ids, at)
    return ids


def _lines(connection: Connection, numbers: Sequence[str], at: datetime) -> dict[str, int]:
    """The line of each number, created if needed, with its place in the search."""
    wanted = sorted(set(numbers))
    lines = {row.e164: row.id for row in connection.execute(select(Line.e164, Line.id).where(Line.e164.in_(wanted)))}
    if missing := [number for number in wanted if number not in lines]:
        new = _new_lines(connection, missing, at)
        index_lines(connection, [(line_id, e164) for e164, line_id in new.items()])
        lines |= new
    return lines


def _new_lines(connection: Connection, numbers: Sequence[str], at: datetime) -> dict[str, int]:
    query = insert(Line).returning(Line.e164, Line.id)
    try:
        with savepoint(connection):
            rows = connection.execute(query, [{"e164": number, "created_at": at} for number in numbers])
            return {row.e164: row.id for row in rows}
    except IntegrityError:  # a call has created one of them meanwhile (PostgreSQL)
        return {number: get_or_create_line(connection, number, at) for number in numbers}


def _complete(connection: Connection, card: Card, row: ContactRow, at: datetime, origin: str) -> WrittenRow:
    """Adds what the card does not say yet; nothing that it says is changed."""
    texts = {field: getattr(row, field) for field in TEXTS if getattr(row, field) and not getattr(card, field)}
    if texts:
        connection.execute(update(Contact).where(Contact.id == card.id).values(texts))
    if "name" in texts or "organisation" in texts:
        index_contact(connection, card.id)
    numbers = [number for number in row.numbers if number not in card.lines]
    for line_id in _lines(connection, numbers, at).values() if numbers else ():
        connection.execute(insert(ContactLine).values(contact_id=card.id, line_id=line_id, since=at))
    known = {email.casefold() for email in card.emails}
    emails = [email for email in row.emails if email.casefold() not in known]
    for email in emails:
        values = {"contact_id": card.id, "address": email, "folded": email.casefold(), "since": at}
        connection.execute(insert(ContactEmail).values(values))
    if texts or numbers or emails:
        index_duplicates(connection, card.id)
        more = [name for name, added in (("numbers", numbers), ("emails", emails)) if added]
        contact_changed(connection, card.id, (*texts, *more), at)
    outcome = RowOutcome.COMPLETED if texts or numbers or emails else RowOutcome.UNCHANGED
    additions = digest_additions(connection, at, texts, numbers, emails, origin)
    return WrittenRow(outcome, card.id, additions)


def _remember_origin(connection: Connection, contact_id: int, row: ContactRow) -> str:
    digest = origin_of(connection, row)
    connection.execute(insert(ContactOrigin).values(digest=digest, contact_id=contact_id))
    return digest


def _note(
    connection: Connection,
    import_id: int,
    rows: Sequence[ImportRow],
    written: Sequence[WrittenRow],
) -> None:
    """Each row says what became of it; what the file said stands on the card now, and leaves the row.

    Remarks stay, for they are what is on no card.
    """
    values = []
    for each, done in zip(rows, written, strict=True):
        kept = each.row if done.outcome is RowOutcome.AMBIGUOUS else ContactRow(0, remarks=each.row.remarks)
        said = kept.to_text() if kept.name or kept.remarks else None
        where: dict[str, object] = {"in_import": import_id, "at_number": each.row.number}
        additions = done.additions.to_text() if done.additions else None
        noted = {"new_outcome": done.outcome, "card": done.contact_id, "kept": said, "additions": additions}
        values.append(where | noted)
    connection.execute(_NOTE, values)
