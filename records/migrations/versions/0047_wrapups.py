"""Until when an agent wraps up a call, and how often they have lengthened that."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("presence", sa.Column("wrapup_until", UtcDateTime(), nullable=True))
    op.add_column("presence", sa.Column("wrapup_lengthened", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    op.drop_column("presence", "wrapup_lengthened")
    op.drop_column("presence", "wrapup_until")
