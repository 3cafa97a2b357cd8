"""Trunks are in the database; telephones can be paired by a link and rung to try them."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trunk",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_trunk"),
    )
    op.create_table(
        "endpoint_state",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("contact", sa.String(length=16), nullable=False),
        sa.Column("registration", sa.String(length=16), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_endpoint_state"),
    )
    op.create_table(
        "phone_ring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("rung_at", UtcDateTime(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("result", sa.String(length=16), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_phone_ring_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_ring"),
    )
    op.create_index("ix_phone_ring_agent_id_asked_at", "phone_ring", ["agent_id", "asked_at"])
    op.create_table(
        "phone_pairing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("sip_account", sa.String(length=32), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_phone_pairing_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_pairing"),
        sa.UniqueConstraint("hash", name="uq_phone_pairing_hash"),
    )


def downgrade() -> None:
    op.drop_table("phone_pairing")
    op.drop_index("ix_phone_ring_agent_id_asked_at", "phone_ring")
    op.drop_table("phone_ring")
    op.drop_table("endpoint_state")
    op.drop_table("trunk")
