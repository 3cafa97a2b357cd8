"""Programs outside that asked to be told what happens: who they are, and what they have not been told yet."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, literal, or_, select, update

from records.base import Base
from records.errors import NotFound
from records.outbox import EVERYTHING
from records.schema import OutboxEvent, WebhookDelivery, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`kinds`: what it hears, such as ("callback.*", "call.ended"); `numbers`: in full, or masked."""

    id: int
    url: str
    kinds: tuple[str, ...]
    numbers: bool
    enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How an endpoint fares: events delivered, on their way, given up; since when the oldest one under way waits.

    `error`: what went wrong last with an event that has not arrived, None where nothing did.
    """

    endpoint: Endpoint
    delivered: int
    waiting: int
    given_up: int
    oldest: datetime | None
    error: str | None


def add(base: Base, url: str, secret: str, *, kinds: tuple[str, ...], numbers: bool, at: datetime) -> Endpoint:
    """The endpoint, told from now on of every event of these kinds, signed with `secret`."""
    values = {"url": url, "secret": secret, "kinds": " ".join(kinds), "numbers": numbers, "enabled": True}
    with base.write() as connection:
        new = insert(WebhookEndpoint).values(**values, created_at=at).returning(WebhookEndpoint.id)
        return Endpoint(connection.execute(new).scalar_one(), url, kinds, numbers, True, at)


def remove(base: Base, endpoint_id: int) -> None:
    """The endpoint is told nothing more, and its secret is forgotten. Raises NotFound."""
    with base.write() as connection:
        found(connection, endpoint_id)
        # Locked first: whoever writes an event for it at this moment has finished, or does not see it any more.
        connection.execute(select(WebhookEndpoint.id).where(WebhookEndpoint.id == endpoint_id).with_for_update())
        connection.execute(delete(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id))
        connection.execute(delete(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id))


def disable(base: Base, endpoint_id: int) -> None:
    """The endpoint is told nothing more, until it is removed and added again."""
    with base.write() as connection:
        connection.execute(update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).values(enabled=False))


def endpoint(base: Base, endpoint_id: int) -> tuple[Endpoint, str]:
    """The endpoint, and the secret that signs what it is sent. Raises NotFound."""
    with base.read() as connection:
        secret = select(WebhookEndpoint.secret).where(WebhookEndpoint.id == endpoint_id)
        return found(connection, endpoint_id), connection.execute(secret).scalar_one()


def standings(base: Base) -> tuple[Standing, ...]:
    """Every endpoint, oldest first."""
    with base.read() as connection:
        endpoints = _endpoints(connection, literal(True))
        return tuple(_standing(connection, one) for one in endpoints)


def replay(
    base: Base, *, at: datetime, since: datetime | None = None, event_id: str | None = None, to: int | None = None
) -> int:
    """Sends again, under its own id, the event `event_id` or every event since `since`, to whoever hears its kind.

    `to`: one endpoint alone. Gives the number of deliveries. Raises NotFound for an unknown event or endpoint.
    """
    chosen = OutboxEvent.id == event_id if event_id else OutboxEvent.at >= since
    with base.write() as connection:
        if event_id and not connection.scalar(select(exists().where(chosen))):
            raise NotFound(f"There is no event {event_id}; events are kept for 30 days.")
        if to is not None:
            found(connection, to)
        those = WebhookEndpoint.enabled & (literal(True) if to is None else WebhookEndpoint.id == to)
        return sum(_again(connection, one, chosen, at) for one in _endpoints(connection, those))


def purge(base: Base, before: datetime) -> int:
    """Forgets events from before this moment, arrived or not; gives their number."""
    old = select(OutboxEvent.id).where(OutboxEvent.at < before)
    with base.write(durable=False) as connection:
        connection.execute(delete(WebhookDelivery).where(WebhookDelivery.event_id.in_(old)))
        return connection.execute(delete(OutboxEvent).where(OutboxEvent.at < before)).rowcount


def found(connection: Connection, endpoint_id: int) -> Endpoint:
    """Raises NotFound."""
    if not (one := _endpoints(connection, WebhookEndpoint.id == endpoint_id)):
        raise NotFound(f"There is no webhook {endpoint_id}; `standardiste webhook list` shows them.")
    return one[0]


def _endpoints(connection: Connection, which: ColumnElement[bool]) -> tuple[Endpoint, ...]:
    columns = [column for column in WebhookEndpoint.__table__.c if column.name != "secret"]
    rows = connection.execute(select(*columns).where(which).order_by(WebhookEndpoint.id))
    return tuple(Endpoint(**{**row._mapping, "kinds": tuple(row.kinds.split())}) for row in rows)


def _standing(connection: Connection, endpoint: Endpoint) -> Standing:
    its = WebhookDelivery.endpoint_id == endpoint.id
    waiting, delivered = WebhookDelivery.next_at.is_not(None), WebhookDelivery.done_at.is_not(None)
    counts = select(
        func.count().filter(delivered),
        func.count().filter(waiting),
        func.count().filter(~waiting & ~delivered),
        func.min(OutboxEvent.at).filter(waiting),
    )
    row = connection.execute(counts.select_from(WebhookDelivery).join(OutboxEvent).where(its)).one()
    failed = its & ~delivered & WebhookDelivery.last_error.is_not(None)
    latest = select(WebhookDelivery.last_error).where(failed).order_by(WebhookDelivery.id.desc()).limit(1)
    return Standing(endpoint, *row, connection.scalar(latest))


def _again(connection: Connection, endpoint: Endpoint, chosen: ColumnElement[bool], at: datetime) -> int:
    events = select(OutboxEvent.id).where(chosen, _of(endpoint.kinds))
    its = WebhookDelivery.endpoint_id == endpoint.id
    fresh = {"attempts": 0, "next_at": at, "done_at": None, "last_error": None}
    known = connection.execute(update(WebhookDelivery).where(its, WebhookDelivery.event_id.in_(events)).values(fresh))
    told = select(WebhookDelivery.event_id).where(its)
    rows = events.where(OutboxEvent.id.not_in(told)).add_columns(
        literal(endpoint.id), literal(0), literal(at, WebhookDelivery.next_at.type)
    )
    columns = ["event_id", "endpoint_id", "attempts", "next_at"]
    new = insert(WebhookDelivery).from_select(columns, rows).returning(WebhookDelivery.id)
    return known.rowcount + len(connection.scalars(new).all())


def _of(kinds: tuple[str, ...]) -> ColumnElement[bool]:
    """As `records.outbox.hears`, in SQL."""
    return or_(
        *(
            OutboxEvent.kind.startswith(kind.removesuffix(EVERYTHING), autoescape=True)
            if kind.endswith(EVERYTHING)
            else OutboxEvent.kind == kind
            for kind in kinds
        )
    )
