"""Visitors write in the public form; a mail can be about a request, and go to whoever wrote it."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = "kind IN ('voicemail', 'callback', 'missed')"
NEW_KINDS = "kind IN ('voicemail', 'callback', 'missed', 'inquiry')"
MAILS = "kind IN ('invitation', 'new_link', 'forgotten_password', 'role_changed')"
NEW_MAILS = "kind IN ('invitation', 'new_link', 'forgotten_password', 'role_changed', 'inquiry_answered')"
ONE_RECIPIENT = "(user_id IS NULL) <> (address_hash IS NULL)"
NEW_RECIPIENT = "user_id IS NULL OR address_hash IS NULL"


def upgrade() -> None:
    op.create_table(
        "inquiry",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(9), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("mail_secret_hash", sa.String(64), nullable=True),
        sa.Column("public_number", sa.String(16), nullable=False),
        sa.Column("site", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.CheckConstraint("length(secret_hash) = 64", name=op.f("ck_inquiry_secret_hash")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_inquiry_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("ref", name=op.f("uq_inquiry_ref")),
    )
    op.add_column("outgoing_mail", sa.Column("request_id", sa.Integer(), nullable=True))
    op.create_index("ix_outgoing_mail_request_id", "outgoing_mail", ["request_id"])
    _replace_check("request", "kind", KINDS, NEW_KINDS)
    _replace_check("outgoing_mail", "kind", MAILS, NEW_MAILS)
    _replace_check("outgoing_mail", "recipient", ONE_RECIPIENT, NEW_RECIPIENT)


def downgrade() -> None:
    op.execute("DELETE FROM outgoing_mail WHERE kind = 'inquiry_answered'")
    op.execute("DELETE FROM interaction WHERE request_id IN (SELECT request_id FROM inquiry)")
    op.execute("DELETE FROM request_entry WHERE request_id IN (SELECT request_id FROM inquiry)")
    op.drop_table("inquiry")
    op.execute("DELETE FROM request WHERE kind = 'inquiry'")
    _replace_check("outgoing_mail", "recipient", NEW_RECIPIENT, ONE_RECIPIENT)
    _replace_check("outgoing_mail", "kind", NEW_MAILS, MAILS)
    _replace_check("request", "kind", NEW_KINDS, KINDS)
    op.drop_index("ix_outgoing_mail_request_id", "outgoing_mail")
    op.drop_column("outgoing_mail", "request_id")


def _replace_check(table: str, name: str, old: str, new: str) -> None:
    """Not in batch mode, which drops the old table, to which others refer."""
    if op.get_context().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({new})")
        return
    # As in revision 0008: SQLite documents how to edit the text of a definition.
    connection = op.get_bind()
    version: int = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    edit = sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :table")
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(edit, {"old": old, "new": new, "table": table})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
