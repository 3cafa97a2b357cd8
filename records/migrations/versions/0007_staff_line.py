"""The staff line: PINs, and calls to somebody of the house who asked for one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "phone_pin",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.CheckConstraint("wrong BETWEEN 0 AND 6", name=op.f("ck_phone_pin_wrong")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_phone_pin_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_phone_pin")),
    )
    op.create_table(
        "desk_ring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("from_s", sa.Double(), nullable=True),
        sa.Column("until_s", sa.Double(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("rung_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(draft_id IS NULL) = (from_s IS NULL) AND (draft_id IS NULL) = (until_s IS NULL)",
            name=op.f("ck_desk_ring_part"),
        ),
        sa.CheckConstraint("rung_at IS NULL OR taken_at IS NOT NULL", name=op.f("ck_desk_ring_taken_before")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_desk_ring_account_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["message_draft.id"], name=op.f("fk_desk_ring_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_ring")),
    )
    op.create_index("ix_desk_ring_taken_at_asked_at", "desk_ring", ["taken_at", "asked_at"])


def downgrade() -> None:
    for table in ("desk_ring", "phone_pin"):
        op.drop_table(table)
