"""Events on their way to endpoints: each is claimed by one sender at a time, however many there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from records.base import Base
from records.schema import OutboxEvent, WebhookDelivery, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `id` is the same each time it is sent, to whomever."""

    id: str
    at: datetime
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event to be sent now, for the `attempts`th time. `numbers`: in full, or masked."""

    id: int
    endpoint_id: int
    url: str
    secret: str
    numbers: bool
    event: Event
    attempts: int


def due(base: Base, at: datetime) -> tuple[int, ...]:
    """The endpoints that something is to be sent to now."""
    waiting = select(WebhookDelivery.endpoint_id).where(WebhookDelivery.next_at <= at)
    enabled = select(WebhookEndpoint.id).where(WebhookEndpoint.enabled, WebhookEndpoint.id.in_(waiting))
    with base.read() as connection:
        return tuple(connection.scalars(enabled))


def claim(base: Base, endpoint_id: int, *, at: datetime, until: datetime) -> Claimed | None:
    """The delivery that is due longest; until `until` nobody else gets it, and then it is due again.

    A sender who dies meanwhile thus has it sent a second time. None: nothing is due.
    """
    other = aliased(WebhookDelivery)
    first = select(other.id).join(WebhookEndpoint, WebhookEndpoint.id == other.endpoint_id)
    first = first.where(other.endpoint_id == endpoint_id, WebhookEndpoint.enabled, other.next_at <= at)
    first = first.order_by(other.next_at, other.id).limit(1).with_for_update(skip_locked=True, of=other)
    taken = update(WebhookDelivery).where(WebhookDelivery.id == first.scalar_subquery())
    taken = taken.values(attempts=WebhookDelivery.attempts + 1, next_at=until).returning(WebhookDelivery.id)
    with base.write(durable=False) as connection:
        delivery_id = connection.scalar(taken)
        if delivery_id is None:
            return None
        to = (WebhookEndpoint.url, WebhookEndpoint.secret, WebhookEndpoint.numbers)
        what = (OutboxEvent.id, OutboxEvent.at, OutboxEvent.kind, OutboxEvent.data)
        rows = select(*to, WebhookDelivery.attempts, *what).join(
            WebhookDelivery, WebhookDelivery.endpoint_id == WebhookEndpoint.id
        )
        rows = rows.join(OutboxEvent).where(WebhookDelivery.id == delivery_id)
        url, secret, numbers, attempts, *event = connection.execute(rows).one()
        return Claimed(delivery_id, endpoint_id, url, secret, numbers, Event(*event), attempts)


def delivered(base: Base, claimed: Claimed, at: datetime) -> None:
    """The endpoint has it."""
    arrived = {"done_at": at, "next_at": None, "last_error": None}
    with base.write(durable=False) as connection:
        connection.execute(update(WebhookDelivery).where(WebhookDelivery.id == claimed.id).values(arrived))


def failed(base: Base, claimed: Claimed, because: str, again: datetime | None) -> None:
    """It did not arrive; tried again at `again`, or given up. Says nothing when somebody else has claimed it since."""
    mine = (WebhookDelivery.id == claimed.id) & (WebhookDelivery.attempts == claimed.attempts)
    with base.write(durable=False) as connection:
        still = mine & WebhookDelivery.done_at.is_(None)
        connection.execute(update(WebhookDelivery).where(still).values(next_at=again, last_error=because))
