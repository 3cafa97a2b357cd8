"""The queue of callbacks, and which of them are due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from records.callbacks.limits import is_within_minutes_budget
from records.callbacks.own_phone import is_ringing_own_phone, rings_own_phone
from records.database.engine import Database
from records.messages import blackout_periods
from records.overrides import list_overrides_in
from records.requests.visibility import visible_to_all
from records.schema import Callback, Request
from routing.callbacks.limits import CallbackLimits
from routing.callbacks.states import CallbackState
from routing.overrides import ALL_NUMBERS, OverrideName

_OPEN = (CallbackState.QUEUED, CallbackState.IN_LINE, CallbackState.VISITOR_RINGING, CallbackState.TALKING)


@dataclass(frozen=True, slots=True)
class DueCallback:
    """A callback that is due.

    `queued_since` compares with live callers: the beginning of the wait of a caller who kept their place, the
    beginning of the chosen time slot, or the time of the request.
    """

    request_id: int
    ref: str
    queued_since: datetime
    public_number: str
    is_own_phone: bool = False
    """It rings at the telephone of the agent who asked for it, and needs no place in the queue."""


def find_due_callbacks(
    database: Database,
    *,
    at: datetime,
    limit: int,
    limits: CallbackLimits | None = None,
    open_numbers: Collection[str] | None = None,
) -> tuple[DueCallback, ...]:
    """The due callbacks, longest wait first; none while callbacks are paused or the day's minutes are used up.

    Those that ring at the telephone of the agent who asked for them come first: they take nobody else's time.
    The mediator's are not among them: whoever is free would hear who is called.

    `open_numbers` (E.164): only callbacks from these public numbers, so that those of closed numbers do not block
    them.
    """
    now = (Callback.state == CallbackState.QUEUED) & (Callback.not_before <= at) & (Callback.expires_at > at)
    if open_numbers is not None:
        now &= Callback.public_number.in_(open_numbers)
    own = rings_own_phone(at)
    rows = select(Callback.request_id, Callback.ref, queued_since(), Callback.public_number, own)
    rows = (
        rows.join(Request, Request.id == Callback.request_id)
        .where(now, visible_to_all())
        .order_by(own.desc(), queued_since(), Callback.request_id)
    )
    with database.read() as connection:
        paused = _list_paused_numbers(connection, at)
        rows = rows.where(Callback.public_number.not_in(paused)) if paused else rows
        found = tuple(DueCallback(*row[:4], bool(row[4])) for row in connection.execute(rows.limit(limit)))
        ready = (
            found
            and ALL_NUMBERS not in paused
            and not blackout_periods.is_blackout(connection, at)
            and is_within_minutes_budget(connection, limits or CallbackLimits(), at)
        )
        return found if ready else ()


def will_ring_own_phone(database: Database, ref: str, *, at: datetime) -> bool:
    """Whether the telephone of the agent who asked for this callback is about to ring, or has begun to.

    The switch may be quicker than whoever asks: it wakes as soon as the request is committed.
    """
    due = (Callback.state == CallbackState.QUEUED) & (Callback.not_before <= at) & rings_own_phone(at)
    rows = select(Callback.public_number, is_ringing_own_phone()).join(Request, Request.id == Callback.request_id)
    with database.read() as connection:
        found = connection.execute(rows.where(Callback.ref == ref, due | is_ringing_own_phone())).one_or_none()
        if found is None:
            return False
        public_number, is_ringing = found
        return bool(is_ringing) or not are_callbacks_paused(connection, public_number, at)


def has_open_callbacks(database: Database) -> bool:
    """Whether any callback waits or is under way."""
    with database.read() as connection:
        return connection.scalar(select(Callback.request_id).where(Callback.state.in_(_OPEN)).limit(1)) is not None


def are_callbacks_paused(connection: Connection, public_number: str, at: datetime) -> bool:
    """Whether callbacks of this number (E.164) are paused, by hand or by a blackout period."""
    by_hand = {ALL_NUMBERS, public_number} & set(_list_paused_numbers(connection, at))
    return bool(by_hand) or blackout_periods.is_blackout(connection, at)


def _list_paused_numbers(connection: Connection, at: datetime) -> list[str]:
    """The numbers whose callbacks are paused by hand; ALL_NUMBERS among them when all are."""
    overrides = list_overrides_in(connection)
    return [each.number for each in overrides if each.name is OverrideName.CALLBACKS and each.is_in_force(at)]


def queued_since() -> ColumnElement[datetime]:
    """An SQL expression: since when a callback waits."""
    return func.coalesce(Request.waiting_since, Callback.slot_from, Request.created_at)
