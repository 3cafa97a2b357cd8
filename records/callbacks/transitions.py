"""Every change of a callback's state: checked, recorded, and told to external programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from records.callbacks.callback_request import CallbackNotChangeable
from records.schema import Callback, CallbackAttempt, CallbackTransition, Line, Request
from records.webhooks import outbox
from routing.callbacks.states import CLOSED_STATES, CallbackState, can_transition

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
_NOTHING: Mapping[str, object] = MappingProxyType({})


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


_OWN = ("request_id", "ref", "state", "public_number", "language", "channel", "site", "secret_hash", "dial_count")
_TIMES = ("slot_from", "not_before", "expires_at")
_HELD = (
    select(Request.line_id, Line.e164.label("line"), *(Callback.__table__.c[name] for name in (*_OWN, *_TIMES)))
    .join(Request, Request.id == Callback.request_id)
    .join(Line, Line.id == Request.line_id)
    .order_by(Callback.request_id)
    # Both rows, so that PostgreSQL checks again whether the request is open after it has waited for another writer.
    .with_for_update(of=(Callback, Request))
)
_NEW_MOVE = insert(CallbackTransition)


def lock_callbacks(connection: Connection, which: ColumnElement[bool]) -> tuple[LockedCallback, ...]:
    """The callbacks that `which` selects, locked until the end of the transaction."""
    callback = connection.execute(_HELD.where(which))
    return tuple(LockedCallback(**{**row._mapping, "state": CallbackState(row.state)}) for row in callback)


def transition_to(
    connection: Connection,
    callback: LockedCallback,
    after: CallbackState,
    *,
    by: str,
    at: datetime,
    reason: str = "",
    outcome: str | None = None,
    note: str | None = None,
    values: Mapping[str, object] = _NOTHING,
) -> None:
    """Brings the callback into the state `after`; `values` are other columns that change with it.

    A closed state closes the request too (its outcome is the state unless `outcome` is given), and ends an attempt
    that is under way. Raises CallbackNotChangeable for a transition that is not allowed.
    """
    if not can_transition(callback.state, after):
        raise CallbackNotChangeable(
            f"The callback {callback.ref} is {callback.state.replace('_', ' ')}; it cannot become {after}."
        )
    changed = {"state": after, "state_at": at, "reason": reason, **values}
    connection.execute(update(Callback).where(Callback.request_id == callback.request_id).values(changed))
    record_transition(connection, callback.request_id, callback.state, after, by=by, at=at, reason=reason)
    if after not in _ATTEMPT_STATES and callback.state in _ATTEMPT_STATES:
        open_ = (CallbackAttempt.request_id == callback.request_id) & CallbackAttempt.ended_at.is_(None)
        ended = update(CallbackAttempt).where(open_).values(ended_at=at, result=(reason or after)[:16])
        connection.execute(ended)
    if after in CLOSED_STATES and callback.state not in CLOSED_STATES:
        closed = {"closed_at": at, "closed_by": by, "outcome": outcome or after, "note": note}
        connection.execute(update(Request).where(Request.id == callback.request_id).values(closed))
    if after in EVENT_BY_STATE and callback.state is not CallbackState.UNRUNG:
        data = build_event_data(
            callback.ref,
            after,
            callback.line,
            callback.public_number,
            callback.language,
            callback.channel,
            callback.site,
        )
        outbox.add_event(connection, EVENT_BY_STATE[after], data, at)


def record_transition(
    connection: Connection,
    request_id: int,
    before: CallbackState | None,
    after: CallbackState,
    *,
    by: str,
    at: datetime,
    reason: str = "",
) -> None:
    """Adds a row to the callback's history; `before` None: its first."""
    detail: dict[str, Any] = {"because": reason} if reason else {}
    row = {"request_id": request_id, "before": before, "after": after, "by": by, "at": at, "detail": detail}
    connection.execute(_NEW_MOVE, row)


def build_event_data(
    ref: str, state: CallbackState, line: str, public_number: str, language: str, channel: str, site: str | None
) -> dict[str, Any]:
    """The data of an event about a callback."""
    return {
        "reference": ref,
        "state": state,
        "number": line,
        "calls_from": public_number,
        "language": language,
        "channel": channel,
        "site": site,
    }
