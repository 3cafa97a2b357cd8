"""How many callbacks each time slot holds."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from records.callbacks.callback_request import AcceptedCallback, TimeSlotUnavailable
from records.database.engine import Database
from records.schema import Callback
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import DialWindow, TimeSlot, is_slot_available

# Callbacks in these states have left their time slot, or never had it.
_WITHOUT_TIME_SLOT = (CallbackState.CANCELLED, CallbackState.EXPIRED, CallbackState.TREATED, CallbackState.UNRUNG)


def count_bookings(database: Database, public_number: str, from_: datetime, until: datetime) -> Mapping[datetime, int]:
    """How many callbacks of a public number each time slot from `from_` to before `until` holds, by its start (UTC)."""
    within = (Callback.slot_from >= from_) & (Callback.slot_from < until)
    with database.read() as connection:
        rows = select(Callback.slot_from, func.count()).where(_holds_time_slot(public_number), within)
        counts = connection.execute(rows.group_by(Callback.slot_from))
        return {begins: count for begins, count in counts if begins}


def require_available_time_slot(
    connection: Connection,
    public_number: str,
    time_slot: TimeSlot,
    terms: CallbackTerms,
    at: datetime,
) -> None:
    """Raises TimeSlotUnavailable unless the time slot can be chosen now; `terms` have their holds.

    Acquire the lock first (records/callbacks/limits.py).
    """
    chosen = select(func.count()).where(_holds_time_slot(public_number), Callback.slot_from == time_slot.start)
    if not is_slot_available(terms, at, time_slot, connection.scalar(chosen) or 0):
        raise TimeSlotUnavailable("This time slot can no longer be chosen; choose another one.")


def time_columns(time_slot: TimeSlot | None, window: DialWindow) -> dict[str, object]:
    """The columns of a callback's time slot, and of when it is dialled and expires."""
    return {
        "slot_from": time_slot.start if time_slot else None,
        "slot_until": time_slot.end if time_slot else None,
        "not_before": window.not_before,
        "clock_from": window.clock_from,
        "clock_s": round(window.clock.total_seconds()),
        "expires_at": window.expires_at,
    }


def accepted_time_columns(accepted: AcceptedCallback) -> dict[str, object]:
    """The same for a callback that was accepted."""
    clock_from = accepted.time_slot.end if accepted.time_slot else accepted.not_before
    clock = accepted.clock or accepted.expires_at - clock_from
    return time_columns(accepted.time_slot, DialWindow(accepted.not_before, clock_from, clock, accepted.expires_at))


def _holds_time_slot(public_number: str) -> ColumnElement[bool]:
    return (Callback.public_number == public_number) & Callback.state.not_in(_WITHOUT_TIME_SLOT)
