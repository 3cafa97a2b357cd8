"""People of overflow centres have accounts of their own, outside the console, whose role for them goes away."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

ROLES = "role IN ('administrator', 'supervisor', 'staff', 'mediator', 'message_editor')"
OLD_ROLES = "role IN ('administrator', 'supervisor', 'staff', 'mediator', 'message_editor', 'overflow_agent')"
FORMER = "SELECT id FROM console_user WHERE role = 'overflow_agent'"


def upgrade() -> None:
    op.add_column("handoff", sa.Column("failed_at", UtcDateTime(), nullable=True))
    _tell_failures()
    op.create_table(
        "centre_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre", sa.String(32), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("link_hash", sa.String(64), nullable=True),
        sa.Column("link_expires_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("role IN ('agent', 'supervisor')", name=op.f("ck_centre_account_role")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_centre_account_email")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_account")),
        sa.UniqueConstraint("email", name=op.f("uq_centre_account_email")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_centre_account_link_hash")),
    )
    op.create_index(op.f("ix_centre_account_centre"), "centre_account", ["centre"])
    op.create_table(
        "centre_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["centre_account.id"], name=op.f("fk_centre_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_session")),
        sa.UniqueConstraint("hash", name=op.f("uq_centre_session_hash")),
    )
    op.create_index(op.f("ix_centre_session_account_id"), "centre_session", ["account_id"])
    op.create_table(
        "centre_card_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("centre", sa.String(32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("found_by", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_centre_card_view_handoff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_card_view")),
    )
    op.create_index(op.f("ix_centre_card_view_handoff_id"), "centre_card_view", ["handoff_id"])
    op.create_index("ix_centre_card_view_centre_at", "centre_card_view", ["centre", "at"])
    _end_former_role()
    _replace_check("console_user", "role", OLD_ROLES, ROLES)


def downgrade() -> None:
    _replace_check("console_user", "role", ROLES, OLD_ROLES)
    for table in ("centre_card_view", "centre_session", "centre_account"):
        op.drop_table(table)
    op.drop_column("handoff", "failed_at")


def _tell_failures() -> None:
    """From the events of the calls: a centre that did not answer had failed, or the caller had hung up before."""
    is_sqlite = op.get_context().dialect.name == "sqlite"
    of_event = "json_extract(e.detail, '$.centre')" if is_sqlite else "e.detail ->> 'centre'"
    op.execute(
        "UPDATE handoff SET failed_at = (SELECT min(e.at) FROM call_event e WHERE e.call_ref = handoff.call_ref"
        f" AND e.kind = 'centre_failed' AND e.at >= handoff.dialled_at AND {of_event} = handoff.centre)"
        " WHERE answered_at IS NULL"
    )


def _end_former_role() -> None:
    """They saw nothing, and log in no more: an administrator who activates one again sees the role they then have."""
    op.execute(f"UPDATE console_session SET ended_at = started_at WHERE ended_at IS NULL AND user_id IN ({FORMER})")
    op.execute(f"UPDATE invitation SET ended_at = created_at WHERE ended_at IS NULL AND user_id IN ({FORMER})")
    op.execute("UPDATE console_user SET earlier_role = NULL WHERE earlier_role = 'overflow_agent'")
    op.execute(
        "UPDATE console_user SET role = 'staff', earlier_role = NULL, password_hash = NULL,"
        " deactivated_at = coalesce(deactivated_at, created_at) WHERE role = 'overflow_agent'"
    )


def _replace_check(table: str, name: str, old: str, new: str) -> None:
    """Not in batch mode, which drops the old table, to which others refer."""
    if op.get_context().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({new})")
        return
    # As in revision 0029: SQLite documents how to edit the text of a definition.
    connection = op.get_bind()
    version: int = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    edit = sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :table")
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(edit, {"old": old, "new": new, "table": table})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
