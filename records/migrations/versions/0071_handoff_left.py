"""When an overflow centre was done with a call that went on."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoff", sa.Column("left_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("handoff", "left_at")
