"""The counts of overflow centres are kept by day."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0068"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "centre_day",
        sa.Column("centre", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("abandoned", sa.Integer(), nullable=False),
        sa.Column("not_taken", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("rings", sa.JSON(), nullable=False),
        sa.Column("talks", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "day", name="pk_centre_day"),
    )
    op.create_table(
        "centre_day_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_centre_day_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_centre_day_change_centre_at", "centre_day_change", ["centre", "at"])


def downgrade() -> None:
    op.drop_table("centre_day_change")
    op.drop_table("centre_day")
