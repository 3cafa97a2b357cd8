"""What is known of a number for which a callback is requested, and what becomes of its open callback."""

from datetime import datetime

from sqlalchemy import Connection, update

from records.callbacks.callback_request import AcceptedCallback, CallbackRequest
from records.callbacks.do_not_call import is_do_not_call_in
from records.callbacks.limits import has_reached_number_limit
from records.callbacks.time_slots import accepted_time_columns
from records.callbacks.transitions import (
    VISITOR,
    Cause,
    LockedCallback,
    lock_callbacks,
    record_transition,
    transition_to,
)
from records.contacts.lines import CallerMatch
from records.requests.requests import RequestKind, keep_queue_position
from records.requests.visibility import visible_to_all
from records.schema import Callback, Request
from routing.callbacks.acceptance import AcceptanceDecision, NotDialledReason, NumberState
from routing.callbacks.rules import CallbackRules
from routing.callbacks.states import CallbackState

REQUESTED_AGAIN = "asked again"
"""Stored as the reason of a transition."""


def lock_open_callback(connection: Connection, contact: CallerMatch) -> LockedCallback | None:
    """The callback of the contact's line that is not closed: one at most, by a unique index. Not the mediator's."""
    if contact.line_is_new:
        return None
    is_open = (Request.line_id == contact.line_id) & (Request.kind == RequestKind.CALLBACK)
    return next(iter(lock_callbacks(connection, is_open & Request.closed_at.is_(None) & visible_to_all())), None)


def read_number_state(
    connection: Connection,
    callback_request: CallbackRequest,
    contact: CallerMatch,
    open_callback: LockedCallback | None,
    rules: CallbackRules,
    at: datetime,
) -> NumberState:
    """The facts on which `decide_acceptance` decides."""
    if contact.line_is_new:  # unless its holder was erased, and the entry has outlived them
        return NumberState(is_do_not_call_in(connection, contact.line_id))
    return NumberState(
        is_do_not_call_in(connection, contact.line_id),
        (callback_request.by_form or callback_request.by_caller)
        and has_reached_number_limit(connection, rules, contact.line_id, at),
        open_callback.state if open_callback else None,
    )


def settle_open_callback(
    connection: Connection,
    open_callback: LockedCallback,
    callback_request: CallbackRequest,
    accepted: AcceptedCallback,
    decision: AcceptanceDecision,
    at: datetime,
) -> None:
    """Cancels an open callback that reached nobody; updates one that waits with the request of a caller.

    A form changes nothing, for anybody can enter any number.
    """
    if decision.state is not CallbackState.UNRUNG:
        transition_to(connection, open_callback, CallbackState.CANCELLED, Cause(VISITOR, at, REQUESTED_AGAIN))
    elif decision.reason is NotDialledReason.DUPLICATE and not callback_request.by_form:
        if callback_request.waiting_since:
            keep_queue_position(connection, open_callback.request_id, callback_request.waiting_since)
        if open_callback.state is CallbackState.QUEUED:
            _reschedule(connection, open_callback, callback_request, accepted, at)


def _reschedule(
    connection: Connection,
    open_callback: LockedCallback,
    callback_request: CallbackRequest,
    accepted: AcceptedCallback,
    at: datetime,
) -> None:
    values = accepted_time_columns(accepted)
    connection.execute(update(Callback).where(Callback.request_id == open_callback.request_id).values(values))
    state, by = open_callback.state, callback_request.channel
    record_transition(connection, open_callback.request_id, state, state, Cause(by, at, REQUESTED_AGAIN))
