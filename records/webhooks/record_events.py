"""Events about contacts, requests and outcomes of calls: ids, kinds, names of fields, never what these say.

Nothing is told of a request of level 3 (the mediator's), and nothing is written where no endpoint receives it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from records.schema import Callback
from records.schema import Request as Requests
from records.webhooks.outbox import CALL_OUTCOME, OUTCOMES_MISSING, add_event, subscribers
from routing.request_rules import MEDIATION_LEVEL

CONTACT_CREATED, CONTACT_CHANGED = "contact.created", "contact.changed"
CONTACT_MERGED, CONTACT_ERASED = "contact.merged", "contact.erased"
CONTACT_CALLER = "contact.caller"
REQUEST_OPENED, REQUEST_CHANGED = "request.opened", "request.changed"
REQUEST_CLOSED, REQUEST_REOPENED = "request.closed", "request.reopened"


def contacts_created(connection: Connection, ids: Iterable[int], at: datetime) -> None:
    """These cards were made."""
    if subscribers(connection, CONTACT_CREATED):
        for contact_id in ids:
            add_event(connection, CONTACT_CREATED, {"contact": contact_id}, at)


def contact_changed(connection: Connection, contact_id: int, fields: Iterable[str], at: datetime) -> None:
    """The card says something else in these fields, or has more: "note", "consent", "do_not_call", "numbers"."""
    if subscribers(connection, CONTACT_CHANGED):
        add_event(connection, CONTACT_CHANGED, {"contact": contact_id, "fields": [*fields]}, at)


def contact_merged(connection: Connection, kept: int, absorbed: int, at: datetime) -> None:
    """The card `absorbed` is part of the card `kept` from now on."""
    if subscribers(connection, CONTACT_MERGED):
        add_event(connection, CONTACT_MERGED, {"contact": kept, "absorbed": absorbed}, at)


def caller_named(connection: Connection, contact_id: int, call_ref: str, at: datetime) -> None:
    """It is known who called, of the people of a line; the requests of the call are theirs."""
    if subscribers(connection, CONTACT_CALLER):
        add_event(connection, CONTACT_CALLER, {"contact": contact_id, "call": call_ref}, at)
    _tell(connection, REQUEST_CHANGED, Requests.call_ref == call_ref, at, fields=["contact"])


def contact_erased(connection: Connection, cards: Iterable[int], at: datetime) -> None:
    """The person of these cards was erased."""
    if subscribers(connection, CONTACT_ERASED):
        for contact_id in sorted(cards):
            add_event(connection, CONTACT_ERASED, {"contact": contact_id}, at)


def requests_opened(connection: Connection, which: ColumnElement[bool], at: datetime) -> None:
    """These requests came in."""
    _tell(connection, REQUEST_OPENED, which, at)


def request_changed(connection: Connection, request_id: int, fields: Iterable[str], at: datetime) -> None:
    """The request is handled: what was changed is named by `fields`."""
    _tell(connection, REQUEST_CHANGED, Requests.id == request_id, at, fields=[*fields])


def requests_closed(connection: Connection, which: ColumnElement[bool], at: datetime) -> None:
    """These requests were closed, by staff, by a program, or by what happened."""
    _tell(connection, REQUEST_CLOSED, which, at)


def request_reopened(connection: Connection, request_id: int, at: datetime) -> None:
    """The request was closed, and is open again."""
    _tell(connection, REQUEST_REOPENED, Requests.id == request_id, at)


def centre_reported(connection: Connection, call_ref: str, centre: str, reference: str, at: datetime) -> None:
    """The centre has said, or said anew, what became of the call that it knows by `reference`."""
    if subscribers(connection, CALL_OUTCOME):
        add_event(connection, CALL_OUTCOME, {"call": call_ref, "centre": centre, "reference": reference}, at)


def outcomes_missing(
    connection: Connection, centre: str, count: int, oldest_at: datetime, hours: int, at: datetime
) -> None:
    """The centre has not said within so many hours what became of so many calls."""
    if subscribers(connection, OUTCOMES_MISSING):
        data = {"centre": centre, "calls": count, "oldest_at": oldest_at.isoformat(), "hours": hours}
        add_event(connection, OUTCOMES_MISSING, data, at)


def agent_reported(connection: Connection, call_ref: str, at: datetime) -> None:
    """The agent has said, or said anew, what became of the call."""
    if subscribers(connection, CALL_OUTCOME):
        add_event(connection, CALL_OUTCOME, {"call": call_ref, "centre": None, "reference": None}, at)


def _tell(
    connection: Connection, kind: str, which: ColumnElement[bool], at: datetime, *, fields: list[str] | None = None
) -> None:
    if not subscribers(connection, kind):
        return
    columns = (Requests.id, Requests.kind, Requests.contact_id, Requests.call_ref, Requests.level, Callback.ref)
    rows = select(*columns).outerjoin(Callback, Callback.request_id == Requests.id)
    for row in connection.execute(rows.where(which, Requests.level < MEDIATION_LEVEL).order_by(Requests.id)).all():
        data = {"request": row.id, "kind": row.kind, "level": row.level, "contact": row.contact_id}
        data |= {"call": row.call_ref, "callback": row.ref} | ({} if fields is None else {"fields": fields})
        add_event(connection, kind, data, at)
