"""Contacts have an organisation and e-mail addresses, and are found in any spelling."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0022"
down_revision = "0016"
branch_labels = None
depends_on = None


def _bytewise(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("contact", sa.Column("organisation", sa.Text(), nullable=True))
    op.drop_index("ix_contact_name_folded", "contact")
    op.drop_column("contact", "name_folded")
    op.create_table(
        "contact_email",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_contact_email_contact_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_email"),
        sa.UniqueConstraint("contact_id", "folded", name="uq_contact_email_contact_id_folded"),
    )
    op.create_index("ix_contact_email_folded", "contact_email", ["folded"])
    _create_name_tables()
    op.create_table(
        "number_tail",
        sa.Column("digits", _bytewise(16), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name="fk_number_tail_line_id"),
        sa.PrimaryKeyConstraint("digits", "line_id", name="pk_number_tail"),
    )
    op.create_index("ix_number_tail_line_id", "number_tail", ["line_id"])
    op.create_table(
        "search_cursor",
        sa.Column("followed", sa.String(length=16), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("followed", name="pk_search_cursor"),
    )


def _create_name_tables() -> None:
    op.create_table(
        "contact_key",
        sa.Column("key", _bytewise(360), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_contact_key_contact_id"),
        sa.PrimaryKeyConstraint("key", "contact_id", name="pk_contact_key"),
    )
    op.create_index("ix_contact_key_contact_id", "contact_key", ["contact_id"])
    op.create_table(
        "contact_word",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("word", _bytewise(40), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_contact_word_contact_id"),
        sa.PrimaryKeyConstraint("contact_id", "word", name="pk_contact_word"),
    )
    op.create_index("ix_contact_word_word_contact_id", "contact_word", ["word", "contact_id"])
    op.create_table(
        "word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", _bytewise(40), nullable=False),
        sa.Column("sound", _bytewise(40), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_word"),
        sa.UniqueConstraint("word", name="uq_word_word"),
    )
    op.create_index("ix_word_sound", "word", ["sound"])
    op.create_table(
        "word_gap",
        sa.Column("gap", _bytewise(40), nullable=False),
        sa.Column("word_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["word_id"], ["word.id"], name="fk_word_gap_word_id"),
        sa.PrimaryKeyConstraint("gap", "word_id", name="pk_word_gap"),
    )
    op.create_index("ix_word_gap_word_id", "word_gap", ["word_id"])


def downgrade() -> None:
    for table in ("search_cursor", "number_tail", "word_gap", "word", "contact_word", "contact_key", "contact_email"):
        op.drop_table(table)
    op.add_column("contact", sa.Column("name_folded", sa.Text(), nullable=True))
    op.create_index("ix_contact_name_folded", "contact", ["name_folded"])
    op.drop_column("contact", "organisation")
