"""The rows of an import: they are stored as they are read, and say what will happen to them, or has happened."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from records.actor import Actor
from records.contacts.imports.imports import ImportState, get_import_in
from records.database.engine import Database
from records.schema import Contact
from records.schema import ContactImport as Imports
from records.schema import ContactImportRow as Rows
from routing.access.permissions import Permission
from routing.contact_files.import_rows import ContactRow

PAGE = 1_000


class RowOutcome(StrEnum):
    """What will happen to a row (the first five), has happened, or was undone (the last three)."""

    NEW = "new"
    KNOWN = "known"
    """It is about a person who has a card; what the card does not say yet is added."""
    REPEATED = "repeated"
    """An earlier row of the file is about the same person."""
    PERHAPS = "perhaps"
    """It resembles a card; it gets a card of its own, and somebody should look at both."""
    AMBIGUOUS = "ambiguous"
    """It fits several cards, and is left out."""
    UNUSABLE = "unusable"
    CREATED = "created"
    COMPLETED = "completed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    """The import was undone, and its card deleted."""
    TAKEN_BACK = "taken_back"
    """The import was undone: what it had added to a card is gone again."""
    KEPT = "kept"
    """The import was undone, and what has changed since stays."""


class KeptFor(StrEnum):
    """Why the undoing of an import leaves something as it is."""

    CHANGED = "changed"
    USED = "used"
    MERGED = "merged"
    ELSEWHERE = "elsewhere"
    """Another import has found the person on the card."""
    PARTLY = "partly"
    """Some of what the row added is taken back, and the rest is not."""
    OLDER = "older"
    """What the row added was not written down (before version 0.2)."""


class RowsWith(StrEnum):
    """Some rows of an outcome."""

    LIKENESS = "likeness"
    """They resemble a card."""
    REMARKS = "remarks"
    """Something of them was left out."""


TO_IMPORT = (RowOutcome.NEW, RowOutcome.KNOWN, RowOutcome.REPEATED, RowOutcome.PERHAPS)
DONE = (RowOutcome.CREATED, RowOutcome.COMPLETED, RowOutcome.UNCHANGED)
UNDONE = (RowOutcome.REMOVED, RowOutcome.TAKEN_BACK, RowOutcome.KEPT)


_CONDITIONS: Mapping[RowsWith, ColumnElement[bool]] = {
    RowsWith.LIKENESS: Rows.score.is_not(None),
    # Inside what a row says, quotation marks are escaped (JSON).
    RowsWith.REMARKS: Rows.said.contains('"remarks": [', autoescape=True),
}


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row with what becomes of it. `contact_id`: the card that it is, or may be; `score`: how sure that is."""

    row: ContactRow
    outcome: RowOutcome
    contact_id: int | None = None
    same_as: int | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A row in the report; `name` is what the file said, or what the card says now."""

    number: int
    outcome: RowOutcome
    name: str
    row: ContactRow
    contact_id: int | None
    same_as: int | None
    score: int | None


def store_rows(database: Database, import_id: int, rows: Sequence[ImportRow], *, position: int, expected: int) -> bool:
    """Adds the rows that were read, up to `position`; False when another process has read on from `expected`."""
    with database.write(durable=False) as connection:
        known = get_import_in(connection, import_id, lock=True)
        if known.state is not ImportState.CHECKING or known.position != expected:
            return False
        if rows:
            connection.execute(insert(Rows), [_values(import_id, each) for each in rows])
        values = {
            "position": position,
            "people": known.people + len(rows),
            "counts": add_counts(known.counts, (each.outcome for each in rows)),
        }
        connection.execute(update(Imports).where(Imports.id == import_id).values(values))
    return True


def finish_check(database: Database, import_id: int, *, at: datetime) -> None:
    """Every row is stored; somebody decides now."""
    with database.write() as connection:
        checking = (Imports.id == import_id, Imports.state == ImportState.CHECKING)
        connection.execute(update(Imports).where(*checking).values(state=ImportState.CHECKED, changed_at=at))


def add_counts(counts: Mapping[str, int], outcomes: Iterable[RowOutcome]) -> dict[str, int]:
    added = dict(counts)
    for outcome in outcomes:
        added[outcome] = added.get(outcome, 0) + 1
    return added


def read_rows(
    connection: Connection,
    import_id: int,
    *,
    after: int,
    outcomes: Sequence[RowOutcome],
    limit: int,
    only: RowsWith | None = None,
) -> list[ImportRow]:
    """The next rows with one of these outcomes, in their order; `only`: of these."""
    wanted = (Rows.import_id == import_id, Rows.number > after, Rows.outcome.in_(outcomes))
    columns = (Rows.number, Rows.outcome, Rows.problem, Rows.said, Rows.contact_id, Rows.same_as, Rows.score)
    query = select(*columns).where(*wanted).order_by(Rows.number).limit(limit)
    if only:
        query = query.where(_CONDITIONS[only])
    return [
        ImportRow(
            ContactRow.from_text(row.number, row.said or "{}", row.problem),
            RowOutcome(row.outcome),
            row.contact_id,
            row.same_as,
            row.score,
        )
        for row in connection.execute(query)
    ]


def read_report(
    database: Database,
    import_id: int,
    outcomes: Sequence[RowOutcome] = tuple(RowOutcome),
    *,
    after: int = 0,
    only: RowsWith | None = None,
) -> Iterator[ReportLine]:
    """Every row with one of these outcomes, by pages, so that no reading lasts long.

    `only`: of these.
    """
    while True:
        with database.read() as connection:
            page = read_rows(connection, import_id, after=after, outcomes=outcomes, limit=PAGE, only=only)
            ids = {each.contact_id for each in page if each.contact_id and not each.row.name}
            named = select(Contact.id, Contact.name).where(Contact.id.in_(ids))
            names = {row.id: row.name for row in connection.execute(named)} if ids else {}
        for each in page:
            name = each.row.name or names.get(each.contact_id) or each.row.organisation
            yield ReportLine(each.row.number, each.outcome, name, each.row, each.contact_id, each.same_as, each.score)
        if len(page) < PAGE:
            return
        after = page[-1].row.number


def separate_similar(database: Database, actor: Actor, import_id: int) -> None:
    """Rows that resemble a card, and share neither number nor address with it, get cards of their own.

    Raises Forbidden, NotFound.
    """
    actor.require(Permission.IMPORT_CONTACTS)
    with database.write() as connection:
        known = get_import_in(connection, import_id, lock=True)
        similar = (Rows.import_id == import_id, Rows.outcome == RowOutcome.KNOWN, Rows.score.is_not(None))
        done = connection.execute(update(Rows).where(*similar).values(outcome=RowOutcome.PERHAPS))
        counts = dict(known.counts)
        counts[RowOutcome.KNOWN] = counts.get(RowOutcome.KNOWN, 0) - done.rowcount
        counts[RowOutcome.PERHAPS] = counts.get(RowOutcome.PERHAPS, 0) + done.rowcount
        connection.execute(update(Imports).where(Imports.id == import_id).values(counts=counts))


def count_left(database: Database, import_id: int, after: int) -> int:
    """The rows that are still to be imported."""
    left = (Rows.import_id == import_id, Rows.number > after, Rows.outcome.in_(TO_IMPORT))
    with database.read() as connection:
        return connection.scalar(select(func.count()).where(*left)) or 0


def _values(import_id: int, each: ImportRow) -> dict[str, object]:
    return {
        **{"import_id": import_id, "number": each.row.number, "outcome": each.outcome, "problem": each.row.problem},
        **{"said": each.row.to_text(), "contact_id": each.contact_id, "same_as": each.same_as, "score": each.score},
    }
