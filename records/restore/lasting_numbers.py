"""The highest number that each table has given, where numbers are never given again (LASTING_NUMBERS)."""

from collections.abc import Mapping

from sqlalchemy import Connection, column, delete, func, insert, select, table

from records.schema import Table

_SEQUENCES = table("sqlite_sequence", column("name"), column("seq"))
"""https://www.sqlite.org/autoinc.html"""


def lasting_tables() -> tuple[str, ...]:
    """The names of these tables."""
    tables = Table.metadata.sorted_tables
    return tuple(sorted(each.name for each in tables if each.dialect_options["sqlite"]["autoincrement"]))


def read_highest(connection: Connection) -> dict[str, int]:
    """The highest number that each of the tables has given; 0 for none yet."""
    if connection.dialect.name == "sqlite":
        given = {name: seq for name, seq in connection.execute(select(_SEQUENCES)) if seq}
        return {name: given.get(name, 0) for name in lasting_tables()}
    sequences = table("pg_sequences", column("sequencename"), column("last_value"))
    given = {name: last for name, last in connection.execute(select(sequences)) if last}
    return {name: given.get(_sequence(name), 0) for name in lasting_tables()}


def raise_highest(connection: Connection, numbers: Mapping[str, int]) -> None:
    """Lets each table go on behind its number, or behind what it has given if that is more."""
    given = read_highest(connection)
    for name, number in sorted(numbers.items()):
        if number <= given.get(name, number):
            continue
        if connection.dialect.name == "sqlite":
            connection.execute(delete(_SEQUENCES).where(_SEQUENCES.c.name == name))
            connection.execute(insert(_SEQUENCES).values(name=name, seq=number))
        else:
            connection.execute(select(func.setval(_sequence(name), number)))


def _sequence(name: str) -> str:
    """What PostgreSQL calls that of the table (https://www.postgresql.org/docs/current/datatype-numeric.html)."""
    [key] = Table.metadata.tables[name].primary_key.columns
    return f"{name}_{key.name}_seq"
