"""Events on their way to endpoints: one sender at a time claims each, however many there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased

from records.database.engine import Database
from records.schema import OutboxEvent, WebhookDelivery, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `id` is the same each time it is sent, and for every endpoint."""

    id: str
    at: datetime
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """An event to send now, for the `attempts`th time. `full_numbers`: phone numbers in full, or masked."""

    id: int
    endpoint_id: int
    url: str
    secret: str
    full_numbers: bool
    event: Event
    attempts: int


def find_due_endpoints(database: Database, at: datetime) -> tuple[int, ...]:
    """The endpoints with an event that is due."""
    # For each endpoint one look into an index: there are few endpoints, and a month of deliveries.
    due = exists().where(WebhookDelivery.endpoint_id == WebhookEndpoint.id, WebhookDelivery.next_at <= at)
    enabled = select(WebhookEndpoint.id).where(WebhookEndpoint.enabled, due)
    with database.read() as connection:
        return tuple(connection.scalars(enabled))


def claim_delivery(database: Database, endpoint_id: int, *, at: datetime, until: datetime) -> ClaimedDelivery | None:
    """The delivery that has been due longest; no other sender gets it before `until`, and then it is due again.

    So an event is sent a second time when its sender dies meanwhile. None: nothing is due.
    """
    other = aliased(WebhookDelivery)
    first = select(other.id).join(WebhookEndpoint, WebhookEndpoint.id == other.endpoint_id)
    first = first.where(other.endpoint_id == endpoint_id, WebhookEndpoint.enabled, other.next_at <= at)
    first = first.order_by(other.next_at, other.id).limit(1).with_for_update(skip_locked=True, of=other)
    taken = update(WebhookDelivery).where(WebhookDelivery.id == first.scalar_subquery())
    taken = taken.values(attempts=WebhookDelivery.attempts + 1, next_at=until).returning(WebhookDelivery.id)
    with database.write(durable=False) as connection:
        delivery_id = connection.scalar(taken)
        if delivery_id is None:
            return None
        to = (WebhookEndpoint.url, WebhookEndpoint.secret, WebhookEndpoint.full_numbers)
        what = (OutboxEvent.id, OutboxEvent.at, OutboxEvent.kind, OutboxEvent.data)
        rows = select(*to, WebhookDelivery.attempts, *what).join(
            WebhookDelivery, WebhookDelivery.endpoint_id == WebhookEndpoint.id
        )
        rows = rows.join(OutboxEvent).where(WebhookDelivery.id == delivery_id)
        url, secret, numbers, attempts, *event = connection.execute(rows).one()
        return ClaimedDelivery(delivery_id, endpoint_id, url, secret, numbers, Event(*event), attempts)


def mark_delivered(database: Database, claimed: ClaimedDelivery, at: datetime) -> None:
    """The endpoint has received it."""
    arrived = {"done_at": at, "next_at": None, "last_error": None}
    with database.write(durable=False) as connection:
        connection.execute(update(WebhookDelivery).where(WebhookDelivery.id == claimed.id).values(arrived))


def mark_failed(database: Database, claimed: ClaimedDelivery, error: str, retry_at: datetime | None) -> None:
    """The delivery failed; it is tried again at `retry_at`, or (None) given up, unless claimed again meanwhile."""
    mine = (WebhookDelivery.id == claimed.id) & (WebhookDelivery.attempts == claimed.attempts)
    with database.write(durable=False) as connection:
        still = mine & WebhookDelivery.done_at.is_(None)
        connection.execute(update(WebhookDelivery).where(still).values(next_at=retry_at, last_error=error))
