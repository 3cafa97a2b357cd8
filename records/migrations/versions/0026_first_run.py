"""The first run: steps put off or away, test calls from the console, and telephones that were ever reached."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "first_step",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("later_at", UtcDateTime(), nullable=True),
        sa.Column("put_away_at", UtcDateTime(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_first_step"),
    )
    op.create_table(
        "trial_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=1), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("heard", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["console_user.id"], name="fk_trial_call_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_trial_call"),
    )
    op.create_index("ix_trial_call_asked_at", "trial_call", ["asked_at"])
    op.add_column("endpoint_state", sa.Column("reached_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("endpoint_state", "reached_at")
    op.drop_index("ix_trial_call_asked_at", "trial_call")
    op.drop_table("trial_call")
    op.drop_table("first_step")
