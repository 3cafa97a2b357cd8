"""The message desk: drafts, and embargoes with their neutral message."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "'open', 'waiting', 'published', 'discarded'"


def upgrade() -> None:
    op.create_table(
        "embargo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_embargo_interval")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embargo")),
    )
    op.create_table(
        "embargo_message",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("embargo_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["message_version.id"], name=op.f("fk_embargo_message_version_id")),
        sa.ForeignKeyConstraint(["embargo_id"], ["embargo.id"], name=op.f("fk_embargo_message_embargo_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_embargo_message")),
    )
    op.create_table(
        "message_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("sound", sa.String(length=64), nullable=False),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("level_dbfs", sa.Double(), nullable=False),
        sa.Column("loudness", sa.String(length=16), nullable=False),
        sa.Column("from_s", sa.Double(), nullable=False),
        sa.Column("until_s", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_message_draft_state")),
        sa.CheckConstraint("from_s >= 0 AND until_s > from_s", name=op.f("ck_message_draft_cut")),
        sa.CheckConstraint(
            "(state = 'published') = (version_id IS NOT NULL)", name=op.f("ck_message_draft_published_as_version")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_message_draft_made_by")),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name=op.f("fk_message_draft_changed_by")),
        sa.ForeignKeyConstraint(["version_id"], ["message_version.id"], name=op.f("fk_message_draft_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_draft")),
    )
    op.create_index("ix_message_draft_state_slot", "message_draft", ["state", "slot"])


def downgrade() -> None:
    for table in ("message_draft", "embargo_message", "embargo"):
        op.drop_table(table)
