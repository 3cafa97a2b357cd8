"""The rows of a new callback: request, callback, first transition, consents, interaction, event."""

from datetime import datetime

from sqlalchemy import Connection, insert

from records.actor import SYSTEM
from records.callbacks.callback_request import AcceptedCallback, CallbackRequest
from records.callbacks.time_slots import accepted_time_columns
from records.callbacks.transitions import Cause, build_event_data, lock_callbacks, record_transition, transition_to
from records.contacts.lines import CallerMatch
from records.requests.requests import RequestKind
from records.schema import Callback, Consent, Interaction, Request
from records.secrets import hash_secret
from records.webhooks import outbox
from records.webhooks.record_events import requests_opened
from routing.callbacks.acceptance import AcceptanceDecision, NotDialledReason
from routing.callbacks.states import CallbackState

INTERACTION_PURPOSE = "callback"

_NEW_REQUEST = insert(Request).returning(Request.id)
_NEW, _NEW_INTERACTION, _NEW_CONSENT = insert(Callback), insert(Interaction), insert(Consent)


def store_callback(
    connection: Connection,
    callback_request: CallbackRequest,
    accepted: AcceptedCallback,
    contact: CallerMatch,
    decision: AcceptanceDecision,
    at: datetime,
) -> None:
    """Stores the callback as decided. One that is unrung is closed: no interaction and no event tells of it."""
    request_id = _insert_rows(connection, callback_request, accepted, contact, decision, at)
    _record_consents(connection, callback_request, contact, decision, at)
    if decision.state is not CallbackState.UNRUNG:
        _record_interaction(connection, callback_request, accepted, contact, request_id, at)
        _add_accepted_event(connection, callback_request, accepted, at)
    if decision.state is CallbackState.TO_CHECK:
        _hold_for_staff(connection, request_id, decision, at)


def _insert_rows(
    connection: Connection,
    callback_request: CallbackRequest,
    accepted: AcceptedCallback,
    contact: CallerMatch,
    decision: AcceptanceDecision,
    at: datetime,
) -> int:
    """The request, the callback and its first transition; gives the request's id."""
    is_unrung = decision.state is CallbackState.UNRUNG
    state = CallbackState.UNRUNG if is_unrung else CallbackState.QUEUED
    reason = (decision.reason or "") if is_unrung else ""
    request_row = {
        "kind": RequestKind.CALLBACK,
        "contact_id": contact.contact_id,
        "line_id": contact.line_id,
        "call_ref": callback_request.call_ref,
        "created_at": at,
        "waiting_since": callback_request.waiting_since,
    }
    closed = {"closed_at": at, "closed_by": SYSTEM, "outcome": state} if is_unrung else {}
    request_id: int = connection.execute(_NEW_REQUEST, request_row | closed).scalar_one()
    row = {
        "request_id": request_id,
        "ref": accepted.ref,
        "secret_hash": hash_secret(accepted.secret),
        "state": state,
        "state_at": at,
        "channel": callback_request.channel,
        "public_number": callback_request.public_number,
        "site": callback_request.site,
        "language": callback_request.language,
        "name": callback_request.name,
        "topic": callback_request.topic,
        "page": callback_request.page,
        **accepted_time_columns(accepted),
        "dial_count": 0,
        "agent_id": callback_request.agent_id,
        "reason": reason,
    }
    connection.execute(_NEW, row)
    record_transition(connection, request_id, None, state, Cause(callback_request.channel, at, reason))
    if not is_unrung:
        requests_opened(connection, Request.id == request_id, at)
    return request_id


def _record_consents(
    connection: Connection,
    callback_request: CallbackRequest,
    contact: CallerMatch,
    decision: AcceptanceDecision,
    at: datetime,
) -> None:
    """No form overrides the do-not-call list, so its consents are not recorded either."""
    if decision == AcceptanceDecision(CallbackState.UNRUNG, NotDialledReason.DO_NOT_CALL):
        return
    if callback_request.consents:
        source = callback_request.page or callback_request.site or callback_request.channel
        common = {"contact_id": contact.contact_id, "line_id": contact.line_id, "source": source, "given_at": at}
        rows = [
            common | {"purpose": each.purpose, "text_version": each.text_version} for each in callback_request.consents
        ]
        connection.execute(_NEW_CONSENT, rows)


def _record_interaction(
    connection: Connection,
    callback_request: CallbackRequest,
    accepted: AcceptedCallback,
    contact: CallerMatch,
    request_id: int,
    at: datetime,
) -> None:
    """A line in the contact's history; a call is there already."""
    if callback_request.call_ref is None:
        row = {
            "contact_id": contact.contact_id,
            "purpose": INTERACTION_PURPOSE,
            "channel": callback_request.channel,
            "at": at,
            "request_id": request_id,
            "summary": " ".join(filter(None, ("callback", accepted.ref, callback_request.topic))),
        }
        connection.execute(_NEW_INTERACTION, row)


def _add_accepted_event(
    connection: Connection, callback_request: CallbackRequest, accepted: AcceptedCallback, at: datetime
) -> None:
    data = build_event_data(accepted.ref, CallbackState.QUEUED, callback_request)
    outbox.add_event(connection, "callback.accepted", data, at)


def _hold_for_staff(connection: Connection, request_id: int, decision: AcceptanceDecision, at: datetime) -> None:
    [locked] = lock_callbacks(connection, Callback.request_id == request_id)
    transition_to(connection, locked, decision.state, Cause(SYSTEM, at, decision.reason or ""))
