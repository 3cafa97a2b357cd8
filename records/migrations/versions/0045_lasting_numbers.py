"""SQLite never gives the number of a deleted row again where numbers are known outside the database.

Without AUTOINCREMENT it gives the highest number again once that row is gone (https://www.sqlite.org/autoinc.html): who
remembers card 7 of an erased person would meet another person as card 7. PostgreSQL counts on by itself.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TABLES = ("contact", "contact_import", "contact_merge", "inbox_view", "webhook_endpoint")
# Cards that were erased before, as far as somebody was told of their numbers. `contact.caller` is about a call.
_HIGHEST_CARD_TOLD = """
    SELECT max(number) FROM (
        SELECT CAST(subject AS INTEGER) AS number FROM "change"
        WHERE kind LIKE 'contact.%' AND kind <> 'contact.caller' AND subject <> '' AND subject NOT GLOB '*[^0-9]*'
        UNION ALL SELECT json_extract(data, '$.contact') FROM outbox_event WHERE kind LIKE 'contact.%'
    )
"""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    # The rows that refer to a table find it again before the end of the transaction, when SQLite looks.
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    # SQLite looks for what refers to each card; without an index it would read all merges every time.
    op.create_index("absorbed_for_0045", "contact_merge", ["absorbed_id"])
    for table in TABLES:
        _count_on(connection, table)
    op.drop_index("absorbed_for_0045", "contact_merge")
    told = connection.exec_driver_sql(_HIGHEST_CARD_TOLD).scalar() or 0
    given = connection.exec_driver_sql("SELECT max(seq) FROM sqlite_sequence WHERE name = 'contact'").scalar() or 0
    if told > given:
        connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'contact'")
        connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('contact', ?)", (told,))


def downgrade() -> None:
    """The tables stay: version 0044 writes into them too."""


def _count_on(connection: sa.Connection, table: str) -> None:
    """Makes the table anew with AUTOINCREMENT; its rows, indexes and triggers stay, and what refers to it."""
    query = "SELECT type = 'table', sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY 1 DESC"
    made, *others = [str(sql) for _, sql in connection.exec_driver_sql(query, (table,))]
    if "AUTOINCREMENT" in made:  # after a downgrade
        return
    made, keys = re.subn(r",\s*CONSTRAINT \"?pk_\w+\"? PRIMARY KEY \(id\)", "", made)
    made, columns = re.subn(r"\bid INTEGER NOT NULL", "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", made)
    if (keys, columns) != (1, 1):
        raise RuntimeError(f"The table {table} is not the one that the earlier migrations make.")
    connection.exec_driver_sql(f"CREATE TABLE former_{table} AS SELECT * FROM {table}")
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(made)
    connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM former_{table}")
    connection.exec_driver_sql(f"DROP TABLE former_{table}")
    for sql in others:
        connection.exec_driver_sql(sql)
