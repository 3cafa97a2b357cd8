"""Undoes an import, some cards in one transaction, which says too how far it has come, as the import did."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from records import changes
from records.actor import Actor
from records.contacts.deletion import delete_contacts, delete_lines, is_line_used
from records.contacts.duplicates.keys import index_duplicates
from records.contacts.imports.imports import Import, ImportState, get_import_in, require_state
from records.contacts.imports.rows import UNDONE, RowOutcome, add_counts
from records.contacts.imports.undo_decisions import Decision, decide, read_written
from records.contacts.search.index import index_contact
from records.database.engine import Database
from records.schema import Contact, ContactEmail, ContactLine, ContactOrigin, Line
from records.schema import ContactImport as Imports
from records.schema import ContactImportRow as Rows
from records.webhooks.record_events import contact_changed, contact_erased
from routing.access.permissions import Permission

CHANGE_KIND = "contacts.undo_import"
PREVIEWED_AT_ONCE = 500
_NOTE = (
    update(Rows)
    .where(Rows.import_id == bindparam("in_import"), Rows.number == bindparam("at_number"))
    .values(outcome=bindparam("new_outcome"), problem=bindparam("reason"), contact_id=bindparam("card"), added=None)
)


def may_be_undone(known: Import) -> bool:
    """Whether the import has written something, and is not being written or undone."""
    return known.state in (ImportState.DONE, ImportState.STOPPED) and any(
        known.counts.get(each) for each in (RowOutcome.CREATED, RowOutcome.COMPLETED)
    )


def preview_undo(database: Database, import_id: int) -> Mapping[RowOutcome, int]:
    """How many rows would be removed, taken back or kept, if the import were undone now. Raises NotFound.

    It takes about a second for 20,000 rows, in pieces, so that no reading lasts long.
    """
    counts: Counter[RowOutcome] = Counter()
    after = 0
    while True:
        with database.read() as connection:
            rows = read_written(connection, import_id, after=after, limit=PREVIEWED_AT_ONCE)
            decisions = decide(connection, import_id, rows)
        numbers = {row.number for row in rows}
        counts.update(each.outcome for each in decisions if each.row.number in numbers and each.outcome in UNDONE)
        if len(rows) < PREVIEWED_AT_ONCE:
            return counts
        after = rows[-1].number


def start_undo(database: Database, actor: Actor, import_id: int, *, at: datetime) -> None:
    """Lets everything that the import has written be taken back; the change log says so.

    Raises Forbidden, NotFound, RecordsError when the import has gone on.
    """
    actor.require(Permission.IMPORT_CONTACTS)
    with database.write() as connection:
        known = get_import_in(connection, import_id, lock=True)
        require_state(known, ImportState.DONE, ImportState.STOPPED)
        values = {"state": ImportState.UNDOING, "changed_at": at, "position": 0}
        connection.execute(update(Imports).where(Imports.id == import_id).values(values))
        written: dict[str, object] = {
            name.value: known.counts.get(name, 0) for name in (RowOutcome.CREATED, RowOutcome.COMPLETED)
        }
        changes.record(connection, actor, CHANGE_KIND, str(import_id), after=written, at=at)


def undo_next(database: Database, import_id: int, *, size: int, at: datetime) -> int | None:
    """Undoes the next rows, `size` at most, and what else the import has written on their cards; gives how many.

    None when everything is undone.
    """
    with database.write(durable=False) as connection:
        known = get_import_in(connection, import_id, lock=True)
        if known.state is not ImportState.UNDOING:
            return None
        rows = read_written(connection, import_id, after=known.position, limit=size)
        if not rows:
            done = {"state": ImportState.UNDONE, "changed_at": at}
            connection.execute(update(Imports).where(Imports.id == import_id).values(done))
            return None
        ids = sorted({row.contact_id for row in rows if row.contact_id is not None})
        # So that nobody changes a card between the decision and what follows from it (PostgreSQL).
        connection.execute(select(Contact.id).where(Contact.id.in_(ids)).order_by(Contact.id).with_for_update())
        decisions = decide(connection, import_id, rows)
        _take_back(connection, decisions, at)
        _remove(connection, decisions, at)
        _note(connection, import_id, decisions)
        outcomes = [each.outcome for each in decisions if each.outcome in UNDONE]
        values = {"position": rows[-1].number, "counts": add_counts(known.counts, outcomes)}
        connection.execute(update(Imports).where(Imports.id == import_id).values(values))
        return len(rows)


def _take_back(connection: Connection, decisions: Sequence[Decision], at: datetime) -> None:
    """Cards that were there before lose what the rows had added."""
    for each in decisions:
        contact_id, added = each.row.contact_id, each.row.additions
        if contact_id is None or each.outcome is RowOutcome.REMOVED:
            continue
        if added and added.origin:
            theirs = (ContactOrigin.digest == added.origin, ContactOrigin.contact_id == contact_id)
            connection.execute(delete(ContactOrigin).where(*theirs))
        if each.outcome is not RowOutcome.TAKEN_BACK:
            continue
        lines = connection.scalars(select(ContactLine.line_id).where(ContactLine.id.in_(each.ties))).all()
        connection.execute(delete(ContactLine).where(ContactLine.id.in_(each.ties)))
        connection.execute(delete(ContactEmail).where(ContactEmail.id.in_(each.emails)))
        if each.texts:
            connection.execute(update(Contact).where(Contact.id == contact_id).values(dict.fromkeys(each.texts)))
            index_contact(connection, contact_id)
        _delete_unused(connection, lines)
        index_duplicates(connection, contact_id)
        more = [name for name, gone in (("numbers", each.ties), ("emails", each.emails)) if gone]
        contact_changed(connection, contact_id, (*each.texts, *more), at)


def _remove(connection: Connection, decisions: Sequence[Decision], at: datetime) -> None:
    """Cards that the import has made go, with the numbers that nobody else has."""
    removed = {each.row.contact_id for each in decisions if each.outcome is RowOutcome.REMOVED}
    ids = sorted(each for each in removed if each is not None)
    if not ids:
        return
    lines = connection.scalars(select(ContactLine.line_id).where(ContactLine.contact_id.in_(ids)).distinct()).all()
    connection.execute(update(Rows).where(Rows.contact_id.in_(ids)).values(contact_id=None))  # the report stays
    delete_contacts(connection, ids)
    _delete_unused(connection, lines)
    contact_erased(connection, ids, at)


def _delete_unused(connection: Connection, lines: Sequence[int]) -> None:
    unused = connection.scalars(select(Line.id).where(Line.id.in_(lines), ~is_line_used())).all()
    delete_lines(connection, unused)


def _note(connection: Connection, import_id: int, decisions: Sequence[Decision]) -> None:
    removed = {each.row.contact_id for each in decisions if each.outcome is RowOutcome.REMOVED}
    values = [
        {
            "in_import": import_id,
            "at_number": each.row.number,
            "new_outcome": each.outcome,
            "reason": each.reason,
            "card": None if each.row.contact_id in removed else each.row.contact_id,
        }
        for each in decisions
    ]
    connection.execute(_NOTE, values)
