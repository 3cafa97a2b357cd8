"""A request has an owner: the user who has taken it."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("request", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.add_column("request", sa.Column("taken_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("request", "taken_at")
    op.drop_column("request", "owner_id")
