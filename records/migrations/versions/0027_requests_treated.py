"""A request has a subject, a topic, a level and a due time; requests are joined; what was done with each is kept."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("request", sa.Column("subject", sa.Text(), nullable=True))
    op.add_column("request", sa.Column("topic", sa.String(32), nullable=True))
    op.add_column("request", sa.Column("level", sa.Integer(), server_default="1", nullable=False))
    op.add_column("request", sa.Column("due_at", UtcDateTime(), nullable=True))
    op.add_column("request", sa.Column("joined_to", sa.Integer(), nullable=True))
    op.add_column("interaction", sa.Column("request_id", sa.Integer(), nullable=True))
    op.create_index("ix_request_level_created_at", "request", ["level", "created_at", "closed_at"])
    op.create_index("ix_request_joined_to", "request", ["joined_to"])
    op.create_table(
        "request_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_request_entry_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_entry")),
    )
    op.create_index("ix_request_entry_request_id", "request_entry", ["request_id"])


def downgrade() -> None:
    op.drop_table("request_entry")
    op.drop_index("ix_request_joined_to", "request")
    op.drop_index("ix_request_level_created_at", "request")
    op.drop_column("interaction", "request_id")
    for column in ("joined_to", "due_at", "level", "topic", "subject"):
        op.drop_column("request", column)
