"""Databases for tests: SQLite files, or databases on a PostgreSQL server."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar, Protocol

import postgres
from database_pool import DatabasePool
from filelock import FileLock
from sqlalchemy import inspect, make_url

from records.database.engine import open_database
from records.database.migrate import upgrade


class DatabaseFactory(Protocol):
    """Creates databases and returns their URLs; `close()` removes them."""

    def empty(self) -> str: ...

    def migrated(self) -> str:
        """A database with the current schema."""

    def close(self) -> None: ...


class SqliteFactory:
    """SQLite files in a folder, which its creator removes."""

    def __init__(self, folder: Path) -> None:
        self._files = (folder / f"standardiste{number or ''}.db" for number in itertools.count())

    def empty(self) -> str:
        return f"sqlite:///{next(self._files)}"

    def migrated(self) -> str:
        return f"sqlite:///{shutil.copy(migrated_file(), next(self._files))}"

    def close(self) -> None:
        pass


def migrated_file() -> Path:
    """A SQLite database with the current schema and no row, created once for each test run; to be copied."""
    file = shared_folder / "migrated.db"
    with FileLock(shared_folder / "migrated.lock"):
        if not file.exists():
            unfinished = file.with_suffix(".new")
            upgrade(f"sqlite:///{unfinished}")
            unfinished.rename(file)
    return file


class PostgresFactory:
    """Databases on a server, which other processes may use too."""

    _numbers: ClassVar[Iterator[int]] = itertools.count(1)

    def __init__(self, server: postgres.PostgresServer, fresh: DatabasePool) -> None:
        self._server, self._fresh = server, fresh
        self._made: list[str] = []
        self._taken: list[str] = []

    def empty(self) -> str:
        self._made.append(f"test_{os.getpid()}_{next(self._numbers)}")
        return self._server.create_database(self._made[-1])

    def migrated(self) -> str:
        self._taken.append(self._fresh.acquire())
        return self._taken[-1]

    def close(self) -> None:
        for url in self._taken:
            self._fresh.release(url)
        for name in self._made:
            self._server.drop_database(name)


shared_folder = Path()
"""A folder that all processes of a test run share."""

server: postgres.PostgresServer | None = None
"""The server for databases of whole receptions; None: SQLite files in their folders, the default of the software."""


def database_settings(var: Path) -> dict[str, str]:
    """The settings that give the reception in this folder its database on the server; creates a missing database."""
    if server is None:
        return {}
    name = postgres.database_name(var)
    return {"database_url": server.url(name) if server.exists(name) else server.create_database(name)}


def copy_installation(prepared: Path, var: Path) -> Path:
    """Copies a prepared installation, with its database, to `var`."""
    shutil.copytree(prepared, var, symlinks=True)
    if server is not None:
        server.create_database(postgres.database_name(var), like=postgres.database_name(prepared))
    return var


def corrupt_database(url: str) -> str:
    """Corrupts the database; returns the error that is then expected."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        Path(where.database or "").write_bytes(b"no base" * 1000)
        return "file is not a database"
    postgres.PostgresServer(Path(str(where.query["host"]))).drop_database(where.database or "")
    return "does not exist"


@contextmanager
def lock_writes(url: str) -> Iterator[None]:
    """Holds the write lock: no other process can write, but all can read."""
    with closing(open_database(url)) as holder, holder.write() as connection:
        if connection.dialect.name == "postgresql":  # where writers of different rows do not mind each other
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")  # it may last
            tables = ", ".join(f'"{table}"' for table in inspect(connection).get_table_names())
            connection.exec_driver_sql(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
        yield
