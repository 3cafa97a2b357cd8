"""Makes SQLite tables anew, for migrations, so that they never give a number twice (LASTING_NUMBERS)."""

import re

from sqlalchemy import Connection, inspect


def count_on(connection: Connection, table: str, key: str = "id") -> None:
    """Makes the table anew with AUTOINCREMENT; its rows, indexes and triggers stay, and what refers to it.

    Nothing is done for a table that has it, or on another engine: PostgreSQL counts on by itself. What refers to the
    table is looked at before the end of the transaction, and must be as it was.
    """
    if connection.dialect.name != "sqlite":
        return
    query = "SELECT type = 'table', sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY 1 DESC"
    made, *others = [str(sql) for _, sql in connection.exec_driver_sql(query, (table,))]
    if "AUTOINCREMENT" in made:  # after a downgrade
        return
    made, keys = re.subn(rf",\s*CONSTRAINT \"?pk_\w+\"? PRIMARY KEY \({key}\)", "", made)
    made, columns = re.subn(rf"\b{key} INTEGER NOT NULL", f"{key} INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", made)
    if (keys, columns) != (1, 1):
        raise RuntimeError(f"The table {table} is not the one that the earlier migrations make.")
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    indexes = _index_what_refers_to(connection, table)
    connection.exec_driver_sql(f"CREATE TABLE former_{table} AS SELECT * FROM {table}")
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(made)
    connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM former_{table}")
    connection.exec_driver_sql(f"DROP TABLE former_{table}")
    for sql in others:
        connection.exec_driver_sql(sql)
    for index in indexes:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index}")


def _index_what_refers_to(connection: Connection, table: str) -> list[str]:
    """Indexes for the time of the migration: SQLite looks for what refers to each row, and would read it all."""
    inspector, made = inspect(connection), []
    for other in inspector.get_table_names():
        for number, key in enumerate(inspector.get_foreign_keys(other)):
            if key["referred_table"] == table:
                made.append(f"for_count_on_{other}_{number}")
                columns = ", ".join(key["constrained_columns"])
                connection.exec_driver_sql(f'CREATE INDEX {made[-1]} ON "{other}" ({columns})')
    return made
