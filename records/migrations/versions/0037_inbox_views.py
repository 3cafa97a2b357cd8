"""Users keep searches of the inbox under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("search", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["console_user.id"], name=op.f("fk_inbox_view_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_view")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_inbox_view_user_id_name")),
    )


def downgrade() -> None:
    op.drop_table("inbox_view")
