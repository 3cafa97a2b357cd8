"""What agents write of calls, and whether they still have to say what became of them."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0073"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_writeup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_ref", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("note_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=True),
        sa.Column("awaited_since", UtcDateTime(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["call_ref"], ["call.ref"], name="fk_call_writeup_call_ref"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_call_writeup_agent_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_call_writeup_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call_writeup"),
        sa.UniqueConstraint("call_ref", "agent_id", name="uq_call_writeup_call_ref_agent_id"),
    )
    awaited = "settled_at IS NULL AND awaited_since IS NOT NULL"
    op.create_index(
        "ix_call_writeup_awaited",
        "call_writeup",
        ["awaited_since"],
        sqlite_where=sa.text(awaited),
        postgresql_where=sa.text(awaited),
    )


def downgrade() -> None:
    op.drop_table("call_writeup")
