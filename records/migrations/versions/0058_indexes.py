"""What a person's page, an erasure and a login look for is found by an index."""

from alembic import op

revision = "0058"
down_revision = "0050"
branch_labels = None
depends_on = None

INDEXES = (("do_not_call", "line_id"), ("contact_merge", "absorbed_id"), ("login_attempt", "at"))


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table, column in reversed(INDEXES):
        op.drop_index(f"ix_{table}_{column}", table)
