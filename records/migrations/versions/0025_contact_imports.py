"""Files of contacts are imported, row by row."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0025"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact_import"),
    )
    op.create_index("ix_contact_import_file_hash", "contact_import", ["file_hash"])
    op.create_index("ix_contact_import_state", "contact_import", ["state"])
    op.create_table(
        "contact_import_row",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("problem", sa.String(length=12), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["contact_import.id"], name="fk_contact_import_row_import_id"),
        sa.PrimaryKeyConstraint("import_id", "number", name="pk_contact_import_row"),
    )
    op.create_index("ix_contact_import_row_contact_id", "contact_import_row", ["contact_id"])
    op.create_index("ix_contact_import_row_import_id_outcome", "contact_import_row", ["import_id", "outcome"])
    op.create_table(
        "contact_origin",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_contact_origin_contact_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_contact_origin"),
    )
    op.create_index("ix_contact_origin_contact_id", "contact_origin", ["contact_id"])
    op.create_table(
        "contact_import_column",
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("title", name="pk_contact_import_column"),
    )


def downgrade() -> None:
    for table in ("contact_import_column", "contact_origin", "contact_import_row", "contact_import"):
        op.drop_table(table)
