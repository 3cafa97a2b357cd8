"""Supervisors of overflow centres are reminded of outcomes that are missing."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0069"
down_revision = "0074"
branch_labels = None
depends_on = None

OVERDUE = "'request_overdue'"
MISSING = "'request_overdue', 'centre_missing'"


def upgrade() -> None:
    op.create_table(
        "centre_reminder",
        sa.Column("centre", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("centre", name="pk_centre_reminder"),
    )
    op.add_column("outgoing_mail", sa.Column("centre_account_id", sa.Integer(), nullable=True))
    op.create_index("ix_outgoing_mail_centre_account_id", "outgoing_mail", ["centre_account_id"])
    _replace_kinds(OVERDUE, MISSING)


def downgrade() -> None:
    op.execute("DELETE FROM outgoing_mail WHERE kind = 'centre_missing'")
    _replace_kinds(MISSING, OVERDUE)
    op.drop_index("ix_outgoing_mail_centre_account_id", "outgoing_mail")
    op.drop_column("outgoing_mail", "centre_account_id")
    op.drop_table("centre_reminder")


def _replace_kinds(old: str, new: str) -> None:
    """The last kinds of mail in the check of the column. Not in batch mode, which drops the old table."""
    if op.get_context().dialect.name != "sqlite":
        kinds = (
            "'invitation', 'new_link', 'forgotten_password', 'role_changed', 'inquiry_answered', 'request_assigned',"
            f" 'request_due', {new}"
        )
        op.execute("ALTER TABLE outgoing_mail DROP CONSTRAINT ck_outgoing_mail_kind")
        op.execute(f"ALTER TABLE outgoing_mail ADD CONSTRAINT ck_outgoing_mail_kind CHECK (kind IN ({kinds}))")
        return
    # As in revision 0008: SQLite documents how to edit the text of a definition.
    connection = op.get_bind()
    version: int = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    edit = sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :table")
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(edit, {"old": old, "new": new, "table": "outgoing_mail"})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
