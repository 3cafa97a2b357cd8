"""Agents may answer in their browser: accounts made in advance, one for each desk, whose password is a session's."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0060"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent", sa.Column("in_browser", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "browser_phone",
        sa.Column("desk", sa.String(4), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.String(64), server_default="", nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("applied_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lost_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("desk", name="pk_browser_phone"),
        sa.UniqueConstraint("account", name="uq_browser_phone_account"),
    )


def downgrade() -> None:
    op.drop_table("browser_phone")
    op.drop_column("agent", "in_browser")
