"""Every change of a callback's state goes through here: allowed or refused, written down, and told to the outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from records import outbox
from records.callback_wish import TooLate
from records.schema import Callback, CallbackAttempt, CallbackMove, Line, Request
from routing.callback_states import CLOSED, CallbackState, may_move

OURSELVES, VISITOR = "standardiste", "visitor"
"""Who moved a callback that no person of the house moved."""

_S = CallbackState
EVENTS = {
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
"""What programs outside are told of a new state. Nothing of `queued` but the acceptance."""

# The way of an attempt; it is over when its callback is in any other state.
_UNDER_WAY = (_S.IN_LINE, _S.VISITOR_RINGING, _S.TALKING)
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Held:
    """A callback whose row this transaction holds, so that what is decided on it is decided alone."""

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
    rings: int
    slot_from: datetime | None
    not_before: datetime
    expires_at: datetime


_OWN = ("request_id", "ref", "state", "public_number", "language", "channel", "site", "secret_hash", "rings")
_TIMES = ("slot_from", "not_before", "expires_at")
_HELD = (
    select(Request.line_id, Line.e164.label("line"), *(Callback.__table__.c[name] for name in (*_OWN, *_TIMES)))
    .join(Request, Request.id == Callback.request_id)
    .join(Line, Line.id == Request.line_id)
    .order_by(Callback.request_id)
    # Both, so that PostgreSQL looks again whether the request is still open after it has waited for another writer.
    .with_for_update(of=(Callback, Request))
)
_NEW_MOVE = insert(CallbackMove)


def hold(connection: Connection, which: ColumnElement[bool]) -> tuple[Held, ...]:
    """The callbacks that `which` selects, each held until the end of the transaction."""
    held = connection.execute(_HELD.where(which))
    return tuple(Held(**{**row._mapping, "state": CallbackState(row.state)}) for row in held)


def move_to(
    connection: Connection,
    held: Held,
    after: CallbackState,
    *,
    by: str,
    at: datetime,
    because: str = "",
    outcome: str | None = None,
    note: str | None = None,
    values: Mapping[str, object] = _NOTHING,
) -> None:
    """The callback is in the state `after` from now on; `values` are other columns that change with it.

    A closed state closes its request too (`outcome`: the state, unless told otherwise), and an attempt under way is
    over when the callback leaves its way. Raises TooLate where the move is not allowed.
    """
    if not may_move(held.state, after):
        raise TooLate(f"The callback {held.ref} is {held.state.replace('_', ' ')}; it cannot become {after}.")
    changed = {"state": after, "state_at": at, "because": because, **values}
    connection.execute(update(Callback).where(Callback.request_id == held.request_id).values(changed))
    write_move(connection, held.request_id, held.state, after, by=by, at=at, because=because)
    if after not in _UNDER_WAY and held.state in _UNDER_WAY:
        open_ = (CallbackAttempt.request_id == held.request_id) & CallbackAttempt.ended_at.is_(None)
        ended = update(CallbackAttempt).where(open_).values(ended_at=at, result=(because or after)[:16])
        connection.execute(ended)
    if after in CLOSED and held.state not in CLOSED:
        closed = {"closed_at": at, "closed_by": by, "outcome": outcome or after, "note": note}
        connection.execute(update(Request).where(Request.id == held.request_id).values(closed))
    if after in EVENTS and held.state is not CallbackState.UNRUNG:
        told = facts(held.ref, after, held.line, held.public_number, held.language, held.channel, held.site)
        outbox.put(connection, EVENTS[after], told, at)


def write_move(
    connection: Connection,
    request_id: int,
    before: CallbackState | None,
    after: CallbackState,
    *,
    by: str,
    at: datetime,
    because: str = "",
) -> None:
    """One row of the callback's story; `before` None: it begins."""
    detail: dict[str, Any] = {"because": because} if because else {}
    row = {"request_id": request_id, "before": before, "after": after, "by": by, "at": at, "detail": detail}
    connection.execute(_NEW_MOVE, row)


def facts(
    ref: str, state: CallbackState, line: str, public_number: str, language: str, channel: str, site: str | None
) -> dict[str, Any]:
    """What programs outside are told of a callback."""
    return {
        "reference": ref,
        "state": state,
        "number": line,
        "calls_from": public_number,
        "language": language,
        "channel": channel,
        "site": site,
    }
