"""Events for external programs, and their delivery."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table


class OutboxEvent(Table):
    """Something that happened, written in the transaction in which it happened. `id` is unique for ever."""

    __tablename__ = "outbox_event"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]]


class WebhookEndpoint(Table):
    """An external program that receives events. `secret`: signing needs the secret itself, not a hash of it."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = LASTING_NUMBERS

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    secret: Mapped[str]
    kinds: Mapped[str]
    """The kinds of events that it receives, such as "callback.* call.ended"."""
    full_numbers: Mapped[bool]
    enabled: Mapped[bool]
    created_at: Mapped[datetime]


class WebhookDelivery(Table):
    """One event on its way to one endpoint; `next_at` is None once it is delivered or given up."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "endpoint_id"),
        Index("ix_webhook_delivery_endpoint_id_next_at", "endpoint_id", "next_at"),
        Index(
            "ix_webhook_delivery_undelivered",
            "endpoint_id",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"))
    event_id: Mapped[str] = mapped_column(ForeignKey("outbox_event.id"))
    attempts: Mapped[int]
    next_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
