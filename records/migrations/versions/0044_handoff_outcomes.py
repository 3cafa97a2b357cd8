"""What centres report about the calls that they were given, with keys that are bound to one centre."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handoff_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_handoff_outcome_handoff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_outcome")),
    )
    op.create_index(op.f("ix_handoff_outcome_handoff_id"), "handoff_outcome", ["handoff_id"])
    op.add_column("handoff", sa.Column("is_anonymous", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("site_key", sa.Column("centre", sa.String(32), nullable=True))
    # Calls that were purged, or whose caller was erased: a note would tell of that person again.
    call = sa.table("call", sa.column("ref"), sa.column("line_id"), sa.column("withheld"))
    handoff = sa.table("handoff", sa.column("call_ref"), sa.column("is_anonymous"))
    nobody = sa.select(call.c.ref).where(call.c.line_id.is_(None), call.c.withheld.is_(sa.false()))
    op.execute(sa.update(handoff).where(handoff.c.call_ref.in_(nobody)).values(is_anonymous=sa.true()))


def downgrade() -> None:
    op.drop_column("site_key", "centre")
    op.drop_column("handoff", "is_anonymous")
    op.drop_table("handoff_outcome")
