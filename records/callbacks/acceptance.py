"""Accepting a callback: every channel (web form, telephone, console, command line) comes through here."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from records.callbacks import idempotency as keys
from records.callbacks.callback_request import AcceptedCallback, CallbackRequest, accepted_from_json, accepted_to_json
from records.callbacks.idempotency import IdempotencyKey
from records.callbacks.limits import LOCK_NAME, enforce_limits
from records.callbacks.new_callback import store_callback
from records.callbacks.number_state import lock_open_callback, read_number_state, settle_open_callback
from records.callbacks.references import generate_reference
from records.callbacks.terms import with_holds
from records.contacts.lines import CallerMatch, get_or_create_line, identify_caller
from records.database.engine import Database, acquire_lock
from records.schema import Callback
from records.secrets import generate_secret
from routing.callbacks.acceptance import decide_acceptance
from routing.callbacks.states import VisitorStatus
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import dial_window

_WITH_REFERENCE = select(Callback.request_id).where(Callback.ref == bindparam("ref"))


def accept_callback(
    database: Database,
    callback_request: CallbackRequest,
    terms: CallbackTerms,
    *,
    at: datetime,
    idempotency: IdempotencyKey | None = None,
) -> AcceptedCallback:
    """The accepted callback, committed when this returns; for an idempotency key used before, the earlier response.

    A visitor never learns that their number is not dialled (do-not-call list, open callback, limit of a number):
    the answer is the same, and the callback is closed as `unrung`. The holds on record are part of the terms.
    Raises TooManyCallbacks, TimeSlotUnavailable, IdempotencyKeyReused, DatabaseBusy, DatabaseUnavailable.
    """
    with database.write(notify=True) as connection:
        if idempotency is None:
            return accept_callback_in(connection, callback_request, terms, at=at)
        acquire_lock(connection, LOCK_NAME)
        site = callback_request.site or ""
        if response := keys.find_response(connection, site, idempotency):
            return accepted_from_json(response)
        accepted = accept_callback_in(connection, callback_request, terms, at=at)
        keys.store_response(connection, site, idempotency, accepted_to_json(accepted), at)
        return accepted


def accept_callback_in(
    connection: Connection, callback_request: CallbackRequest, terms: CallbackTerms, *, at: datetime
) -> AcceptedCallback:
    """Like `accept_callback`, inside a transaction and without an idempotency key."""
    acquire_lock(connection, LOCK_NAME)
    terms = with_holds(connection, terms, at)
    enforce_limits(connection, callback_request, terms, at)
    contact = _identify_contact(connection, callback_request, at)
    open_callback = lock_open_callback(connection, contact)
    number = read_number_state(connection, callback_request, contact, open_callback, terms.rules, at)
    by_form, by_caller = callback_request.by_form, callback_request.by_caller
    decision = decide_acceptance(number, by_form=by_form, by_caller=by_caller)
    accepted = _create_answer(connection, callback_request, terms, at)
    if open_callback:
        settle_open_callback(connection, open_callback, callback_request, accepted, decision, at)
    store_callback(connection, callback_request, accepted, contact, decision, at)
    return accepted


def _identify_contact(connection: Connection, callback_request: CallbackRequest, at: datetime) -> CallerMatch:
    if callback_request.contact_id is None:
        return identify_caller(connection, callback_request.line, at)
    line_id = get_or_create_line(connection, callback_request.line, at)
    return CallerMatch(line_id, callback_request.contact_id, is_new_card=False)


def _create_answer(
    connection: Connection, callback_request: CallbackRequest, terms: CallbackTerms, at: datetime
) -> AcceptedCallback:
    while connection.scalar(_WITH_REFERENCE, {"ref": (ref := generate_reference())}) is not None:
        pass
    time_slot = callback_request.time_slot
    window = dial_window(terms, time_slot, at)
    times = (time_slot, window.not_before, window.expires_at, window.clock)
    return AcceptedCallback(ref, generate_secret(), VisitorStatus.WAITING, *times)
