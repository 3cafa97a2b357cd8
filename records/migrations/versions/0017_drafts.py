"""Drafts of prompts beside those of messages; titles, reasons of a refusal, withdrawn versions."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TEXTS = ("prompt", "title", "voice", "said", "authors", "revised_by", "refusal", "refused_by")
MOMENTS = ("revised_at", "refused_at")
CHECK = "(state = 'published') = (version_id IS NOT NULL)"
NEW_CHECK = "(state = 'published' AND prompt = '') = (version_id IS NOT NULL)"
NAME = "ck_message_draft_published_as_version"


def upgrade() -> None:
    op.create_table(
        "message_withdrawal",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        _reference("message_withdrawal", "version_id", "message_version"),
        _reference("message_withdrawal", "successor_id", "message_version"),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_message_withdrawal")),
    )
    op.create_table(
        "edited_version",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        _reference("edited_version", "draft_id", "message_draft"),
        _reference("edited_version", "version_id", "message_version"),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_edited_version")),
    )
    op.add_column("message_version", sa.Column("title", sa.Text(), server_default="", nullable=False))
    for name in TEXTS:
        op.add_column("message_draft", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in MOMENTS:
        op.add_column("message_draft", sa.Column(name, MOMENT, nullable=True))
    _replace_check(CHECK, NEW_CHECK)
    authors = (
        "CASE WHEN made_by = changed_by THEN CAST(made_by AS TEXT)"
        " ELSE CAST(made_by AS TEXT) || ' ' || CAST(changed_by AS TEXT) END"
    )
    changer = "(SELECT name FROM console_user WHERE console_user.id = changed_by)"
    op.execute(f"UPDATE message_draft SET revised_by = {changer}, revised_at = changed_at, authors = {authors}")


def downgrade() -> None:
    op.execute("DELETE FROM edited_version WHERE draft_id IN (SELECT id FROM message_draft WHERE prompt <> '')")
    op.execute("DELETE FROM message_draft WHERE prompt <> ''")
    _replace_check(NEW_CHECK, CHECK)
    for name in (*TEXTS, *MOMENTS):
        op.drop_column("message_draft", name)
    op.drop_column("message_version", "title")
    op.drop_table("edited_version")
    op.drop_table("message_withdrawal")


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _replace_check(old: str, new: str) -> None:
    """Not in batch mode, which drops the old table, to which requests for a call refer."""
    if op.get_context().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE message_draft DROP CONSTRAINT {NAME}")
        op.execute(f"ALTER TABLE message_draft ADD CONSTRAINT {NAME} CHECK ({new})")
        return
    # As in revision 0008: SQLite documents how to edit the text of a definition.
    connection = op.get_bind()
    version: int = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    edit = sa.text(
        "UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'message_draft'"
    )
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(edit, {"old": old, "new": new})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
