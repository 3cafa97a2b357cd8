"""The pauses of agents, with their reasons."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_pause_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_pause")),
    )
    op.create_index("ix_agent_pause_agent_id_started_at", "agent_pause", ["agent_id", "started_at"])


def downgrade() -> None:
    op.drop_table("agent_pause")
