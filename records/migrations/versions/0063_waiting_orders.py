"""What supervisors decide about callers who wait."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_ref", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["call_ref"], ["call.ref"], name="fk_waiting_order_call_ref"),
        sa.PrimaryKeyConstraint("id", name="pk_waiting_order"),
    )
    op.create_index("ix_waiting_order_asked_at", "waiting_order", ["asked_at"])
    op.create_index("ix_waiting_order_call_ref", "waiting_order", ["call_ref"])


def downgrade() -> None:
    op.drop_table("waiting_order")
