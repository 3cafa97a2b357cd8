"""The outbox: what programs outside are told, written in the transaction of what happened, so that neither is without
the other. Webhooks carry it on (records/webhooks.py)."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from records.schema import OutboxEvent, WebhookDelivery, WebhookEndpoint

EVERYTHING = "*"
CALL_STARTED, CALL_ANSWERED, CALL_ENDED = "call.started", "call.answered", "call.ended"
MESSAGE_PUBLISHED = "message.published"
_RUN = ("accepted", "placed", "ringing", "talking", "answered", "missed", "to_check")
_ENDS = ("cancelled", "expired", "treated", "unrung")
KINDS = (*(f"callback.{what}" for what in (*_RUN, *_ENDS)), CALL_STARTED, CALL_ANSWERED, CALL_ENDED, MESSAGE_PUBLISHED)
"""What can happen, as events tell it; docs/webhooks.md says what each carries."""

# Asked three times in each call; made once, it costs 13 us instead of 58.
_NEW = insert(OutboxEvent)
_HEARING = select(WebhookEndpoint.id, WebhookEndpoint.kinds).where(WebhookEndpoint.enabled)
_HEARING = _HEARING.with_for_update(read=True, key_share=True)


def put(connection: Connection, kind: str, data: dict[str, Any], at: datetime) -> None:
    """Everybody who hears events of this kind ("callback.accepted") will be told `data`, plain JSON values.

    `data["number"]` is the number of the person concerned, E.164 or None; no other field may hold one.
    """
    event_id = new_event_id()
    endpoints = hearers(connection, kind)
    connection.execute(_NEW, {"id": event_id, "at": at, "kind": kind, "data": data})
    if endpoints:
        new = {"event_id": event_id, "attempts": 0, "next_at": at}
        connection.execute(insert(WebhookDelivery), [new | {"endpoint_id": endpoint} for endpoint in endpoints])


def new_event_id() -> str:
    """Unique for ever: receivers tell by it what they have had before."""
    return f"evt_{uuid.uuid4().hex}"


def hearers(connection: Connection, kind: str) -> tuple[int, ...]:
    """The endpoints that are told of events of this kind; they stay until the end of the transaction."""
    return tuple(row.id for row in connection.execute(_HEARING) if hears(row.kinds, kind))


def hears(kinds: str, kind: str) -> bool:
    """Whether `kinds`, such as "callback.* call.ended", names this kind."""
    family = kind.partition(".")[0]
    return not {EVERYTHING, f"{family}.{EVERYTHING}", kind}.isdisjoint(kinds.split())
