"""A line asks to be rung back while its last wish is still open: one callback for each line."""

from datetime import datetime

from sqlalchemy import Connection, update

from records.callback_moves import VISITOR, Held, hold, move_to, write_move
from records.callback_wish import Accepted, CallbackChannel, Wish
from records.requests import RequestKind, keep_place
from records.schema import Callback, Request
from routing.callback_slots import Slot
from routing.callback_states import CallbackState

BECAUSE = "asked again"


def make_room(connection: Connection, wish: Wish, accepted: Accepted, line_id: int, at: datetime) -> bool:
    """True when no open callback of this line is in the way any more: nobody was going to ring it by itself.

    One that waits is kept.
    """
    open_ = (Request.line_id == line_id) & (Request.kind == RequestKind.CALLBACK) & Request.closed_at.is_(None)
    for held in hold(connection, open_):
        if held.state not in (CallbackState.MISSED, CallbackState.EXPIRED):
            _wish_again(connection, held, wish, accepted, at)
            return False
        move_to(connection, held, CallbackState.CANCELLED, by=VISITOR, at=at, because=BECAUSE)
    return True  # somebody else may have closed it in this very moment


def _wish_again(connection: Connection, held: Held, wish: Wish, accepted: Accepted, at: datetime) -> None:
    """The newer wish of who asks himself wins, with the longer of both waits; a form changes nothing of another's."""
    if wish.channel is CallbackChannel.WEB:
        return
    if wish.place_since:
        keep_place(connection, held.request_id, wish.place_since)
    if held.state is CallbackState.QUEUED:
        when = {"not_before": accepted.not_before, "expires_at": accepted.expires_at, **slot_of(wish.slot)}
        connection.execute(update(Callback).where(Callback.request_id == held.request_id).values(when))
        write_move(connection, held.request_id, held.state, held.state, by=wish.channel, at=at, because=BECAUSE)


def slot_of(slot: Slot | None) -> dict[str, datetime | None]:
    """The columns of a callback's slot."""
    return {"slot_from": slot.start if slot else None, "slot_until": slot.end if slot else None}
