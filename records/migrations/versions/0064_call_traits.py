"""Calls are found by the keys that were pressed, by who answered and by the overflow centres that were dialled."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0064"
down_revision = "0068"
branch_labels = None
depends_on = None

# Who answered is known by the SIP account, as far as an agent still has it.
_OF_EARLIER_CALLS = """
    INSERT INTO call_trait (kind, value, started_at, call_ref)
    SELECT DISTINCT 'key', {key}, call.started_at, call.ref
      FROM call_event JOIN call ON call.ref = call_event.call_ref
     WHERE call_event.kind IN ('key', 'wrong_key') AND {key} IS NOT NULL
    UNION SELECT 'agent', CAST(sip_account.claimed_by AS VARCHAR), call.started_at, call.ref
      FROM call_event JOIN call ON call.ref = call_event.call_ref JOIN sip_account ON sip_account.name = {phone}
     WHERE call_event.kind = 'staff_answered' AND sip_account.claimed_by IS NOT NULL
    UNION SELECT 'centre', handoff.centre, call.started_at, call.ref
      FROM handoff JOIN call ON call.ref = handoff.call_ref
"""
_MEMBER = {"sqlite": "json_extract(call_event.detail, '$.{}')", "postgresql": "call_event.detail ->> '{}'"}


def upgrade() -> None:
    op.create_table(
        "call_trait",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("value", sa.String(32), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("call_ref", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["call_ref"], ["call.ref"], name="fk_call_trait_call_ref"),
        sa.PrimaryKeyConstraint("kind", "value", "started_at", "call_ref", name="pk_call_trait"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    member = _MEMBER[connection.dialect.name]
    connection.exec_driver_sql(_OF_EARLIER_CALLS.format(key=member.format("key"), phone=member.format("phone")))


def downgrade() -> None:
    op.drop_table("call_trait")
