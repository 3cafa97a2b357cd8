"""Accepting an inquiry: what a visitor wrote becomes a request, on the card of the person."""

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from sqlalchemy import ColumnElement, Connection, func, insert, select

from records.callbacks import idempotency as keys
from records.callbacks.callback_request import TooManyCallbacks
from records.callbacks.idempotency import IdempotencyKey
from records.callbacks.limits import LOCK_NAME, enforce_form_limits
from records.callbacks.references import generate_reference
from records.contacts.senders import Sender, identify_sender
from records.database.engine import Database, acquire_lock
from records.requests.requests import RequestKind
from records.schema import Callback, Interaction, Line, Request
from records.schema import Inquiry as Inquiries
from records.secrets import generate_secret, hash_secret
from records.webhooks.record_events import requests_opened
from routing.callbacks.limits import DAY, MONTH, CallbackLimits

INTERACTION_PURPOSE = "callback"
"""What visitors leave in the form is kept equally long, whichever answer they chose."""
CHANNEL = "form"


@dataclass(frozen=True, slots=True)
class NewInquiry:
    """What a visitor wrote. `line` (E.164) or `email` says how to reach them.

    `public_number`: the number of ours that stands for the site. `address`: the visitor's IP address; None when a
    server of the site sent it.
    """

    text: str
    public_number: str
    site: str
    language: str
    line: str | None = None
    email: str | None = None
    name: str | None = None
    page: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class AcceptedInquiry:
    """`ref` can be said aloud; with `secret` the visitor reads the answer."""

    ref: str
    secret: str = field(repr=False)


def accept_inquiry(
    database: Database,
    inquiry: NewInquiry,
    limits: CallbackLimits,
    *,
    at: datetime,
    idempotency: IdempotencyKey | None = None,
) -> AcceptedInquiry:
    """The accepted inquiry, committed when this returns; for an idempotency key used before, the earlier answer.

    The limits are those of callbacks, and both are counted together. Raises TooManyCallbacks, IdempotencyKeyReused,
    DatabaseBusy, DatabaseUnavailable.
    """
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        if idempotency and (earlier := keys.find_response(connection, inquiry.site, idempotency)):
            return AcceptedInquiry(earlier["ref"], earlier["secret"])
        enforce_form_limits(connection, limits, inquiry.address, at)
        _enforce_person_limits(connection, inquiry, limits, at)
        accepted = AcceptedInquiry(_new_reference(connection), generate_secret())
        _store(connection, inquiry, accepted, at)
        if idempotency:
            answer = {"ref": accepted.ref, "secret": accepted.secret}
            keys.store_response(connection, inquiry.site, idempotency, answer, at)
        return accepted


def _enforce_person_limits(connection: Connection, inquiry: NewInquiry, limits: CallbackLimits, at: datetime) -> None:
    """Raises TooManyCallbacks when the number, or the e-mail address, has written as often as a number may ask."""
    for mine in _written_by(inquiry):
        for most, window in ((limits.number_day, DAY), (limits.number_month, MONTH)):
            came = select(Request.created_at).join(Inquiries, Inquiries.request_id == Request.id)
            came = came.where(mine, Request.created_at > at - window)
            filled = connection.scalar(came.order_by(Request.created_at.desc()).offset(most - 1).limit(1))
            if filled is not None:
                raise TooManyCallbacks(max(1, ceil((filled + window - at).total_seconds())))


def _written_by(inquiry: NewInquiry) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if inquiry.line:
        found.append(Request.line_id.in_(select(Line.id).where(Line.e164 == inquiry.line)))
    if inquiry.email:
        found.append(func.lower(Inquiries.email) == inquiry.email.lower())
    return found


def _new_reference(connection: Connection) -> str:
    """One that neither an inquiry nor a callback has, so that it names one thing when it is said aloud."""
    while True:
        ref = generate_reference()
        known = select(Inquiries.ref).where(Inquiries.ref == ref).union(select(Callback.ref).where(Callback.ref == ref))
        if connection.scalar(known) is None:
            return ref


def _store(connection: Connection, inquiry: NewInquiry, accepted: AcceptedInquiry, at: datetime) -> None:
    contact_id, line_id = identify_sender(connection, Sender(line=inquiry.line, email=inquiry.email), at)
    request = {"kind": RequestKind.INQUIRY, "contact_id": contact_id, "line_id": line_id, "created_at": at}
    request_id = connection.scalar(insert(Request).values(request).returning(Request.id))
    row = {
        "request_id": request_id,
        "ref": accepted.ref,
        "secret_hash": hash_secret(accepted.secret),
        "public_number": inquiry.public_number,
        "site": inquiry.site,
        "language": inquiry.language,
        "page": inquiry.page,
        "name": inquiry.name,
        "email": inquiry.email,
        "text": inquiry.text,
    }
    connection.execute(insert(Inquiries).values(row))
    told = {"contact_id": contact_id, "purpose": INTERACTION_PURPOSE, "channel": CHANNEL, "at": at}
    connection.execute(insert(Interaction).values(**told, request_id=request_id, summary=accepted.ref))
    requests_opened(connection, Request.id == request_id, at)
