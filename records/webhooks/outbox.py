"""The outbox: events for external programs, each written in the transaction of the change that it reports.

The delivery loop sends them on (records/webhooks/deliveries.py).
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from records.schema import OutboxEvent, WebhookDelivery, WebhookEndpoint

WILDCARD = "*"
CALL_STARTED, CALL_ANSWERED, CALL_ENDED = "call.started", "call.answered", "call.ended"
CALL_OUTCOME = "call.outcome"
OUTCOMES_MISSING = "outcomes.missing"
MESSAGE_PUBLISHED, MESSAGE_WITHDRAWN = "message.published", "message.withdrawn"
_RUN = ("accepted", "placed", "ringing", "talking", "answered", "missed", "to_check")
_ENDS = ("cancelled", "expired", "treated", "unrung")
KINDS = (
    *(f"callback.{what}" for what in (*_RUN, *_ENDS)),
    *(CALL_STARTED, CALL_ANSWERED, CALL_ENDED, CALL_OUTCOME),
    OUTCOMES_MISSING,
    *(MESSAGE_PUBLISHED, MESSAGE_WITHDRAWN),
    *(f"contact.{what}" for what in ("created", "changed", "merged", "caller", "erased")),
    *(f"request.{what}" for what in ("opened", "changed", "closed", "reopened")),
)
"""The kinds of events; docs/webhooks.md says what each carries."""

# Executed three times in each call; built once, it costs 13 us instead of 58.
_NEW = insert(OutboxEvent)
_SUBSCRIPTIONS = select(WebhookEndpoint.id, WebhookEndpoint.kinds).where(WebhookEndpoint.enabled)
_SUBSCRIPTIONS = _SUBSCRIPTIONS.with_for_update(read=True, key_share=True)


def add_event(connection: Connection, kind: str, data: dict[str, Any], at: datetime) -> None:
    """Adds an event of this kind ("callback.accepted") for every endpoint that receives it; `data`: plain JSON values.

    `data["number"]` is the number of the person concerned, E.164 or None; no other field may hold one.
    """
    event_id = new_event_id()
    endpoints = subscribers(connection, kind)
    connection.execute(_NEW, {"id": event_id, "at": at, "kind": kind, "data": data})
    if endpoints:
        new = {"event_id": event_id, "attempts": 0, "next_at": at}
        connection.execute(insert(WebhookDelivery), [new | {"endpoint_id": endpoint} for endpoint in endpoints])


def new_event_id() -> str:
    """Unique for ever: receivers recognize by it an event that they have had before."""
    return f"evt_{uuid.uuid4().hex}"


def subscribers(connection: Connection, kind: str) -> tuple[int, ...]:
    """The endpoints that receive events of this kind, locked until the end of the transaction."""
    return tuple(row.id for row in connection.execute(_SUBSCRIPTIONS) if is_subscribed(row.kinds, kind))


def is_subscribed(kinds: str, kind: str) -> bool:
    """Whether `kinds`, such as "callback.* call.ended", include this kind."""
    family = kind.partition(".")[0]
    return not {WILDCARD, f"{family}.{WILDCARD}", kind}.isdisjoint(kinds.split())
