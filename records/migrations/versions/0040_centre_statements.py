"""Invoices and hours of overflow centres, month by month."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "centre_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre", sa.String(32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('invoice', 'hours')", name=op.f("ck_centre_statement_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_statement")),
        sa.UniqueConstraint("centre", "month", "kind", name=op.f("uq_centre_statement_centre_month_kind")),
    )
    op.create_table(
        "centre_statement_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(64), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("seconds", sa.Text(), nullable=True),
        sa.Column("amount", sa.Text(), nullable=True),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["centre_statement.id"], name=op.f("fk_centre_statement_line_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_statement_line")),
    )
    op.create_index(op.f("ix_centre_statement_line_statement_id"), "centre_statement_line", ["statement_id"])


def downgrade() -> None:
    op.drop_table("centre_statement_line")
    op.drop_table("centre_statement")
