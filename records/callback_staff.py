"""Callbacks as staff see them, and what staff may do with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from records.base import Base
from records.callback_moves import Held, hold, move_to
from records.callback_queue import entered
from records.callback_refs import read_ref
from records.callback_wish import CallbackChannel, TooLate
from records.errors import NotFound
from records.oppositions import is_opposed_in
from records.schema import Callback, CallbackAttempt, CallbackMove, Line, Request
from routing.callback_slots import Slot
from routing.callback_states import CallbackState

RETRY_LASTS = timedelta(days=1)
"""What a callback has at least, when a person says that it is to be tried again."""


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """A callback as staff see it; `line`, whom we ring, and `public_number`, which rings, are E.164.

    `because`: why it is in its state, where that needs a word. `rings`: how often the visitor may have been rung.
    """

    request_id: int
    ref: str
    state: CallbackState
    state_at: datetime
    channel: CallbackChannel
    line: str
    contact_id: int | None
    public_number: str
    site: str | None
    language: str
    name: str | None
    topic: str | None
    page: str | None
    call_ref: str | None
    created_at: datetime
    place_since: datetime | None
    slot: Slot | None
    not_before: datetime
    expires_at: datetime
    rings: int
    because: str


@dataclass(frozen=True, slots=True)
class CallbackMoved:
    """One change of state; `before` is None where it begins."""

    at: datetime
    before: CallbackState | None
    after: CallbackState
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class CallbackTried:
    """One attempt: placed in line, rung, answered, ended; what did not happen, or not yet, is None."""

    n: int
    channel_id: str
    first: str
    placed_at: datetime
    rung_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    result: str | None
    talked_s: int | None


@dataclass(frozen=True, slots=True)
class CallbackStory:
    row: CallbackRow
    moves: tuple[CallbackMoved, ...]
    attempts: tuple[CallbackTried, ...]


def waiting(base: Base) -> tuple[CallbackRow, ...]:
    """Every callback that is not closed, in the order in which they are served."""
    with base.read() as connection:
        return _rows(connection, Request.closed_at.is_(None))


def to_check(base: Base) -> tuple[CallbackRow, ...]:
    """Those of which nobody knows whether they rang, and callers who have opposed: a person decides."""
    with base.read() as connection:
        return _rows(connection, Callback.state == CallbackState.TO_CHECK)


def show(base: Base, ref: str) -> CallbackStory:
    """Everything that is known of one callback. Raises NotFound."""
    with base.read() as connection:
        if not (found := _rows(connection, Callback.ref == read_ref(ref))):
            raise _unknown(ref)
        of_it = found[0].request_id
        moves = select(CallbackMove.at, CallbackMove.before, CallbackMove.after, CallbackMove.by, CallbackMove.detail)
        moves = moves.where(CallbackMove.request_id == of_it).order_by(CallbackMove.id)
        tried = [column for column in CallbackAttempt.__table__.c if column.name not in ("id", "request_id")]
        attempts = select(*tried).where(CallbackAttempt.request_id == of_it).order_by(CallbackAttempt.n)
        return CallbackStory(
            found[0],
            tuple(_moved(row) for row in connection.execute(moves)),
            tuple(CallbackTried(**row._mapping) for row in connection.execute(attempts)),
        )


def cancel_by_staff(base: Base, ref: str, by: str, at: datetime) -> None:
    """Nobody rings any more. Raises NotFound, TooLate."""
    with base.write(wakes=True) as connection:
        move_to(connection, _held(connection, ref), CallbackState.CANCELLED, by=by, at=at)


def retry(base: Base, ref: str, by: str, at: datetime) -> None:
    """A person has looked, and says that the visitor is to be rung once more, as soon as possible.

    Raises NotFound, TooLate for one that is not missed, expired or to check, and for who has opposed.
    """
    with base.write(wakes=True) as connection:
        held = _held(connection, ref)
        if is_opposed_in(connection, held.line_id):
            raise TooLate(
                f"The callback {held.ref} is not rung, for its number is opposed; call by hand, or withdraw that first."
            )
        values = {"not_before": at, "expires_at": max(held.expires_at, at + RETRY_LASTS)}
        move_to(connection, held, CallbackState.QUEUED, by=by, at=at, because="retry", values=values)


def treat(base: Base, ref: str, by: str, outcome: str, at: datetime, note: str | None = None) -> None:
    """A person has treated it otherwise; `outcome` in 32 characters at most.

    Raises NotFound, and TooLate while it rings or people talk.
    """
    with base.write(wakes=True) as connection:
        held = _held(connection, ref)
        move_to(connection, held, CallbackState.TREATED, by=by, at=at, outcome=outcome[:32], note=note)


def _held(connection: Connection, ref: str) -> Held:
    if not (found := hold(connection, Callback.ref == read_ref(ref))):
        raise _unknown(ref)
    return found[0]


def _rows(connection: Connection, which: ColumnElement[bool]) -> tuple[CallbackRow, ...]:
    asked = (Request.contact_id, Request.call_ref, Request.created_at, Request.place_since, Line.e164.label("line"))
    rows = select(*Callback.__table__.c, *asked).join(Request, Request.id == Callback.request_id)
    rows = rows.join(Line, Line.id == Request.line_id).where(which).order_by(entered(), Callback.request_id)
    return tuple(_row(row) for row in connection.execute(rows))


def _row(row: Row[*tuple[Any, ...]]) -> CallbackRow:
    values = {name: value for name, value in row._mapping.items() if name not in ("secret_hash", "slot_until")}
    slot = Slot(values.pop("slot_from"), row.slot_until) if row.slot_from else values.pop("slot_from")
    kinds = {"state": CallbackState(row.state), "channel": CallbackChannel(row.channel)}
    return CallbackRow(**{**values, **kinds, "slot": slot})


def _moved(row: Row[*tuple[Any, ...]]) -> CallbackMoved:
    before = row.before and CallbackState(row.before)
    return CallbackMoved(row.at, before, CallbackState(row.after), row.by, row.detail.get("because", ""))


def _unknown(ref: str) -> NotFound:
    return NotFound(f"There is no callback {ref[:20]}; `standardiste callback list` shows those that are open.")
