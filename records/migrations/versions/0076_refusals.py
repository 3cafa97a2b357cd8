"""The refusals among the numbers that were asked are counted without the others."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0071"
branch_labels = None
depends_on = None

_REFUSED = sa.text("refused_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_satisfaction_asked_refused_at",
        "satisfaction_asked",
        ["refused_at"],
        sqlite_where=_REFUSED,
        postgresql_where=_REFUSED,
    )


def downgrade() -> None:
    op.drop_index("ix_satisfaction_asked_refused_at", table_name="satisfaction_asked")
