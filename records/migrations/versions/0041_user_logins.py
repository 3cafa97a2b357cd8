"""Which users have logged in on which days, for counting the users of a month."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "user_login",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["console_user.id"], name=op.f("fk_user_login_user_id")),
        sa.PrimaryKeyConstraint("day", "user_id", name=op.f("pk_user_login")),
    )


def downgrade() -> None:
    op.drop_table("user_login")
