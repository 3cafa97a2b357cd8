"""Tables, columns, constraints and indexes get the names of their classes. No row changes."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = {
    "account": "console_user",
    "callback_decline": "callback_rejection",
    "callback_move": "callback_transition",
    "callback_post": "callback_submission",
    "cursor": "log_cursor",
    "desk_ring": "click_to_call",
    "embargo": "blackout_period",
    "embargo_message": "blackout_message",
    "idempotency": "idempotency_key",
    "login_try": "login_attempt",
    "opposition": "do_not_call",
    "person": "agent",
    "phone_account": "sip_account",
    "switch": "override",
}
COLUMNS = {
    "blackout_message": {"embargo_id": "blackout_period_id"},
    "call": {"ending": "disposition"},
    "callback": {"rings": "dial_count", "because": "reason"},
    "callback_attempt": {"first": "dial_first"},
    "callback_rejection": {"person_id": "agent_id"},
    "change": {"account_id": "user_id"},
    "click_to_call": {"account_id": "user_id", "slot": "announcement"},
    "console_session": {"account_id": "user_id"},
    "console_user": {"person_id": "agent_id"},
    "idempotency_key": {"answer": "response"},
    "invitation": {"account_id": "user_id"},
    "login_attempt": {"account": "email_hash"},
    "message_draft": {"slot": "announcement", "sound": "audio"},
    "message_version": {"slot": "announcement"},
    "override": {"on": "active"},
    "phone_pin": {"account_id": "user_id", "wrong": "wrong_attempts"},
    "presence": {"person_id": "agent_id"},
    "recovery_code": {"account_id": "user_id"},
    "request": {"place_since": "waiting_since"},
    "webhook_endpoint": {"numbers": "full_numbers"},
}
CONSTRAINTS = {
    "agent": {"pk_person": "pk_agent", "ck_person_rank": "ck_agent_rank"},
    "blackout_message": {
        "pk_embargo_message": "pk_blackout_message",
        "fk_embargo_message_embargo_id": "fk_blackout_message_blackout_period_id",
        "fk_embargo_message_version_id": "fk_blackout_message_version_id",
    },
    "blackout_period": {
        "pk_embargo": "pk_blackout_period",
        "ck_embargo_interval": "ck_blackout_period_interval",
    },
    "callback_rejection": {
        "pk_callback_decline": "pk_callback_rejection",
        "fk_callback_decline_attempt_id": "fk_callback_rejection_attempt_id",
        "fk_callback_decline_person_id": "fk_callback_rejection_agent_id",
    },
    "callback_submission": {"pk_callback_post": "pk_callback_submission"},
    "callback_transition": {
        "pk_callback_move": "pk_callback_transition",
        "fk_callback_move_request_id": "fk_callback_transition_request_id",
    },
    "change": {"fk_change_account_id": "fk_change_user_id"},
    "click_to_call": {
        "pk_desk_ring": "pk_click_to_call",
        "fk_desk_ring_account_id": "fk_click_to_call_user_id",
        "fk_desk_ring_draft_id": "fk_click_to_call_draft_id",
        "ck_desk_ring_part": "ck_click_to_call_part",
        "ck_desk_ring_taken_before": "ck_click_to_call_taken_before",
    },
    "console_session": {"fk_console_session_account_id": "fk_console_session_user_id"},
    "console_user": {
        "pk_account": "pk_console_user",
        "fk_account_person_id": "fk_console_user_agent_id",
        "uq_account_email": "uq_console_user_email",
        "uq_account_person_id": "uq_console_user_agent_id",
        "ck_account_email": "ck_console_user_email",
        "ck_account_role": "ck_console_user_role",
    },
    "do_not_call": {"pk_opposition": "pk_do_not_call", "fk_opposition_line_id": "fk_do_not_call_line_id"},
    "idempotency_key": {"pk_idempotency": "pk_idempotency_key"},
    "invitation": {"fk_invitation_account_id": "fk_invitation_user_id"},
    "log_cursor": {"pk_cursor": "pk_log_cursor"},
    "login_attempt": {"pk_login_try": "pk_login_attempt"},
    "override": {"pk_switch": "pk_override"},
    "phone_pin": {
        "fk_phone_pin_account_id": "fk_phone_pin_user_id",
        "ck_phone_pin_wrong": "ck_phone_pin_wrong_attempts",
    },
    "presence": {"fk_presence_person_id": "fk_presence_agent_id"},
    "recovery_code": {"fk_recovery_code_account_id": "fk_recovery_code_user_id"},
    "sip_account": {
        "pk_phone_account": "pk_sip_account",
        "fk_phone_account_claimed_by": "fk_sip_account_claimed_by",
        "uq_phone_account_claimed_by": "uq_sip_account_claimed_by",
    },
}
INDEXES = {
    "ix_callback_move_request_id": "ix_callback_transition_request_id",
    "ix_callback_post_address_at": "ix_callback_submission_address_at",
    "ix_callback_post_at": "ix_callback_submission_at",
    "ix_callback_post_network_at": "ix_callback_submission_network_at",
    "ix_console_session_account_id": "ix_console_session_user_id",
    "ix_desk_ring_taken_at_asked_at": "ix_click_to_call_taken_at_asked_at",
    "ix_idempotency_created_at": "ix_idempotency_key_created_at",
    "ix_invitation_account_id": "ix_invitation_user_id",
    "ix_login_try_account_at": "ix_login_attempt_email_hash_at",
    "ix_login_try_address_at": "ix_login_attempt_address_at",
    "ix_message_draft_state_slot": "ix_message_draft_state_announcement",
    "ix_message_version_slot_valid_from": "ix_message_version_announcement_valid_from",
    "one_open_opposition": "one_active_do_not_call",
}
# The PostgreSQL sequences that generate the ids.
SEQUENCES = {
    f"{old}_id_seq": f"{TABLES[old]}_id_seq"
    for old in (
        "account",
        "callback_move",
        "callback_post",
        "desk_ring",
        "embargo",
        "login_try",
        "opposition",
        "person",
    )
}


def upgrade() -> None:
    for old, new in TABLES.items():
        op.execute(f"ALTER TABLE {old} RENAME TO {new}")
    for table, columns in COLUMNS.items():
        _rename_columns(table, columns)
    _rename_constraints_and_indexes(CONSTRAINTS, INDEXES, SEQUENCES)


def downgrade() -> None:
    constraints = {table: _inverted(names) for table, names in CONSTRAINTS.items()}
    _rename_constraints_and_indexes(constraints, _inverted(INDEXES), _inverted(SEQUENCES))
    for table, columns in COLUMNS.items():
        _rename_columns(table, _inverted(columns))
    for old, new in TABLES.items():
        op.execute(f"ALTER TABLE {new} RENAME TO {old}")


def _rename_columns(table: str, columns: Mapping[str, str]) -> None:
    # Not in batch mode, which makes a new table and drops the triggers of the old one.
    for old, new in columns.items():
        op.execute(f'ALTER TABLE {table} RENAME COLUMN "{old}" TO "{new}"')


def _rename_constraints_and_indexes(
    constraints: Mapping[str, Mapping[str, str]], indexes: Mapping[str, str], sequences: Mapping[str, str]
) -> None:
    if op.get_context().dialect.name == "sqlite":
        _rename_indexes_on_sqlite(indexes)
        _rename_constraints_on_sqlite(constraints)
        return
    for table, names in constraints.items():
        for old, new in names.items():
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
    for kind, names in (("INDEX", indexes), ("SEQUENCE", sequences)):
        for old, new in names.items():
            op.execute(f"ALTER {kind} {old} RENAME TO {new}")


def _rename_indexes_on_sqlite(indexes: Mapping[str, str]) -> None:
    """SQLite has no command that renames an index: each is made anew, from its own definition."""
    connection = op.get_bind()
    definition = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = :name")
    for old, new in indexes.items():
        statement: str = connection.execute(definition, {"name": old}).scalar_one()
        op.execute(f"DROP INDEX {old}")
        op.execute(statement.replace(f"INDEX {old} ", f"INDEX {new} ", 1))


def _rename_constraints_on_sqlite(constraints: Mapping[str, Mapping[str, str]]) -> None:
    """SQLite has no command that renames a constraint.

    Its name stands in the text of the table's definition alone, and SQLite documents how to edit that text where
    nothing else depends on it (https://www.sqlite.org/lang_altertable.html, 7: schema_version and writable_schema).
    """
    connection = op.get_bind()
    version: int = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    edit = sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :table")
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    for table, old, new in _flat(constraints):
        values = {"table": table, "old": f"CONSTRAINT {old} ", "new": f"CONSTRAINT {new} "}
        connection.execute(edit, values)
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _flat(constraints: Mapping[str, Mapping[str, str]]) -> Iterable[tuple[str, str, str]]:
    for table, names in constraints.items():
        for old, new in names.items():
            yield table, old, new


def _inverted(names: Mapping[str, str]) -> dict[str, str]:
    return {new: old for old, new in names.items()}
