"""Holds have a past, and a callback expires by a clock that stands still in them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("ends_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index("one_open_hold", "hold", ["name"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_hold_ends_at", "hold", ["ends_at"])
    op.execute(
        "INSERT INTO hold (name, starts_at) "
        "SELECT name, since FROM override WHERE active AND name IN ('callbacks', 'closed')"
    )
    op.add_column("callback", sa.Column("clock_from", MOMENT, nullable=True))
    op.add_column("callback", sa.Column("clock_s", sa.Integer(), nullable=True))
    op.create_index("ix_callback_state_expires_at", "callback", ["state", "expires_at"])


def downgrade() -> None:
    op.drop_index("ix_callback_state_expires_at", "callback")
    op.drop_column("callback", "clock_s")
    op.drop_column("callback", "clock_from")
    op.drop_table("hold")
