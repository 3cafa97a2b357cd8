"""Contacts have a postal address; two cards of one person are found, merged with a choice, or told apart for good."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("street", "postcode", "city"):
        op.add_column("contact", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("contact_merge", sa.Column("preferred", sa.Text(), nullable=True))
    op.create_table(
        "duplicate_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_duplicate_key_contact_id"),
        sa.PrimaryKeyConstraint("key", "contact_id", name="pk_duplicate_key"),
    )
    op.create_index("ix_duplicate_key_contact_id", "duplicate_key", ["contact_id"])
    op.create_table(
        "duplicate_queue",
        sa.Column("contact_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_duplicate_queue_contact_id"),
        sa.PrimaryKeyConstraint("contact_id", name="pk_duplicate_queue"),
    )
    _create_proposals()
    op.create_table(
        "duplicate_count",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_duplicate_count"),
    )


def _create_proposals() -> None:
    op.create_table(
        "duplicate_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("distinct_at", UtcDateTime(), nullable=True),
        sa.Column("distinct_by", sa.Text(), nullable=True),
        sa.CheckConstraint("first_id < second_id", name="ordered"),
        sa.ForeignKeyConstraint(["first_id"], ["contact.id"], name="fk_duplicate_proposal_first_id"),
        sa.ForeignKeyConstraint(["second_id"], ["contact.id"], name="fk_duplicate_proposal_second_id"),
        sa.PrimaryKeyConstraint("id", name="pk_duplicate_proposal"),
        sa.UniqueConstraint("first_id", "second_id", name="uq_duplicate_proposal_first_id_second_id"),
    )
    op.create_index("ix_duplicate_proposal_second_id", "duplicate_proposal", ["second_id"])
    op.create_index("ix_duplicate_proposal_score_id", "duplicate_proposal", ["score", "id"])


def downgrade() -> None:
    for table in ("duplicate_count", "duplicate_proposal", "duplicate_queue", "duplicate_key"):
        op.drop_table(table)
    op.drop_column("contact_merge", "preferred")
    for column in ("city", "postcode", "street"):
        op.drop_column("contact", column)
