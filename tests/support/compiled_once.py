"""What is compiled once for many: the SQL of statements, for the databases that a process opens one after the other."""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from records.database import engine as engines

STATEMENTS = 4000
DIALECTS = (SQLiteDialect_pysqlite, PGDialect_psycopg)


def share_statements() -> None:
    """From now on, in this process and in its forks: databases of one kind share the compiled statements.

    SQLAlchemy keeps them for each engine and dialect, and a test has both of its own. All our dialects of SQLite
    compile alike, and so do those of PostgreSQL, for the tests have one server.
    """
    compiled: LRUCache[Any, Any] = LRUCache(STATEMENTS)
    create_engine = engines.create_engine

    def create(url: str, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        if isinstance(engine.dialect, DIALECTS):
            engine._compiled_cache = compiled
        return engine

    for dialect in DIALECTS:
        dialect.__eq__ = lambda self, other: type(other) is type(self)  # type: ignore[method-assign,assignment]
        dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    engines.create_engine = create
