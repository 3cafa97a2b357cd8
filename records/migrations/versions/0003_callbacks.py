"""Callbacks: what was promised, its moves and attempts, oppositions, limits, keys of sites, and the outbox.

Who asked for a callback before goes to the list "to check": nobody knows whom staff rang by hand meanwhile.
"""

import secrets
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = (
    "'queued', 'in_line', 'visitor_ringing', 'talking', 'answered', 'missed', 'to_check', "
    "'cancelled', 'expired', 'treated', 'unrung'"
)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def upgrade() -> None:
    _callbacks()
    _attempts()
    _oppositions()
    _limits()
    _outside()
    _adopt()


def _callbacks() -> None:
    op.create_index(op.f("ix_request_line_id_created_at"), "request", ["line_id", "created_at"])
    op.create_table(
        "callback",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=9), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_at", MOMENT, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("public_number", sa.String(length=16), nullable=False),
        sa.Column("site", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("slot_from", MOMENT, nullable=True),
        sa.Column("slot_until", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("rings", sa.Integer(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.CheckConstraint("length(secret_hash) = 64", name=op.f("ck_callback_secret_hash")),
        sa.CheckConstraint("(slot_from IS NULL) = (slot_until IS NULL)", name=op.f("ck_callback_slot")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_callback_state")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_callback_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_callback")),
        sa.UniqueConstraint("ref", name=op.f("uq_callback_ref")),
    )
    op.create_index(op.f("ix_callback_public_number_slot_from"), "callback", ["public_number", "slot_from"])
    op.create_index(op.f("ix_callback_state_not_before"), "callback", ["state", "not_before"])
    op.create_table(
        "callback_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("before", sa.String(length=16), nullable=True),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["callback.request_id"], name=op.f("fk_callback_move_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_move")),
    )
    op.create_index(op.f("ix_callback_move_request_id"), "callback_move", ["request_id"])


def _attempts() -> None:
    op.create_table(
        "callback_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("first", sa.String(length=16), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("rung_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("result", sa.String(length=16), nullable=True),
        sa.Column("talked_s", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["callback.request_id"], name=op.f("fk_callback_attempt_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_attempt")),
        sa.UniqueConstraint("channel_id", name=op.f("uq_callback_attempt_channel_id")),
        sa.UniqueConstraint("request_id", "n", name=op.f("uq_callback_attempt_request_id_n")),
    )
    op.create_index(op.f("ix_callback_attempt_ended_at"), "callback_attempt", ["ended_at"])
    op.create_index(
        "one_attempt_under_way",
        "callback_attempt",
        ["request_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "callback_decline",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["callback_attempt.id"], name=op.f("fk_callback_decline_attempt_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_callback_decline_person_id")),
        sa.PrimaryKeyConstraint("attempt_id", "person_id", name=op.f("pk_callback_decline")),
    )


def _oppositions() -> None:
    op.create_table(
        "opposition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_opposition_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opposition")),
    )
    op.create_index(
        "one_open_opposition",
        "opposition",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _limits() -> None:
    op.create_table(
        "idempotency",
        sa.Column("site", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("site", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"])
    op.create_table(
        "callback_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("network", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_post")),
    )
    op.create_index(op.f("ix_callback_post_address_at"), "callback_post", ["address", "at"])
    op.create_index(op.f("ix_callback_post_at"), "callback_post", ["at"])
    op.create_index(op.f("ix_callback_post_network_at"), "callback_post", ["network", "at"])


def _outside() -> None:
    op.create_table(
        "site_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_site_key_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_site_key_hash")),
    )
    op.create_table(
        "outbox_event",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
    )
    op.create_index(op.f("ix_outbox_event_at"), "outbox_event", ["at"])


def downgrade() -> None:
    tables = ("outbox_event", "site_key", "callback_post", "idempotency", "opposition")
    for table in (*tables, "callback_decline", "callback_attempt", "callback_move", "callback"):
        op.drop_table(table)
    op.drop_index(op.f("ix_request_line_id_created_at"), "request")


def _adopt() -> None:
    """A row for each callback that was asked for already."""
    names = ("request_id", "ref", "secret_hash", "state", "channel", "public_number", "language", "rings", "because")
    times = (sa.column(name, MOMENT) for name in ("state_at", "not_before", "expires_at"))
    callback = sa.table("callback", *map(sa.column, names), *times)
    move = sa.table(
        "callback_move",
        *map(sa.column, ("request_id", "after", "by")),
        sa.column("at", MOMENT),
        sa.column("detail", sa.JSON()),
    )
    asked = sa.text(
        "SELECT request.id, request.created_at, request.closed_at, call.language, "
        "coalesce(call.public_number, call.landing) AS public_number FROM request "
        "JOIN call ON call.ref = request.call_ref WHERE request.kind = 'callback' AND request.line_id IS NOT NULL"
    ).columns(created_at=MOMENT, closed_at=MOMENT)
    because = "asked for before the house rang by itself"
    for row in op.get_bind().execute(asked).all():
        state, at = ("treated", row.closed_at) if row.closed_at else ("to_check", row.created_at)
        made = {"request_id": row.id, "ref": _ref(), "secret_hash": secrets.token_hex(32), "state": state}
        made |= {"state_at": at, "channel": "key", "public_number": row.public_number, "language": row.language}
        made |= {"not_before": row.created_at, "expires_at": row.created_at + timedelta(hours=48)}
        op.execute(callback.insert().values(**made, rings=0, because=because))
        detail = {"because": because}
        op.execute(move.insert().values(request_id=row.id, at=at, after=state, by="standardiste", detail=detail))


def _ref() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
