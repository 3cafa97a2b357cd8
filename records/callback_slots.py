"""How many have chosen which slot."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, Connection, func, select

from records.base import Base
from records.callback_wish import SlotGone
from records.schema import Callback
from routing.callback_rules import CallbackRules
from routing.callback_slots import Slot, is_offered
from routing.callback_states import CallbackState
from routing.hours import Hours

# They have left their slot, or never had it.
_WITHOUT = (CallbackState.CANCELLED, CallbackState.EXPIRED, CallbackState.TREATED, CallbackState.UNRUNG)


def taken(base: Base, public_number: str, from_: datetime, until: datetime) -> Mapping[datetime, int]:
    """How many callbacks of this number stand in each slot that begins from `from_` on and before `until`, by its
    beginning (UTC)."""
    within = (Callback.slot_from >= from_) & (Callback.slot_from < until)
    with base.read() as connection:
        rows = select(Callback.slot_from, func.count()).where(_standing(public_number), within)
        counts = connection.execute(rows.group_by(Callback.slot_from))
        return {begins: count for begins, count in counts if begins}


def refuse_gone(
    connection: Connection,
    public_number: str,
    slot: Slot,
    rules: CallbackRules,
    hours: Hours,
    tz: tzinfo,
    at: datetime,
) -> None:
    """Raises SlotGone unless the slot can be chosen now. Take a turn first (records/callback_limits.py)."""
    chosen = select(func.count()).where(_standing(public_number), Callback.slot_from == slot.start)
    if not is_offered(rules, hours, at, tz, slot, connection.scalar(chosen) or 0):
        raise SlotGone("This slot can no longer be chosen; choose another one.")


def _standing(public_number: str) -> ColumnElement[bool]:
    return (Callback.public_number == public_number) & Callback.state.not_in(_WITHOUT)
