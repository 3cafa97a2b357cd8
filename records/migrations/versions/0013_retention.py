"""A number on the do-not-call list outlives the erasure of its holder as a keyed hash."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_do_not_call",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_erased_do_not_call_hash")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_erased_do_not_call")),
    )
    op.create_index("ix_contact_line_line_id", "contact_line", ["line_id"])


def downgrade() -> None:
    op.drop_index("ix_contact_line_line_id", "contact_line")
    op.drop_table("erased_do_not_call")
