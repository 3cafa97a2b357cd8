"""Requests that reached the organisation by letter, e-mail, fax, in person or otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KINDS = "kind IN ('voicemail', 'callback', 'missed', 'inquiry')"
NEW_KINDS = "kind IN ('voicemail', 'callback', 'missed', 'inquiry', 'letter', 'email', 'fax', 'visit', 'other')"
WRITTEN = "SELECT id FROM request WHERE kind IN ('letter', 'email', 'fax', 'visit', 'other')"


def upgrade() -> None:
    _replace_check(KINDS, NEW_KINDS)


def downgrade() -> None:
    op.execute(f"DELETE FROM interaction WHERE request_id IN ({WRITTEN})")
    op.execute(f"DELETE FROM request_entry WHERE request_id IN ({WRITTEN})")
    op.execute(f"UPDATE request SET joined_to = NULL WHERE joined_to IN ({WRITTEN})")
    op.execute("DELETE FROM request WHERE kind IN ('letter', 'email', 'fax', 'visit', 'other')")
    _replace_check(NEW_KINDS, KINDS)


def _replace_check(old: str, new: str) -> None:
    """Not in batch mode, which drops the old table, to which others refer."""
    if op.get_context().dialect.name != "sqlite":
        op.execute("ALTER TABLE request DROP CONSTRAINT ck_request_kind")
        op.execute(f"ALTER TABLE request ADD CONSTRAINT ck_request_kind CHECK ({new})")
        return
    # As in revision 0008: SQLite documents how to edit the text of a definition.
    connection = op.get_bind()
    version: int = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    edit = sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'request'")
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(edit, {"old": old, "new": new})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
