"""Transfers in which the agent speaks with the receiver first."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0075"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("transfer") as table:
        table.add_column(sa.Column("speaks_first", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("step", sa.String(16), nullable=True))
        table.add_column(sa.Column("step_asked_at", UtcDateTime(), nullable=True))
        table.create_check_constraint("step", "step IN ('leave', 'back', 'join')")


def downgrade() -> None:
    with op.batch_alter_table("transfer") as table:
        table.drop_constraint("step", type_="check")
        table.drop_column("step_asked_at")
        table.drop_column("step")
        table.drop_column("speaks_first")
