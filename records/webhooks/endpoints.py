"""Webhook endpoints: external programs that receive events, and how their deliveries fare."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, literal, or_, select, update

from records.database.engine import Database
from records.errors import NotFound
from records.schema import OutboxEvent, WebhookDelivery, WebhookEndpoint
from records.webhooks.outbox import WILDCARD

PURGE_BATCH = 500


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`kinds` of events, such as ("callback.*", "call.ended"); `full_numbers`: phone numbers in full, or masked."""

    id: int
    url: str
    kinds: tuple[str, ...]
    full_numbers: bool
    enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """The deliveries of an endpoint: delivered, waiting, given up; `oldest`: the oldest event that waits.

    `error`: the last error of an event that has not been delivered, None without any.
    """

    endpoint: Endpoint
    delivered: int
    waiting: int
    given_up: int
    oldest: datetime | None
    error: str | None


def add_endpoint(
    database: Database, url: str, secret: str, *, kinds: tuple[str, ...], full_numbers: bool, at: datetime
) -> Endpoint:
    """The endpoint, which receives every event of these kinds from now on, signed with `secret`."""
    values = {"url": url, "secret": secret, "kinds": " ".join(kinds), "full_numbers": full_numbers, "enabled": True}
    with database.write() as connection:
        new = insert(WebhookEndpoint).values(**values, created_at=at).returning(WebhookEndpoint.id)
        return Endpoint(connection.execute(new).scalar_one(), url, kinds, full_numbers, True, at)


def remove_endpoint(database: Database, endpoint_id: int) -> None:
    """Removes the endpoint and its secret. Raises NotFound."""
    with database.write() as connection:
        get_endpoint_in(connection, endpoint_id)
        # Locked first: a transaction that adds an event for it has ended, or no longer sees the endpoint.
        connection.execute(select(WebhookEndpoint.id).where(WebhookEndpoint.id == endpoint_id).with_for_update())
        connection.execute(delete(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id))
        connection.execute(delete(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id))


def disable_endpoint(database: Database, endpoint_id: int) -> None:
    """Sends nothing more to the endpoint, until it is removed and added again."""
    with database.write() as connection:
        connection.execute(update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).values(enabled=False))


def get_endpoint(database: Database, endpoint_id: int) -> tuple[Endpoint, str]:
    """The endpoint, and the secret that signs its events. Raises NotFound."""
    with database.read() as connection:
        secret = select(WebhookEndpoint.secret).where(WebhookEndpoint.id == endpoint_id)
        return get_endpoint_in(connection, endpoint_id), connection.execute(secret).scalar_one()


def list_endpoint_statuses(database: Database, *, count_delivered: bool = True) -> tuple[EndpointStatus, ...]:
    """Every endpoint, oldest first. `count_delivered`: reads a month of deliveries; without it `delivered` is 0."""
    with database.read() as connection:
        endpoints = _endpoints(connection, literal(True))
        delivered = [_count_delivered(connection, one) if count_delivered else 0 for one in endpoints]
        return tuple(_endpoint_status(connection, *each) for each in zip(endpoints, delivered, strict=True))


def replay_events(
    database: Database,
    *,
    at: datetime,
    since: datetime | None = None,
    event_id: str | None = None,
    to: int | None = None,
) -> int:
    """Sends the event `event_id`, or every event since `since`, again under its own id to the endpoints of its kind.

    `to`: one endpoint alone. Gives the number of deliveries. Raises NotFound for an unknown event or endpoint.
    """
    chosen = OutboxEvent.id == event_id if event_id else OutboxEvent.at >= since
    with database.write() as connection:
        if event_id and not connection.scalar(select(exists().where(chosen))):
            raise NotFound(f"There is no event {event_id}; events are kept for 30 days.")
        if to is not None:
            get_endpoint_in(connection, to)
        those = WebhookEndpoint.enabled & (literal(True) if to is None else WebhookEndpoint.id == to)
        return sum(_redeliver(connection, one, chosen, at) for one in _endpoints(connection, those))


def purge_events(database: Database, before: datetime) -> int:
    """Deletes events from before this instant, delivered or not; gives their number.

    One transaction deletes a batch: other writers take their turn in between, and no table is read whole for it.
    """
    oldest = select(OutboxEvent.id).where(OutboxEvent.at < before).order_by(OutboxEvent.at).limit(PURGE_BATCH)
    purged = 0
    while True:
        with database.write(durable=False) as connection:
            ids = connection.scalars(oldest).all()
            connection.execute(delete(WebhookDelivery).where(WebhookDelivery.event_id.in_(ids)))
            connection.execute(delete(OutboxEvent).where(OutboxEvent.id.in_(ids)))
        purged += len(ids)
        if len(ids) < PURGE_BATCH:
            return purged


def get_endpoint_in(connection: Connection, endpoint_id: int) -> Endpoint:
    """Raises NotFound."""
    if not (one := _endpoints(connection, WebhookEndpoint.id == endpoint_id)):
        raise NotFound(f"There is no webhook {endpoint_id}; `standardiste webhook list` shows them.")
    return one[0]


def _endpoints(connection: Connection, which: ColumnElement[bool]) -> tuple[Endpoint, ...]:
    columns = [column for column in WebhookEndpoint.__table__.c if column.name != "secret"]
    rows = connection.execute(select(*columns).where(which).order_by(WebhookEndpoint.id))
    return tuple(Endpoint(**{**row._mapping, "kinds": tuple(row.kinds.split())}) for row in rows)


def _count_delivered(connection: Connection, endpoint: Endpoint) -> int:
    theirs = (WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.done_at.is_not(None))
    return connection.scalar(select(func.count()).select_from(WebhookDelivery).where(*theirs)) or 0


def _endpoint_status(connection: Connection, endpoint: Endpoint, delivered: int) -> EndpointStatus:
    its = WebhookDelivery.endpoint_id == endpoint.id
    waiting, undelivered = WebhookDelivery.next_at.is_not(None), WebhookDelivery.done_at.is_(None)
    counts = select(
        func.count().filter(waiting), func.count().filter(~waiting), func.min(OutboxEvent.at).filter(waiting)
    )
    row = connection.execute(counts.select_from(WebhookDelivery).join(OutboxEvent).where(its, undelivered)).one()
    failed = its & undelivered & WebhookDelivery.last_error.is_not(None)
    latest = select(WebhookDelivery.last_error).where(failed).order_by(WebhookDelivery.id.desc()).limit(1)
    return EndpointStatus(endpoint, delivered, *row, connection.scalar(latest))


def _redeliver(connection: Connection, endpoint: Endpoint, chosen: ColumnElement[bool], at: datetime) -> int:
    events = select(OutboxEvent.id).where(chosen, _matches_kinds(endpoint.kinds))
    its = WebhookDelivery.endpoint_id == endpoint.id
    fresh = {"attempts": 0, "next_at": at, "done_at": None, "last_error": None}
    updated = connection.execute(update(WebhookDelivery).where(its, WebhookDelivery.event_id.in_(events)).values(fresh))
    known_ids = select(WebhookDelivery.event_id).where(its)
    rows = events.where(OutboxEvent.id.not_in(known_ids)).add_columns(
        literal(endpoint.id), literal(0), literal(at, WebhookDelivery.next_at.type)
    )
    columns = ["event_id", "endpoint_id", "attempts", "next_at"]
    new = insert(WebhookDelivery).from_select(columns, rows).returning(WebhookDelivery.id)
    return updated.rowcount + len(connection.scalars(new).all())


def _matches_kinds(kinds: tuple[str, ...]) -> ColumnElement[bool]:
    """Like `records.webhooks.outbox.is_subscribed`, in SQL."""
    return or_(
        *(
            OutboxEvent.kind.startswith(kind.removesuffix(WILDCARD), autoescape=True)
            if kind.endswith(WILDCARD)
            else OutboxEvent.kind == kind
            for kind in kinds
        )
    )
