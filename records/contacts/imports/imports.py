"""Imports of contacts: a file is added, its columns are chosen, it is checked, imported, and in the end removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.schema import ContactImport as Imports
from records.schema import ContactImportColumn
from records.schema import ContactImportRow as Rows
from routing.access.permissions import Permission
from routing.contact_files.csv_table import TableLayout
from routing.contact_files.fields import ContactField, guess_field
from routing.contact_files.uploads import FileKind
from routing.tables import fold_word

CHANGE_KIND = "contacts.import"
KEPT = timedelta(days=30)
"""An import and its report are kept so long after the last change of its state."""
UNREAD_KEPT = timedelta(days=2)
"""A file that nobody has let us check is kept so long."""
BATCH = 500
"""Rows that are deleted in one transaction: calls under way wait for it."""
_TITLE_LENGTH = 80


class ImportState(StrEnum):
    """What happens to an import now; see `Import`."""

    ADDED = auto()
    """Somebody has to say what the columns hold."""
    CHECKING = auto()
    """Each row is read and compared with the cards."""
    CHECKED = auto()
    """Somebody has to say whether it is imported."""
    IMPORTING = auto()
    STOPPED = auto()
    DONE = auto()
    FAILED = auto()
    """`problem` says why the file cannot be read."""
    UNDOING = auto()
    """What the import has written is taken back, card by card."""
    UNDONE = auto()


AT_WORK = (ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING)


class ImportProblem(StrEnum):
    FILE_GONE = auto()
    TOO_MANY = auto()
    ERASED = auto()
    """Somebody was erased meanwhile, whom the file may name."""


@dataclass(frozen=True, slots=True)
class Import:
    """`position`: the last row that was read (CHECKING), imported, or taken back; `people`: how many rows were read.

    `counts`: rows by outcome (`RowOutcome`). `columns`: what each column of a table holds.
    """

    id: int
    kind: FileKind
    file_name: str
    file_hash: str
    state: ImportState
    by: str
    added_at: datetime
    changed_at: datetime
    country: str
    position: int
    people: int
    counts: Mapping[str, int]
    problem: str
    layout: TableLayout | None = None
    columns: tuple[ContactField, ...] = ()

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK


@dataclass(frozen=True, slots=True)
class NewImport:
    """A file that is added. `columns`: what each column of a table seems to hold."""

    kind: FileKind
    file_name: str
    file_hash: str
    country: str
    layout: TableLayout | None = None
    columns: Sequence[ContactField] = field(default=())


def add_import(database: Database, actor: Actor, new: NewImport, *, at: datetime) -> int:
    """The number of the import. Raises Forbidden."""
    actor.require(Permission.IMPORT_CONTACTS)
    values = {
        **{"kind": new.kind, "file_name": new.file_name[:120], "file_hash": new.file_hash, "country": new.country},
        **{"state": ImportState.ADDED, "by": actor.name, "user_id": actor.user_id, "added_at": at, "changed_at": at},
        **{"layout": _layout_values(new.layout, new.columns), "position": 0, "people": 0, "counts": {}, "problem": ""},
    }
    with database.write() as connection:
        return connection.execute(insert(Imports).values(values).returning(Imports.id)).scalar_one()


def get_import(database: Database, import_id: int) -> Import:
    """Raises NotFound."""
    with database.read() as connection:
        return get_import_in(connection, import_id)


def get_import_in(connection: Connection, import_id: int, *, lock: bool = False) -> Import:
    """`lock`: until the end of the transaction no other one changes it. Raises NotFound."""
    query = select(*Imports.__table__.c).where(Imports.id == import_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no import {import_id}.")
    return _import(row)


def list_imports(database: Database, limit: int = 30) -> tuple[Import, ...]:
    """The newest first."""
    with database.read() as connection:
        rows = connection.execute(select(*Imports.__table__.c).order_by(Imports.id.desc()).limit(limit)).mappings()
        return tuple(_import(row) for row in rows)


def find_same_file(database: Database, file_hash: str, before: int) -> Import | None:
    """The latest import of the same file that was completed."""
    same = (Imports.file_hash == file_hash, Imports.id < before, Imports.state == ImportState.DONE)
    with database.read() as connection:
        query = select(*Imports.__table__.c).where(*same).order_by(Imports.id.desc()).limit(1)
        row = connection.execute(query).mappings().one_or_none()
    return _import(row) if row else None


def find_work(database: Database) -> Import | None:
    """The import that has waited longest for the work to go on."""
    at_work = Imports.state.in_(AT_WORK)
    with database.read() as connection:
        query = select(*Imports.__table__.c).where(at_work).order_by(Imports.changed_at, Imports.id).limit(1)
        row = connection.execute(query).mappings().one_or_none()
    return _import(row) if row else None


def remembered_columns(database: Database) -> Mapping[str, ContactField]:
    """What columns were said to hold before, by folded title."""
    with database.read() as connection:
        rows = connection.execute(select(ContactImportColumn.title, ContactImportColumn.field)).all()
    return {row.title: ContactField(row.field) for row in rows if row.field in set(ContactField)}


def check_import(
    database: Database, actor: Actor, import_id: int, columns: Sequence[ContactField], *, at: datetime
) -> None:
    """Lets every row be read and compared; `columns` are remembered. Rows of an earlier check are replaced.

    Raises Forbidden, NotFound, RecordsError when the import has gone on.
    """
    actor.require(Permission.IMPORT_CONTACTS)
    with database.write() as connection:
        known = get_import_in(connection, import_id, lock=True)
        require_state(known, ImportState.ADDED)
        if known.layout:
            _remember(connection, known.layout.titles, columns)
        values = {"layout": _layout_values(known.layout, columns), "state": ImportState.CHECKING, "changed_at": at}
        connection.execute(update(Imports).where(Imports.id == import_id).values(values))


def start_import(database: Database, actor: Actor, import_id: int, *, at: datetime) -> None:
    """Lets the rows that were checked be imported, or go on after a stop; the change log says so.

    Raises Forbidden, NotFound, RecordsError.
    """
    actor.require(Permission.IMPORT_CONTACTS)
    with database.write() as connection:
        known = get_import_in(connection, import_id, lock=True)
        require_state(known, ImportState.CHECKED, ImportState.STOPPED)
        position = known.position if known.state is ImportState.STOPPED else 0
        values = {"state": ImportState.IMPORTING, "changed_at": at, "position": position}
        connection.execute(update(Imports).where(Imports.id == import_id).values(values))
        if known.state is ImportState.CHECKED:
            changes.record(connection, actor, CHANGE_KIND, str(import_id), after={"people": known.people}, at=at)


def stop_import(database: Database, actor: Actor, import_id: int, *, at: datetime) -> None:
    """What was imported stays; `start_import` goes on. Raises Forbidden, NotFound, RecordsError."""
    actor.require(Permission.IMPORT_CONTACTS)
    with database.write() as connection:
        require_state(get_import_in(connection, import_id, lock=True), ImportState.IMPORTING)
        values = {"state": ImportState.STOPPED, "changed_at": at}
        connection.execute(update(Imports).where(Imports.id == import_id).values(values))


def fail_import(database: Database, import_id: int, problem: ImportProblem, *, at: datetime) -> None:
    """The file cannot be read, for this reason."""
    with database.write() as connection:
        values = {"state": ImportState.FAILED, "problem": problem, "changed_at": at}
        connection.execute(update(Imports).where(Imports.id == import_id).values(values))


def remove_import(database: Database, actor: Actor, import_id: int) -> None:
    """Deletes an import and its report; cards stay. Its file is the caller's.

    Raises Forbidden, NotFound, RecordsError while it is at work.
    """
    actor.require(Permission.IMPORT_CONTACTS)
    known = get_import(database, import_id)
    if known.state in (ImportState.IMPORTING, ImportState.UNDOING):
        raise RecordsError("Stop the import first, or wait until it is undone.")
    _delete(database, import_id)


def purge_imports(database: Database, *, at: datetime, dry_run: bool = False) -> tuple[int, ...]:
    """Deletes the imports that are old; gives their numbers."""
    old = (Imports.changed_at < at - KEPT) | (
        (Imports.state == ImportState.ADDED) & (Imports.changed_at < at - UNREAD_KEPT)
    )
    with database.read() as connection:
        ids = tuple(connection.scalars(select(Imports.id).where(old).order_by(Imports.id)))
    for import_id in () if dry_run else ids:
        _delete(database, import_id)
    return ids


def list_unread(database: Database) -> frozenset[int]:
    """The imports whose file is still needed."""
    unread = Imports.state.in_((ImportState.ADDED, ImportState.CHECKING))
    with database.read() as connection:
        return frozenset(connection.scalars(select(Imports.id).where(unread)))


def _delete(database: Database, import_id: int) -> None:
    while True:
        with database.write(durable=False) as connection:
            numbers = select(Rows.number).where(Rows.import_id == import_id).order_by(Rows.number).limit(BATCH)
            last = connection.scalar(select(func.max(numbers.subquery().c.number)))
            if last is None:
                connection.execute(delete(Imports).where(Imports.id == import_id))
                return
            connection.execute(delete(Rows).where(Rows.import_id == import_id, Rows.number <= last))


def require_state(known: Import, *states: ImportState) -> None:
    if known.state not in states:
        raise RecordsError("This import has gone on meanwhile; look at it again.")


def _remember(connection: Connection, titles: Sequence[str], columns: Sequence[ContactField]) -> None:
    """Of a header, that is: in a table without one that we know, the first line may be a person."""
    if not any(guess_field(title) for title in titles):
        return
    for title, column in zip(titles, columns, strict=False):
        if not (folded := fold_word(title)[:_TITLE_LENGTH]):
            continue
        connection.execute(delete(ContactImportColumn).where(ContactImportColumn.title == folded))
        connection.execute(insert(ContactImportColumn).values(title=folded, field=column.value))


def _layout_values(layout: TableLayout | None, columns: Sequence[ContactField]) -> dict[str, Any]:
    if layout is None:
        return {}
    return {
        "delimiter": layout.delimiter,
        "header": layout.header,
        "titles": list(layout.titles),
        "columns": [column.value for column in columns],
    }


def _import(row: RowMapping) -> Import:
    fields = dict(row)
    values = fields.pop("layout")
    del fields["user_id"]
    layout = TableLayout(values["delimiter"], values["header"], tuple(values["titles"])) if values else None
    fields["kind"], fields["state"] = FileKind(fields["kind"]), ImportState(fields["state"])
    return Import(**fields, layout=layout, columns=tuple(ContactField(each) for each in values.get("columns", ())))
