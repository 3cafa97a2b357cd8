"""SQLite never gives the number of a deleted row again where numbers are known outside the database.

Without AUTOINCREMENT it gives the highest number again once that row is gone (https://www.sqlite.org/autoinc.html): who
remembers card 7 of an erased person would meet another person as card 7. PostgreSQL counts on by itself.
"""

from alembic import op

from records.database.autoincrement import count_on

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
    for table in TABLES:
        count_on(connection, table)
    told = connection.exec_driver_sql(_HIGHEST_CARD_TOLD).scalar() or 0
    given = connection.exec_driver_sql("SELECT max(seq) FROM sqlite_sequence WHERE name = 'contact'").scalar() or 0
    if told > given:
        connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'contact'")
        connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('contact', ?)", (told,))


def downgrade() -> None:
    """The tables stay: version 0044 writes into them too."""
