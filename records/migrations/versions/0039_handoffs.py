"""Hand-offs to overflow centres, each with a random reference; those of earlier calls have the call's own."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handoff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("call_ref", sa.String(64), nullable=False),
        sa.Column("centre", sa.String(32), nullable=False),
        sa.Column("dialled_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["call_ref"], ["call.ref"], name=op.f("fk_handoff_call_ref")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff")),
        sa.UniqueConstraint("reference", "centre", name=op.f("uq_handoff_reference_centre")),
    )
    op.create_index(op.f("ix_handoff_call_ref"), "handoff", ["call_ref"])
    op.create_index("ix_handoff_centre_answered_at", "handoff", ["centre", "answered_at"])
    events = sa.table(
        "call_event",
        *(sa.column("call_ref", sa.String()), sa.column("at", UtcDateTime()), sa.column("kind", sa.String())),
        sa.column("detail", sa.JSON()),
    )
    centre = events.c.detail["centre"].as_string()
    answered = sa.select(
        events.c.call_ref, events.c.call_ref, centre, sa.func.min(events.c.at), sa.func.min(events.c.at)
    ).where(events.c.kind == "centre_answered", centre.is_not(None))
    handoff = sa.table("handoff", *map(sa.column, ("reference", "call_ref", "centre", "dialled_at", "answered_at")))
    columns = ["reference", "call_ref", "centre", "dialled_at", "answered_at"]
    op.execute(sa.insert(handoff).from_select(columns, answered.group_by(events.c.call_ref, centre)))


def downgrade() -> None:
    op.drop_table("handoff")
