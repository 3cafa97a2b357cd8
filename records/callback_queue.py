"""The line of callbacks that wait, and whose turn it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from records import embargoes
from records.base import Base
from records.callback_limits import may_spend
from records.callback_moves import OURSELVES, hold, move_to
from records.schema import Callback, Request, Switch
from records.switches import SwitchName
from routing.callback_limits import CallbackLimits
from routing.callback_states import CallbackState

_EXPIRING = (CallbackState.QUEUED, CallbackState.IN_LINE, CallbackState.MISSED)


@dataclass(frozen=True, slots=True)
class Due:
    """A callback whose moment has come. `entered`: since when it waits, beside live callers: the beginning of the wait
    of a caller who kept his place, of the slot that was chosen, or when it was asked for."""

    request_id: int
    ref: str
    entered: datetime
    public_number: str


def due(
    base: Base,
    *,
    at: datetime,
    most: int,
    limits: CallbackLimits | None = None,
    open_numbers: Collection[str] | None = None,
) -> tuple[Due, ...]:
    """Whose moment has come, the longest wait first; nobody while callbacks are paused or the day's minutes used.

    `open_numbers` (E.164): only those whom these numbers of ours call, so that others who wait are not in their way.
    """
    now = (Callback.state == CallbackState.QUEUED) & (Callback.not_before <= at) & (Callback.expires_at > at)
    if open_numbers is not None:
        now &= Callback.public_number.in_(open_numbers)
    rows = select(Callback.request_id, Callback.ref, entered(), Callback.public_number)
    rows = rows.join(Request, Request.id == Callback.request_id).where(now).order_by(entered(), Callback.request_id)
    with base.read() as connection:
        found = tuple(Due(*row) for row in connection.execute(rows.limit(most)))
        ready = found and not is_paused(connection, at) and may_spend(connection, limits or CallbackLimits(), at)
        return found if ready else ()


def expire(base: Base, *, at: datetime) -> int:
    """Nobody rings those whose time is over, nor do their links open anything; counts them.

    Their requests stay open for staff, for nobody was reached; so does what is to be checked.
    """
    over = Callback.state.in_(_EXPIRING) & (Callback.expires_at <= at)
    with base.read() as connection:
        if connection.scalar(select(Callback.request_id).where(over).limit(1)) is None:
            return 0
    with base.write() as connection:
        expired = hold(connection, over)
        for held in expired:
            move_to(connection, held, CallbackState.EXPIRED, by=OURSELVES, at=at)
        return len(expired)


def is_paused(connection: Connection, at: datetime) -> bool:
    """Whether somebody has stopped all callbacks by hand, or an embargo holds them."""
    by_hand = connection.scalar(select(Switch.on).where(Switch.name == SwitchName.CALLBACKS))
    return bool(by_hand) or embargoes.holds(connection, at)


def entered() -> ColumnElement[datetime]:
    """Since when a callback waits, in SQL."""
    return func.coalesce(Request.place_since, Callback.slot_from, Request.created_at)
