"""Changes the state of a callback: checks the transition, records it, and adds the webhook event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from records.callbacks.callback_request import CallbackNotChangeable, CallbackRequest
from records.schema import Callback, CallbackAttempt, CallbackTransition, Line, Request
from records.webhooks import outbox
from records.webhooks.record_events import requests_closed
from routing.callbacks.states import CLOSED_STATES, CallbackState, can_transition
from routing.request_rules import MEDIATION_LEVEL

VISITOR = "visitor"
"""Stands in `callback_transition.by` for the visitor or caller who asked for the callback."""

_S = CallbackState
EVENT_BY_STATE = {
    _S.IN_LINE: "callback.placed",
    _S.VISITOR_RINGING: "callback.ringing",
    _S.TALKING: "callback.talking",
    _S.ANSWERED: "callback.answered",
    _S.MISSED: "callback.missed",
    _S.TO_CHECK: "callback.to_check",
    _S.CANCELLED: "callback.cancelled",
    _S.EXPIRED: "callback.expired",
    _S.TREATED: "callback.treated",
    _S.UNRUNG: "callback.unrung",
}
"""The events of new states. `queued` has none but `callback.accepted`."""

# The states of an attempt; it is over when its callback is in any other state.
_ATTEMPT_STATES = (_S.IN_LINE, _S.VISITOR_RINGING, _S.TALKING)
_NO_VALUES: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cause:
    """Who changed the state of a callback, when, and why where that needs a word.

    `outcome` and `note` are those of the request, when the new state closes it; by default the state is the outcome.
    """

    by: str
    at: datetime
    reason: str = ""
    outcome: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class LockedCallback:
    """A callback whose row this transaction has locked."""

    request_id: int
    ref: str
    state: CallbackState
    line_id: int
    line: str
    public_number: str
    language: str
    channel: str
    site: str | None
    secret_hash: str
    dial_count: int
    slot_from: datetime | None
    not_before: datetime
    expires_at: datetime
    level: int


_OWN = ("request_id", "ref", "state", "public_number", "language", "channel", "site", "secret_hash", "dial_count")
_TIMES = ("slot_from", "not_before", "expires_at")
_LOCKED = (
    select(
        Request.line_id,
        Request.level,
        Line.e164.label("line"),
        *(Callback.__table__.c[name] for name in (*_OWN, *_TIMES)),
    )
    .join(Request, Request.id == Callback.request_id)
    .join(Line, Line.id == Request.line_id)
    .order_by(Callback.request_id)
    # Both rows, so that PostgreSQL checks again whether the request is open after it has waited for another writer.
    .with_for_update(of=(Callback, Request))
)
_NEW = insert(CallbackTransition)


def lock_callbacks(connection: Connection, which: ColumnElement[bool]) -> tuple[LockedCallback, ...]:
    """The callbacks that `which` selects, locked until the end of the transaction."""
    rows = connection.execute(_LOCKED.where(which))
    return tuple(LockedCallback(**{**row._mapping, "state": CallbackState(row.state)}) for row in rows)


def transition_to(
    connection: Connection,
    callback: LockedCallback,
    after: CallbackState,
    cause: Cause,
    *,
    values: Mapping[str, object] = _NO_VALUES,
) -> None:
    """Brings the callback into the state `after`; `values` are other columns that change with it.

    A closed state closes the request too (its outcome is the state unless `cause` has another), and ends an attempt
    that is under way. Raises CallbackNotChangeable for a transition that is not allowed.
    """
    if not can_transition(callback.state, after):
        raise CallbackNotChangeable(
            f"The callback {callback.ref} is {callback.state.replace('_', ' ')}; it cannot become {after}."
        )
    changed = {"state": after, "state_at": cause.at, "reason": cause.reason, **values}
    connection.execute(update(Callback).where(Callback.request_id == callback.request_id).values(changed))
    record_transition(connection, callback.request_id, callback.state, after, cause)
    if after not in _ATTEMPT_STATES and callback.state in _ATTEMPT_STATES:
        open_ = (CallbackAttempt.request_id == callback.request_id) & CallbackAttempt.ended_at.is_(None)
        ended = {"ended_at": cause.at, "result": (cause.reason or after)[:16]}
        connection.execute(update(CallbackAttempt).where(open_).values(ended))
    if after in CLOSED_STATES and callback.state not in CLOSED_STATES:
        outcome = cause.outcome or after
        closed = {"closed_at": cause.at, "closed_by": cause.by, "outcome": outcome, "note": cause.note}
        connection.execute(update(Request).where(Request.id == callback.request_id).values(closed))
        requests_closed(connection, Request.id == callback.request_id, cause.at)
    if after in EVENT_BY_STATE and callback.state is not CallbackState.UNRUNG:
        tell_state(connection, callback, after, cause.at)


def tell_state(connection: Connection, callback: LockedCallback, after: CallbackState, at: datetime) -> None:
    """Adds the event of this state; none for a callback of the mediator."""
    if callback.level < MEDIATION_LEVEL:
        outbox.add_event(connection, EVENT_BY_STATE[after], build_event_data(callback.ref, after, callback), at)


def record_transition(
    connection: Connection,
    request_id: int,
    before: CallbackState | None,
    after: CallbackState,
    cause: Cause,
) -> None:
    """Adds a row to the callback's history; `before` None: its first."""
    detail: dict[str, Any] = {"because": cause.reason} if cause.reason else {}
    row = {"request_id": request_id, "before": before, "after": after, "by": cause.by, "at": cause.at, "detail": detail}
    connection.execute(_NEW, row)


def build_event_data(ref: str, state: CallbackState, callback: LockedCallback | CallbackRequest) -> dict[str, Any]:
    """The data of an event about a callback."""
    return {
        "reference": ref,
        "state": state,
        "number": callback.line,
        "calls_from": callback.public_number,
        "language": callback.language,
        "channel": callback.channel,
        "site": callback.site,
    }
