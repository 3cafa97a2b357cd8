"""Since when the page of a browser phone is away."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0077"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("browser_phone", sa.Column("away_since", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("browser_phone", "away_since")
