"""The first schema.

What it makes possible from the start: a line apart from its cards, merges that can be undone, retention per purpose.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

# How long an interaction is kept for each purpose; the operator's to change.
PURPOSES = (
    ("reception", "Answering whoever calls or writes", 365),
    ("callback", "Calling back whoever asked for it", 90),
    ("campaigning", "Keeping in touch with whoever agreed to it", 1095),
    ("satisfaction", "Asking how a contact was treated", 180),
)


def upgrade() -> None:
    op.create_table(
        "audio",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column("level_dbfs", sa.Double(), nullable=True),
        sa.Column("peak_dbfs", sa.Double(), nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_audio_sha256")),
        sa.CheckConstraint("seconds > 0", name=op.f("ck_audio_seconds")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_audio")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("name_folded", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_name_folded"), "contact", ["name_folded"])
    op.create_table(
        "cursor",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursor")),
    )
    op.create_table(
        "line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("e164 LIKE '+%' AND length(e164) BETWEEN 5 AND 16", name=op.f("ck_line_e164")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint("e164", name=op.f("uq_line_e164")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "plan_version",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_plan_version")),
    )
    purpose = op.create_table(
        "purpose",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("retention_days > 0", name=op.f("ck_purpose_retention_days")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_purpose")),
    )
    op.bulk_insert(purpose, [{"code": code, "label": label, "retention_days": days} for code, label, days in PURPOSES])
    op.create_table(
        "call",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("landing", sa.Text(), nullable=False),
        sa.Column("public_number", sa.Text(), nullable=True),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ending", sa.String(length=32), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_call_line_id")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_line_id"), "call", ["line_id"])
    op.create_index(op.f("ix_call_started_at"), "call", ["started_at"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint("contact_id IS NOT NULL OR line_id IS NOT NULL", name=op.f("ck_consent_somebody")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_contact_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_consent_line_id")),
        sa.ForeignKeyConstraint(["purpose"], ["purpose.code"], name=op.f("fk_consent_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_contact_id"), "consent", ["contact_id"])
    op.create_index(op.f("ix_consent_line_id"), "consent", ["line_id"])
    op.create_table(
        "contact_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_line_contact_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_contact_line_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_line")),
    )
    op.create_index(op.f("ix_contact_line_contact_id"), "contact_line", ["contact_id"])
    op.create_index(
        "one_open_link",
        "contact_line",
        ["line_id", "contact_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "contact_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.CheckConstraint("kept_id <> absorbed_id", name=op.f("ck_contact_merge_two_cards")),
        sa.ForeignKeyConstraint(["absorbed_id"], ["contact.id"], name=op.f("fk_contact_merge_absorbed_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["contact.id"], name=op.f("fk_contact_merge_kept_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_merge")),
    )
    op.create_index(op.f("ix_contact_merge_kept_id"), "contact_merge", ["kept_id"])
    op.create_index(
        "one_open_merge",
        "contact_merge",
        ["absorbed_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "message_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("audio", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_message_version_interval")),
        sa.ForeignKeyConstraint(["audio"], ["audio.sha256"], name=op.f("fk_message_version_audio")),
        sa.ForeignKeyConstraint(["replaces"], ["message_version.id"], name=op.f("fk_message_version_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_version")),
    )
    op.create_index("ix_message_version_slot_valid_from", "message_version", ["slot", "valid_from"])
    op.create_table(
        "phone_account",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["claimed_by"], ["person.id"], name=op.f("fk_phone_account_claimed_by")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_phone_account")),
        sa.UniqueConstraint("claimed_by", name=op.f("uq_phone_account_claimed_by")),
    )
    op.create_table(
        "call_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_ref", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["call_ref"], ["call.ref"], name=op.f("fk_call_event_call_ref")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_event")),
    )
    op.create_index("ix_call_event_call_ref_at", "call_event", ["call_ref", "at"])
    op.create_index("ix_call_event_kind_at", "call_event", ["kind", "at"])
    op.create_table(
        "interaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("call_ref", sa.String(length=64), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["call_ref"], ["call.ref"], name=op.f("fk_interaction_call_ref")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_interaction_contact_id")),
        sa.ForeignKeyConstraint(["purpose"], ["purpose.code"], name=op.f("fk_interaction_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction")),
        sa.UniqueConstraint("call_ref", name=op.f("uq_interaction_call_ref")),
    )
    op.create_index("ix_interaction_contact_id_at", "interaction", ["contact_id", "at"])
    op.create_index("ix_interaction_purpose_at", "interaction", ["purpose", "at"])
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("call_ref", sa.String(length=64), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('voicemail', 'callback', 'missed')", name=op.f("ck_request_kind")),
        sa.CheckConstraint(
            "closed_at IS NULL OR (closed_by IS NOT NULL AND outcome IS NOT NULL)",
            name=op.f("ck_request_closed_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["call_ref"], ["call.ref"], name=op.f("fk_request_call_ref")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_request_contact_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_request_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("call_ref", "kind", name=op.f("uq_request_call_ref_kind")),
    )
    op.create_index(op.f("ix_request_closed_at"), "request", ["closed_at"])
    op.create_index(op.f("ix_request_contact_id"), "request", ["contact_id"])
    op.create_index(
        "one_open_callback",
        "request",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'callback' AND closed_at IS NULL"),
        postgresql_where=sa.text("kind = 'callback' AND closed_at IS NULL"),
    )
    op.create_table(
        "voicemail",
        sa.Column("call_ref", sa.String(length=64), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("left_at", MOMENT, nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_ref"], ["call.ref"], name=op.f("fk_voicemail_call_ref")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_voicemail_request_id")),
        sa.PrimaryKeyConstraint("call_ref", name=op.f("pk_voicemail")),
        sa.UniqueConstraint("file", name=op.f("uq_voicemail_file")),
        sa.UniqueConstraint("request_id", name=op.f("uq_voicemail_request_id")),
    )


def downgrade() -> None:
    for table in (
        "voicemail",
        "request",
        "interaction",
        "call_event",
        "phone_account",
        "message_version",
        "contact_merge",
        "contact_line",
        "consent",
        "call",
        "purpose",
        "plan_version",
        "person",
        "line",
        "cursor",
        "contact",
        "audio",
    ):
        op.drop_table(table)
