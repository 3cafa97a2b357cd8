"""Callbacks, their transitions and attempts, the do-not-call list, and what protects callbacks from abuse."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table, partial_unique_index
from routing.callbacks.states import CallbackState

_STATES = ", ".join(f"'{state}'" for state in CallbackState)


class Callback(Table):
    """The part of a request of kind `callback` that other requests lack. The visitor's link is `ref` and a secret."""

    __tablename__ = "callback"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", "state"),
        CheckConstraint("length(secret_hash) = 64", "secret_hash"),
        CheckConstraint("(slot_from IS NULL) = (slot_until IS NULL)", "slot"),
        Index("ix_callback_state_not_before", "state", "not_before"),
        Index("ix_callback_public_number_slot_from", "public_number", "slot_from"),
        Index("ix_callback_state_expires_at", "state", "expires_at"),
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
    dial_count: Mapped[int]
    """How often the visitor may have been called."""
    reason: Mapped[str]
    clock_from: Mapped[datetime | None]
    """The callback expires when its clock, which begins here and stands still in a hold, has counted `clock_s`."""
    clock_s: Mapped[int | None]
    agent_id: Mapped[int | None]
    """Of the member of the team who asked for it, and whose telephone rings first; None: the team's."""


class CallbackTransition(Table):
    """One change of state; never changed itself."""

    __tablename__ = "callback_transition"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("callback.request_id"), index=True)
    at: Mapped[datetime]
    before: Mapped[str | None] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    by: Mapped[str]
    detail: Mapped[dict[str, Any]]


class CallbackAttempt(Table):
    """One attempt to reach the visitor, on one channel; it dials them at most once. Over since `ended_at`."""

    __tablename__ = "callback_attempt"
    __table_args__ = (
        UniqueConstraint("request_id", "n"),
        partial_unique_index("one_attempt_under_way", "ended_at IS NULL", "request_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("callback.request_id"))
    n: Mapped[int]
    channel_id: Mapped[str] = mapped_column(String(64), unique=True)
    dial_first: Mapped[str] = mapped_column(String(16))
    placed_at: Mapped[datetime]
    rung_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    result: Mapped[str | None] = mapped_column(String(16))
    talked_s: Mapped[int | None]
    agent_id: Mapped[int | None]
    """The only agent whose telephone rings; None: the attempt waits in the queue for any."""


class CallbackRejection(Table):
    """An agent who rejected this attempt; it is not offered to them again."""

    __tablename__ = "callback_rejection"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("callback_attempt.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    at: Mapped[datetime]


class DoNotCall(Table):
    """A number that we never call, until the entry is withdrawn."""

    __tablename__ = "do_not_call"
    __table_args__ = (partial_unique_index("one_active_do_not_call", "withdrawn_at IS NULL", "line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    source: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]


class ErasedDoNotCall(Table):
    """A number that we never call although everything else about it was erased: only its keyed hash is known."""

    __tablename__ = "erased_do_not_call"
    __table_args__ = (CheckConstraint("length(hash) = 64", "hash"),)

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
    source: Mapped[str]


class IdempotencyKey(Table):
    """The response to an idempotency key, for a client that sends the key again."""

    __tablename__ = "idempotency_key"

    site: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    response: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


class CallbackSubmission(Table):
    """When and from where a callback was requested; kept as long as limits look back, without the number to call."""

    __tablename__ = "callback_submission"
    __table_args__ = (
        Index("ix_callback_submission_address_at", "address", "at"),
        Index("ix_callback_submission_network_at", "network", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[str | None] = mapped_column(String(64))
    network: Mapped[str | None] = mapped_column(String(64))


class SiteKey(Table):
    """An API key of a site; only its hash is stored."""

    __tablename__ = "site_key"
    __table_args__ = (CheckConstraint("length(hash) = 64", "hash"), LASTING_NUMBERS)

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(String(32))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str]
    """Words separated by spaces."""
    label: Mapped[str]
    centre: Mapped[str | None] = mapped_column(String(32))
    """The overflow centre whose calls it is about; None: it is no centre's key."""
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
