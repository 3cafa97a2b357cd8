"""A request that was long overdue says so, so that the rule for it is applied once."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("request", sa.Column("escalated_due", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM request_entry WHERE kind IN ('escalated', 'overdue')")
    op.drop_column("request", "escalated_due")
