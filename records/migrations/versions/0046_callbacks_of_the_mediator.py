"""A callback of level 3 is the mediator's: beside it, the number may have an open callback of the team."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_OPEN = "kind = 'callback' AND closed_at IS NULL"


def upgrade() -> None:
    _make_anew(f"{_OPEN} AND level < 3")


def downgrade() -> None:
    """Fails where a number has two open callbacks: close one of them first."""
    _make_anew(_OPEN)


def _make_anew(where: str) -> None:
    op.drop_index("one_open_callback", "request")
    op.create_index(
        "one_open_callback",
        "request",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
