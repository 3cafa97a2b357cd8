"""The database of the peers with which our reception is compared: cards and calls."""

import sqlite3
from contextlib import closing
from pathlib import Path

_YEAR = (
    "INSERT INTO card SELECT i, '+336' || (10000000 + i) FROM "
    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {cards}) SELECT i FROM n)",
    "INSERT INTO call SELECT i, i || '.1', '+336' || (10000000 + 1 + i % {cards}) FROM "
    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {calls}) SELECT i FROM n)",
)


def create_database(file: Path, calls: int = 0, cards: int = 0) -> None:
    """The tables of every peer and of func_odbc, with so many calls and cards in them."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE card (id INTEGER PRIMARY KEY, line TEXT UNIQUE NOT NULL)")
        connection.execute("CREATE TABLE call (id INTEGER PRIMARY KEY, ref TEXT NOT NULL, line TEXT)")
        for statement in _YEAR if calls else ():
            connection.execute(statement.format(calls=calls, cards=cards))
        connection.commit()


def count_calls(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM call").fetchone()[0])
