"""The whole base in one file, as it is at one moment while others go on writing; and a base made of such a file."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect, make_url
from sqlalchemy.exc import DBAPIError

from records.base import Base
from records.errors import BaseUnavailable

FILES = {"sqlite": "base.sqlite3", "postgresql": "base.pgdump"}
"""The name of the file, by the kind of base; one kind cannot be put into the other."""

DUMP = ("pg_dump", "--format=custom", "--no-owner", "--no-privileges")
RESTORE = ("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")


def kind(url: str) -> str:
    """ "sqlite" or "postgresql"."""
    return make_url(url).get_backend_name()


def copy(base: Base, folder: Path) -> Path:
    """The file, in `folder`, whole and checked. Raises BaseUnavailable when the base or the copy is damaged."""
    file = folder / FILES[base.url.get_backend_name()]
    if base.file:
        _copy_file(base.file, file)
    else:
        _run(*DUMP, f"--file={file}", url=base.url)
    return file


def is_empty(url: str) -> bool:
    """Whether there is no base yet, or one without a table; makes none. Raises BaseUnavailable.

    A journal of SQLite's whose base was moved away counts as a base: it holds what was written last, and SQLite would
    play it into whatever base takes the place (https://www.sqlite.org/howtocorrupt.html, 1.4).
    """
    place = make_url(url)
    if place.get_backend_name() == "sqlite" and not Path(place.database or "").exists():
        return not any(Path(f"{place.database}{journal}").exists() for journal in ("-wal", "-journal"))
    engine = create_engine(place, hide_parameters=True)
    try:
        return not inspect(engine).get_table_names()
    except DBAPIError as error:
        raise BaseUnavailable(f"The base cannot be used ({error.orig}); see the setting database_url.") from error
    finally:
        engine.dispose()


def put_back(file: Path, url: str) -> None:
    """Makes the empty base at `url` what the file holds; at its place all at once. Raises BaseUnavailable."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        target = Path(place.database or "")
        os.replace(file, target)
        _settle(target.parent)
    else:
        _run(*RESTORE, str(file), url=place)


def _copy_file(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copied:
            original.backup(copied)  # one step: a view of one moment, and nobody waits for it
            copied.execute("PRAGMA journal_mode = DELETE")  # one file, not three
            [fault] = copied.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise BaseUnavailable(
            f"The base cannot be copied ({error}); `standardiste doctor` says what to mend."
        ) from error
    if fault != "ok":
        raise BaseUnavailable(f"The base is damaged ({fault}); restore the last good backup.")


def _settle(folder: Path) -> None:
    """A file's new name survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _run(program: str, *arguments: str, url: URL) -> None:
    """With the password in the environment: a command line is readable by everybody on the machine."""
    environment = os.environ | ({"PGPASSWORD": url.password} if url.password else {})
    place = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    try:
        done = subprocess.run(
            [program, *arguments, f"--dbname={place}"], capture_output=True, text=True, check=False, env=environment
        )
    except FileNotFoundError:
        raise BaseUnavailable(f"{program} is not installed; apt install postgresql-client.") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no reason given"]
        raise BaseUnavailable(f"{program} failed: {said[-1]}")
