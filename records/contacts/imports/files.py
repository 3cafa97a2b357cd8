"""The files of imports, as text in UTF-8: kept from their upload until each row is stored."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from itertools import islice
from pathlib import Path

from records.actor import Actor
from records.contacts.imports.imports import Import, NewImport, add_import, remembered_columns
from records.database.engine import Database
from routing.access.permissions import Permission
from routing.contact_files import csv_table, vcards
from routing.contact_files.fields import ContactField, guess_fields
from routing.contact_files.import_rows import ContactRow, make_row
from routing.contact_files.uploads import ContactFile, FileKind, read_upload

SUFFIX = ".txt"
_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that somebody gave us. `name`: what they call it; `country`: of its numbers without a country code."""

    content: bytes
    name: str
    country: str


def store_upload(database: Database, actor: Actor, folder: Path, file: UploadedFile, *, at: datetime) -> int:
    """Adds the import of a file; gives its number. Raises TableError, Forbidden."""
    actor.require(Permission.IMPORT_CONTACTS)
    read = read_upload(file.content)
    file_hash = hashlib.sha256(file.content).hexdigest()
    new = NewImport(read.kind, file.name, file_hash, file.country)
    if read.kind is FileKind.TABLE:
        layout = csv_table.find_layout(_limited(StringIO(read.text)))
        samples = [record.cells for record in islice(_records(StringIO(read.text), layout), _SAMPLE)]
        columns = guess_fields(layout.titles, samples, remembered_columns(database))
        new = NewImport(read.kind, file.name, file_hash, file.country, layout, columns)
    import_id = add_import(database, actor, new, at=at)
    _write(folder, import_id, read)
    return import_id


def file_of(folder: Path, import_id: int) -> Path:
    return folder / f"{import_id}{SUFFIX}"


def remove_file(folder: Path, import_id: int) -> None:
    file_of(folder, import_id).unlink(missing_ok=True)


def list_files(folder: Path) -> Mapping[int, Path]:
    """The files that are kept, by import."""
    return {int(file.stem): file for file in sorted(folder.glob(f"*{SUFFIX}")) if file.stem.isdigit()}


def read_file(folder: Path, job: Import, after: int = 0) -> Iterator[ContactRow]:
    """The rows behind the number `after`, one by one. Raises FileNotFoundError."""
    with file_of(folder, job.id).open(encoding="utf-8", newline="\n") as file:
        if job.kind is FileKind.VCARD:
            yield from _read_cards(file, job.country, after)
        else:
            yield from _read_table(file, job, after)


def sample_file(folder: Path, job: Import, columns: Sequence[ContactField]) -> tuple[list[ContactRow], list[list[str]]]:
    """The first rows, as they are understood and, of a table, as cells. Raises FileNotFoundError."""
    with file_of(folder, job.id).open(encoding="utf-8", newline="\n") as file:
        if job.layout is None:
            return list(islice(_read_cards(file, job.country, 0), _SAMPLE)), []
        records = list(islice(_records(file, job.layout), _SAMPLE))
    rows = [_table_row(record, columns, job.country) for record in records]
    return rows, [list(record.cells) for record in records]


def _read_table(file: Iterator[str], job: Import, after: int) -> Iterator[ContactRow]:
    assert job.layout
    for record in _records(file, job.layout):
        if record.line > after:
            yield _table_row(record, job.columns, job.country)


def _table_row(record: csv_table.TableRecord, columns: Sequence[ContactField], country: str) -> ContactRow:
    if record.problem:
        return ContactRow(record.line, problem=record.problem)
    return make_row(record.line, csv_table.fields_of(record, columns), country)


def _read_cards(file: Iterator[str], country: str, after: int) -> Iterator[ContactRow]:
    for card in vcards.split_cards(_limited(file)):
        if card.number <= after:
            continue
        found = None if card.problem else vcards.parse_card(card.text)
        if found is None:
            yield ContactRow(card.number, problem=card.problem or vcards.UNREADABLE)
        else:
            yield make_row(card.number, found, country)


def _records(file: Iterator[str], layout: csv_table.TableLayout) -> Iterator[csv_table.TableRecord]:
    return csv_table.read_records(_limited(file), layout)


def _limited(file: Iterator[str]) -> Iterator[str]:
    return csv_table.limit_lines(file)


def _write(folder: Path, import_id: int, read: ContactFile) -> None:
    """Whole or not at all, and readable by its owner alone: it holds people's names and numbers."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = folder / f".{import_id}.part"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(read.text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, file_of(folder, import_id))
