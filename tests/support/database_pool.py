"""Migrated databases on a server that tests use in turn, for creating one writes some 300 files."""

import itertools
import os
from dataclasses import dataclass
from typing import Any

import postgres
import psycopg
from psycopg import sql

from records.database.migrate import upgrade

# Whatever alters, makes or renames a table leaves its mark here.
SHAPE = (
    "SELECT array_agg((oid, xmin::text)::text ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
# Most tests write in a few of the tables; one that never had a row has no size.
WRITTEN = (
    "SELECT relname FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0"
)
SEQUENCES = (
    "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences "
    "WHERE schemaname = 'public' AND last_value IS NOT NULL"
)


@dataclass(frozen=True)
class _MigratedDatabase:
    """The content of a database that has just been migrated; `rows` by table."""

    name: str
    shape: list[str]
    rows: dict[str, list[tuple[Any, ...]]]


class DatabasePool:
    """`take()` lends a database, `give_back()` returns it, in the same process."""

    def __init__(self, server: postgres.PostgresServer) -> None:
        self._server, self._numbers = server, itertools.count(1)
        self._free: list[_MigratedDatabase] = []
        self._taken: dict[str, _MigratedDatabase] = {}

    def acquire(self) -> str:
        """The URL of a database that no other test uses."""
        fresh = self._free.pop() if self._free else self._make()
        url = self._server.url(fresh.name)
        self._taken[url] = fresh
        return url

    def release(self, url: str) -> None:
        fresh = self._taken.pop(url)
        try:
            is_fresh = self._clean(fresh)
        except psycopg.Error:
            is_fresh = False
        if is_fresh:
            self._free.append(fresh)
        else:
            self._server.drop_database(fresh.name)

    def _make(self) -> _MigratedDatabase:
        name = f"fresh_{os.getpid()}_{next(self._numbers)}"
        upgrade(self._server.create_database(name))
        with self._server.connect(name) as connection:
            tables = [table for (table,) in connection.execute(TABLES)]
            rows = {table: connection.execute(_sql("SELECT * FROM {}", table)).fetchall() for table in tables}
            return _MigratedDatabase(name, _shape(connection), rows)

    def _clean(self, fresh: _MigratedDatabase) -> bool:
        """False if more than its rows has changed."""
        with self._server.connect(fresh.name) as connection:
            connection.execute(postgres.TERMINATE_CONNECTIONS, [fresh.name])
            if _shape(connection) != fresh.shape:
                return False
            connection.execute("SET session_replication_role = replica")  # in any order, whatever refers to what
            for (table,) in connection.execute(WRITTEN).fetchall():
                connection.execute(_sql("DELETE FROM {}", table))
                for row in fresh.rows[table]:
                    values = sql.SQL(", ").join(map(sql.Literal, row))
                    connection.execute(_sql("INSERT INTO {} VALUES ", table) + sql.SQL("({})").format(values))
            connection.execute(SEQUENCES)
        return True


def _sql(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table))


def _shape(connection: psycopg.Connection) -> list[str]:
    found = connection.execute(SHAPE).fetchone()
    assert found
    return found[0]
