"""Callbacks: what was promised to whom, each move of it, each attempt, and what keeps it from abuse."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table, one_only
from routing.callback_states import CallbackState

_STATES = ", ".join(f"'{state}'" for state in CallbackState)


class Callback(Table):
    """What a request of the kind `callback` is beside a request. `ref` and a secret open it to the visitor."""

    __tablename__ = "callback"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", "state"),
        CheckConstraint("length(secret_hash) = 64", "secret_hash"),
        CheckConstraint("(slot_from IS NULL) = (slot_until IS NULL)", "slot"),
        Index("ix_callback_state_not_before", "state", "not_before"),
        Index("ix_callback_public_number_slot_from", "public_number", "slot_from"),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    ref: Mapped[str] = mapped_column(String(9), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    state_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(16))
    public_number: Mapped[str] = mapped_column(String(16))
    site: Mapped[str | None] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    name: Mapped[str | None]
    topic: Mapped[str | None]
    page: Mapped[str | None]
    not_before: Mapped[datetime]
    slot_from: Mapped[datetime | None]
    slot_until: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    rings: Mapped[int]
    """How often the visitor may have been rung."""
    because: Mapped[str]


class CallbackMove(Table):
    """One change of state; never changed itself."""

    __tablename__ = "callback_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("callback.request_id"), index=True)
    at: Mapped[datetime]
    before: Mapped[str | None] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    by: Mapped[str]
    detail: Mapped[dict[str, Any]]


class CallbackAttempt(Table):
    """One way to the visitor, by one channel; it rings him once at most. Over since `ended_at`."""

    __tablename__ = "callback_attempt"
    __table_args__ = (
        UniqueConstraint("request_id", "n"),
        one_only("one_attempt_under_way", "ended_at IS NULL", "request_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("callback.request_id"))
    n: Mapped[int]
    channel_id: Mapped[str] = mapped_column(String(64), unique=True)
    first: Mapped[str] = mapped_column(String(16))
    placed_at: Mapped[datetime]
    rung_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    result: Mapped[str | None] = mapped_column(String(16))
    talked_s: Mapped[int | None]


class CallbackDecline(Table):
    """Who would not take this attempt, and is not offered it again."""

    __tablename__ = "callback_decline"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("callback_attempt.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime]


class Opposition(Table):
    """Who never wants to be rung by us, until it is withdrawn."""

    __tablename__ = "opposition"
    __table_args__ = (one_only("one_open_opposition", "withdrawn_at IS NULL", "line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    source: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]


class Idempotency(Table):
    """What was answered to a key, for whoever sends it again."""

    __tablename__ = "idempotency"

    site: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


class CallbackPost(Table):
    """From where a callback was asked for; kept only as long as limits look back, and without whom it was for."""

    __tablename__ = "callback_post"
    __table_args__ = (
        Index("ix_callback_post_address_at", "address", "at"),
        Index("ix_callback_post_network_at", "network", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[str | None] = mapped_column(String(64))
    network: Mapped[str | None] = mapped_column(String(64))


class SiteKey(Table):
    """A key with which a server of the organisation's own asks for callbacks; only its digest is kept."""

    __tablename__ = "site_key"
    __table_args__ = (CheckConstraint("length(hash) = 64", "hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(String(32))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str]
    """Words separated by blanks."""
    label: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
