"""Copies of the whole database in one file, taken while others write, and databases made from such a file."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.exc import DBAPIError

from records.database import postgresql, postgresql_programs
from records.database.engine import Database
from records.errors import DatabaseUnavailable

FILE_NAMES = {"sqlite": "base.sqlite3", "postgresql": "base.pgdump"}
"""File names inside a backup archive, by engine. A copy of one engine cannot be restored into the other."""


def backend(url: str) -> str:
    """The engine of a database URL: "sqlite" or "postgresql"."""
    return make_url(url).get_backend_name()


def create(database: Database, folder: Path) -> Path:
    """The copy, in `folder`, complete and checked.

    Raises DatabaseUnavailable when the database or the copy is damaged.
    """
    file = folder / FILE_NAMES[database.url.get_backend_name()]
    if database.file:
        _copy_file(database.file, file)
    else:
        postgresql_programs.dump(database.url, str(file))
    return file


def is_empty(url: str) -> bool:
    """Whether there is no database at `url`, or one without a table; creates none. Raises DatabaseUnavailable.

    A journal left beside a SQLite file that was moved away counts as a database: it holds the last writes, and SQLite
    would replay it into whatever file takes the place (https://www.sqlite.org/howtocorrupt.html, 1.4).
    """
    place = make_url(url)
    if place.get_backend_name() == "sqlite" and not Path(place.database or "").exists():
        return not any(Path(f"{place.database}{journal}").exists() for journal in ("-wal", "-journal"))
    is_server = place.get_backend_name() == "postgresql"
    engine = create_engine(place, hide_parameters=True, **(postgresql.OPTIONS if is_server else {}))
    if is_server:
        postgresql.prepare(engine)
    try:
        return not inspect(engine).get_table_names()
    except DBAPIError as error:
        raise DatabaseUnavailable(
            f"The database cannot be used ({error.orig}); see the setting database_url."
        ) from error
    finally:
        engine.dispose()


def restore(file: Path, url: str) -> None:
    """Fills the empty database at `url` with the copy, in one step. Raises DatabaseUnavailable."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        target = Path(place.database or "")
        os.replace(file, target)
        _fsync_folder(target.parent)
    else:
        postgresql_programs.restore(place, str(file))


def _copy_file(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copied:
            original.backup(copied)  # one step: a view of one instant, and no writer waits for it
            copied.execute("PRAGMA journal_mode = DELETE")  # one file instead of three
            [fault] = copied.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise DatabaseUnavailable(
            f"The database cannot be copied ({error}); `standardiste doctor` says what to repair."
        ) from error
    if fault != "ok":
        raise DatabaseUnavailable(f"The database is damaged ({fault}); restore the last good backup.")


def _fsync_folder(folder: Path) -> None:
    """Makes a rename survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
