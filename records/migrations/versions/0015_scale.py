"""What pages and loops ask for is found without reading all calls, versions and deliveries."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

UNDELIVERED = sa.text("done_at IS NULL")
HEARD = sa.text("SELECT detail FROM call_event WHERE kind = 'message_heard'")


def upgrade() -> None:
    op.create_index(
        "ix_message_version_announcement_valid_until", "message_version", ["announcement", "valid_until", "valid_from"]
    )
    op.create_index(
        "ix_message_version_announcement_published_at", "message_version", ["announcement", "published_at", "id"]
    )
    op.create_index(
        "ix_webhook_delivery_undelivered",
        "webhook_delivery",
        ["endpoint_id", "id"],
        sqlite_where=UNDELIVERED,
        postgresql_where=UNDELIVERED,
    )
    table = op.create_table(
        "message_listens",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenths", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "tenths", "whole", name="pk_message_listens"),
    )
    _count_past_listens(table)


def downgrade() -> None:
    op.drop_table("message_listens")
    op.drop_index("ix_webhook_delivery_undelivered", "webhook_delivery")
    op.drop_index("ix_message_version_announcement_published_at", "message_version")
    op.drop_index("ix_message_version_announcement_valid_until", "message_version")


def _count_past_listens(table: sa.Table) -> None:
    plays: dict[tuple[int, int, bool], int] = {}
    for (stored,) in op.get_bind().execute(HEARD, execution_options={"yield_per": 10_000}):
        detail = json.loads(stored) if isinstance(stored, str) else stored
        key = (int(detail.get("version", 0)), int(float(detail.get("seconds", 0)) * 10), detail.get("whole") is True)
        plays[key] = plays.get(key, 0) + 1
    rows = [
        {"version_id": version, "tenths": tenths, "whole": whole, "plays": count}
        for (version, tenths, whole), count in plays.items()
    ]
    if rows:
        op.bulk_insert(table, rows)
