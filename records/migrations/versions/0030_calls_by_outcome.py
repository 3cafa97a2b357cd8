"""Calls are found by how they ended: the list of a rare outcome does not read a year."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_call_disposition_started_at", "call", ["disposition", "started_at", "ref"])


def downgrade() -> None:
    op.drop_index("ix_call_disposition_started_at", table_name="call")
