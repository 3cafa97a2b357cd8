"""Screens that show the wall board without a login."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board_screen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("link_hash", sa.String(64), nullable=False),
        sa.Column("cookie_hash", sa.String(64), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_board_screen"),
        sa.UniqueConstraint("link_hash", name="uq_board_screen_link_hash"),
        sa.UniqueConstraint("cookie_hash", name="uq_board_screen_cookie_hash"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("board_screen")
