"""What a visitor may do with the link of his callback: follow it, cancel it, choose another moment."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Connection, select, update

from records.base import Base, take_turn
from records.callback_limits import TURN, rung_enough
from records.callback_moves import VISITOR, Held, hold, move_to, write_move
from records.callback_refs import opens, read_ref
from records.callback_slots import refuse_gone
from records.callback_wish import TooLate
from records.errors import NotFound
from records.schema import Callback, Request
from routing.callback_rules import CallbackRules
from routing.callback_slots import Slot, lapses, soon
from routing.callback_states import CallbackState, Shown, shown
from routing.hours import Hours

_CANCELLABLE = (CallbackState.QUEUED, CallbackState.IN_LINE, CallbackState.MISSED, CallbackState.UNRUNG)
_WITHOUT_ATTEMPT = (CallbackState.QUEUED, CallbackState.UNRUNG)


@dataclass(frozen=True, slots=True)
class CallbackView:
    """A callback as its visitor sees it; `public_number`, E.164, calls him. `rings`: how often it may have rung."""

    ref: str
    shown: Shown
    slot: Slot | None
    not_before: datetime
    expires_at: datetime
    public_number: str
    site: str | None
    language: str
    topic: str | None
    rings: int
    can_cancel: bool
    can_move: bool


def seen(base: Base, ref: str, secret: str, *, at: datetime) -> CallbackView:
    """The callback now. Raises NotFound, for a wrong secret as for a wrong reference."""
    with base.read() as connection:
        return _view(connection, read_ref(ref), secret, at)


def cancel(base: Base, ref: str, secret: str, *, at: datetime) -> CallbackView:
    """The callback, cancelled; nobody rings any more. Cancelling again changes nothing.

    Raises NotFound, TooLate once it rings or is over.
    """
    with base.write(wakes=True) as connection:
        held = _held(connection, ref, secret)
        if held.state is not CallbackState.CANCELLED:
            _refuse_late(held, at)
            move_to(connection, held, CallbackState.CANCELLED, by=VISITOR, at=at)
        return _view(connection, held.ref, secret, at)


def move(
    base: Base,
    ref: str,
    secret: str,
    slot: Slot | None,
    rules: CallbackRules,
    hours: Hours,
    tz: tzinfo,
    *,
    at: datetime,
) -> CallbackView:
    """The callback at another moment: in this slot, or (None) as soon as possible; one that was missed is tried again.

    Raises NotFound, SlotGone, and TooLate once it rings, is over, or has rung as often as it may in a day.
    """
    with base.write(wakes=True) as connection:
        take_turn(connection, TURN)
        held = _held(connection, ref, secret)
        _refuse_late(held, at)
        if held.state is CallbackState.MISSED and rung_enough(connection, rules, held.line_id, at):
            raise TooLate(f"The callback {held.ref} has rung as often as it may today; ask again tomorrow.")
        if slot and slot.start != held.slot_from:
            refuse_gone(connection, held.public_number, slot, rules, hours, tz, at)
        begins = slot.start if slot else soon(rules, hours, at, tz)
        values = {
            "slot_from": slot and slot.start,
            "slot_until": slot and slot.end,
            "not_before": begins,
            "expires_at": lapses(rules, hours, slot.end if slot else begins, tz),
        }
        # Who chooses a moment gives up the place of a caller: his turn comes by the moment.
        connection.execute(update(Request).where(Request.id == held.request_id).values(place_since=None))
        if held.state in _WITHOUT_ATTEMPT:
            connection.execute(update(Callback).where(Callback.request_id == held.request_id).values(values))
            write_move(connection, held.request_id, held.state, held.state, by=VISITOR, at=at, because="moved")
        else:
            move_to(connection, held, CallbackState.QUEUED, by=VISITOR, at=at, because="moved", values=values)
        return _view(connection, held.ref, secret, at)


def _held(connection: Connection, ref: str, secret: str) -> Held:
    found = hold(connection, Callback.ref == read_ref(ref))
    if not found or not opens(secret, found[0].secret_hash):
        raise _unknown(ref)
    return found[0]


def _refuse_late(held: Held, at: datetime) -> None:
    if held.state not in _CANCELLABLE or held.expires_at <= at:
        told = shown(held.state, held.expires_at <= at)
        raise TooLate(f"The callback {held.ref} is {told}; it can no longer be changed.")


def _view(connection: Connection, ref: str, secret: str, at: datetime) -> CallbackView:
    row = connection.execute(select(*Callback.__table__.c).where(Callback.ref == ref)).one_or_none()
    if row is None or not opens(secret, row.secret_hash):
        raise _unknown(ref)
    state, expired = CallbackState(row.state), row.expires_at <= at
    changeable = state in _CANCELLABLE and not expired
    return CallbackView(
        ref=row.ref,
        shown=shown(state, expired),
        slot=Slot(row.slot_from, row.slot_until) if row.slot_from else None,
        not_before=row.not_before,
        expires_at=row.expires_at,
        public_number=row.public_number,
        site=row.site,
        language=row.language,
        topic=row.topic,
        rings=row.rings,
        can_cancel=changeable,
        can_move=changeable,
    )


def _unknown(ref: str) -> NotFound:
    return NotFound(f"There is no callback {ref[:20]} that this link opens.")
