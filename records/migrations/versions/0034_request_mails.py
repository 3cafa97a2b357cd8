"""Users choose mails about requests; a request keeps for which due time people were told."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KINDS = "kind IN ('invitation', 'new_link', 'forgotten_password', 'role_changed', 'inquiry_answered')"
NEW_KINDS = KINDS.replace(")", ", 'request_assigned', 'request_due', 'request_overdue')")


def upgrade() -> None:
    op.add_column("console_user", sa.Column("request_mails", sa.String(20), server_default="nothing", nullable=False))
    op.add_column("request", sa.Column("due_told", UtcDateTime(), nullable=True))
    _replace_check(KINDS, NEW_KINDS)


def downgrade() -> None:
    op.execute("DELETE FROM outgoing_mail WHERE kind IN ('request_assigned', 'request_due', 'request_overdue')")
    _replace_check(NEW_KINDS, KINDS)
    op.drop_column("request", "due_told")
    op.drop_column("console_user", "request_mails")


def _replace_check(old: str, new: str) -> None:
    """Not in batch mode, which drops the old table."""
    if op.get_context().dialect.name != "sqlite":
        op.execute("ALTER TABLE outgoing_mail DROP CONSTRAINT ck_outgoing_mail_kind")
        op.execute(f"ALTER TABLE outgoing_mail ADD CONSTRAINT ck_outgoing_mail_kind CHECK ({new})")
        return
    # As in revision 0008: SQLite documents how to edit the text of a definition.
    connection = op.get_bind()
    version: int = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    edit = sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :table")
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(edit, {"old": old, "new": new, "table": "outgoing_mail"})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
