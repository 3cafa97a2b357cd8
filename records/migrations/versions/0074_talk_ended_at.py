"""The end of the last talk after which an agent has wrapped up, so that each wrap-up begins once."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0074"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("presence", sa.Column("talk_ended_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("presence", "talk_ended_at")
