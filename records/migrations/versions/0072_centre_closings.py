"""What was taken away from an overflow centre at the end of its contract stays on record."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0072"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "centre_closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre", sa.String(32), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_centre_closing"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_centre_closing_centre", "centre_closing", ["centre"])


def downgrade() -> None:
    op.drop_table("centre_closing")
