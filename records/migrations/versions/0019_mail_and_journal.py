"""Mails to users wait in a queue, links have a purpose, users learn of a new role, the change log has filters."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = "'invitation', 'new_link', 'forgotten_password', 'role_changed'"


def upgrade() -> None:
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("earlier_role", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=16), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_outgoing_mail_kind")),
        sa.CheckConstraint("(user_id IS NULL) <> (address_hash IS NULL)", name=op.f("ck_outgoing_mail_recipient")),
        sa.ForeignKeyConstraint(["user_id"], ["console_user.id"], name=op.f("fk_outgoing_mail_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
    )
    op.create_index("ix_outgoing_mail_user_id", "outgoing_mail", ["user_id"])
    op.create_index("ix_outgoing_mail_next_at", "outgoing_mail", ["next_at"])
    op.add_column("invitation", sa.Column("purpose", sa.String(length=16), server_default="invitation", nullable=False))
    op.add_column("console_user", sa.Column("earlier_role", sa.String(length=16), nullable=True))
    op.create_index("ix_change_kind_number", "change", ["kind", "number"])
    op.create_index("ix_change_user_id_number", "change", ["user_id", "number"])


def downgrade() -> None:
    op.drop_index("ix_change_user_id_number", "change")
    op.drop_index("ix_change_kind_number", "change")
    op.drop_column("console_user", "earlier_role")
    op.drop_column("invitation", "purpose")
    op.drop_index("ix_outgoing_mail_next_at", "outgoing_mail")
    op.drop_index("ix_outgoing_mail_user_id", "outgoing_mail")
    op.drop_table("outgoing_mail")
