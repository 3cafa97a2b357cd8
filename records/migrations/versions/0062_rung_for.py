"""The call for which an agent was rung last, which their open page shows."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("presence", sa.Column("rung_for", sa.String(64), nullable=True))
    op.add_column("presence", sa.Column("rung_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("presence", "rung_at")
    op.drop_column("presence", "rung_for")
