"""A table counts the calls that were refused before they were answered."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_calls",
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trunk", sa.String(length=32), nullable=False),
        sa.Column("landing", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "trunk", "landing", "reason", name="pk_refused_calls"),
    )


def downgrade() -> None:
    op.drop_table("refused_calls")
