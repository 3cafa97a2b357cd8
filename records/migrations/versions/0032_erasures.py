"""An erasure is a row with its steps, so that it can be asked for in a page and goes on after a kill."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("step", sa.String(12), nullable=False),
        sa.Column("problem", sa.String(12), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_job")),
    )
    op.create_index("ix_erasure_job_contact_id", "erasure_job", ["contact_id"])
    op.create_index(
        "one_open_erasure",
        "erasure_job",
        ["contact_id"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("erasure_job")
