"""Calls that agents hand over, and wrap-ups after calls that the queue did not give."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_ref", sa.String(64), nullable=False),
        sa.Column("from_agent_id", sa.Integer(), nullable=False),
        sa.Column("to_kind", sa.String(16), nullable=False),
        sa.Column("to_agent_id", sa.Integer(), nullable=True),
        sa.Column("to_level", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("to_kind IN ('person', 'level', 'centre')", name="to_kind"),
        sa.CheckConstraint("(to_kind = 'person') = (to_agent_id IS NOT NULL)", name="to_agent"),
        sa.CheckConstraint("(to_kind = 'level') = (to_level IS NOT NULL)", name="to_level"),
        sa.ForeignKeyConstraint(["call_ref"], ["call.ref"], name="fk_transfer_call_ref"),
        sa.ForeignKeyConstraint(["from_agent_id"], ["agent.id"], name="fk_transfer_from_agent_id"),
        sa.ForeignKeyConstraint(["to_agent_id"], ["agent.id"], name="fk_transfer_to_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_transfer"),
    )
    op.create_index("ix_transfer_asked_at", "transfer", ["asked_at"])
    op.create_index("ix_transfer_call_ref", "transfer", ["call_ref"])
    op.add_column("presence", sa.Column("wrapup_is_ours", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("presence", "wrapup_is_ours")
    op.drop_table("transfer")
