"""The calls of a centre are read by month: an index of their time takes the place of that of their answers."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_handoff_centre_dialled_at", "handoff", ["centre", "dialled_at"])
    op.drop_index("ix_handoff_centre_answered_at", table_name="handoff")


def downgrade() -> None:
    op.create_index("ix_handoff_centre_answered_at", "handoff", ["centre", "answered_at"])
    op.drop_index("ix_handoff_centre_dialled_at", table_name="handoff")
