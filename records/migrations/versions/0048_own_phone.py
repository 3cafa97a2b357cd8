"""A callback may ring first at the telephone of the agent who asked for it: whose, and in which attempt."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("callback", "callback_attempt"):
        op.add_column(table, sa.Column("agent_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    for table in ("callback_attempt", "callback"):
        op.drop_column(table, "agent_id")
