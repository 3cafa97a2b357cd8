"""Bases for tests, each its own: a SQLite file, or a base on a PostgreSQL server."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar, Protocol

import postgres
from fresh_bases import FreshBases
from sqlalchemy import inspect, make_url

from records.base import open_base
from records.migrate import upgrade


class Maker(Protocol):
    """Makes bases and gives their URLs; `close()` removes them."""

    def empty(self) -> str: ...

    def migrated(self) -> str:
        """With today's tables."""

    def close(self) -> None: ...


class Files:
    """In a folder; what is in it is removed by who made the folder."""

    _migrated: ClassVar[Path | None] = None

    def __init__(self, folder: Path, shared: Path) -> None:
        self._shared = shared
        self._files = (folder / f"standardiste{number or ''}.db" for number in itertools.count())

    def empty(self) -> str:
        return f"sqlite:///{next(self._files)}"

    def migrated(self) -> str:
        if Files._migrated is None:
            Files._migrated = self._shared / "migrated.db"
            upgrade(f"sqlite:///{Files._migrated}")
        return f"sqlite:///{shutil.copy(Files._migrated, next(self._files))}"

    def close(self) -> None:
        pass


class OnServer:
    """On a server that other processes may use as well."""

    _numbers: ClassVar[Iterator[int]] = itertools.count(1)

    def __init__(self, server: postgres.Bases, fresh: FreshBases) -> None:
        self._server, self._fresh = server, fresh
        self._made: list[str] = []
        self._taken: list[str] = []

    def empty(self) -> str:
        self._made.append(f"test_{os.getpid()}_{next(self._numbers)}")
        return self._server.make(self._made[-1])

    def migrated(self) -> str:
        self._taken.append(self._fresh.take())
        return self._taken[-1]

    def close(self) -> None:
        for url in self._taken:
            self._fresh.give_back(url)
        for name in self._made:
            self._server.drop(name)


server: postgres.Bases | None = None
"""Where whole receptions have their bases too; None: in a file of their own folder, as the software does by itself."""


def of_reception(var: Path) -> dict[str, str]:
    """The settings that give the reception in this folder a base on the server, made when it is new."""
    if server is None:
        return {}
    name = postgres.name_for(var)
    return {"database_url": server.url(name) if server.exists(name) else server.make(name)}


def copied(prepared: Path, var: Path) -> Path:
    """`var`, with all that is in the folder of a prepared reception, its base included."""
    shutil.copytree(prepared, var, symlinks=True)
    if server is not None:
        server.make(postgres.name_for(var), like=postgres.name_for(prepared))
    return var


def spoil(url: str) -> str:
    """What is there is no base any more; gives what is said of it then."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        Path(where.database or "").write_bytes(b"no base" * 1000)
        return "file is not a database"
    postgres.Bases(Path(str(where.query["host"]))).drop(where.database or "")
    return "does not exist"


@contextmanager
def held(url: str) -> Iterator[None]:
    """A writer keeps all others out, and readers not."""
    with closing(open_base(url)) as holder, holder.write() as connection:
        if connection.dialect.name == "postgresql":  # where writers of different rows do not mind each other
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")  # it may last
            tables = ", ".join(f'"{table}"' for table in inspect(connection).get_table_names())
            connection.exec_driver_sql(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
        yield
