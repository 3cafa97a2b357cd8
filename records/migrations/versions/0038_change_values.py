"""What a card said before and after a change stands beside the change, where it can be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_value",
        sa.Column("change_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_change_value_contact_id")),
        sa.PrimaryKeyConstraint("change_number", "field", name=op.f("pk_change_value")),
    )
    op.create_index("ix_change_value_contact_id", "change_value", ["contact_id"])
    op.create_index("ix_change_subject_number", "change", ["subject", "number"])


def downgrade() -> None:
    op.drop_index("ix_change_subject_number", table_name="change")
    op.drop_table("change_value")
