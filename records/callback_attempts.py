"""Attempts to reach a visitor, step by step with the switch: each step is in the base before it is taken.

An attempt is known by its channel. Whoever comes late, with the channel of an attempt that is over, is refused: a
visitor is rung once at most for each attempt, whatever dies in between.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from records.base import Base
from records.callback_limits import may_spend
from records.callback_moves import OURSELVES, Held, hold, move_to
from records.callback_queue import is_paused
from records.once import found_or_made
from records.oppositions import BECAUSE as OPPOSED
from records.oppositions import is_opposed_in
from records.schema import Callback, CallbackDecline, PhoneAccount
from records.schema import CallbackAttempt as Attempts
from routing.callback_limits import CallbackLimits
from routing.callback_rules import First
from routing.callback_states import CallbackState

LATER = timedelta(minutes=1)
"""How long one that may not ring now stays out of the line."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the visitor. `channel_id`, "cb-<request>-<n>", is its channel's unique id and its name everywhere."""

    id: int
    request_id: int
    ref: str
    n: int
    channel_id: str
    public_number: str
    language: str
    first: First
    state: CallbackState
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Ringing:
    """Leave to dial the visitor's `line`, showing the number `shown`; E.164 both."""

    line: str
    shown: str
    language: str
    ref: str


def place(base: Base, request_id: int, *, first: First, at: datetime) -> Attempt | None:
    """A new attempt, in line from now on; durable when this returns. None: it waits no more, or for later."""
    with base.write() as connection:
        held = next(iter(hold(connection, Callback.request_id == request_id)), None)
        if held is None or held.state is not CallbackState.QUEUED or not held.not_before <= at < held.expires_at:
            return None
        before = select(func.coalesce(func.max(Attempts.n), 0)).where(Attempts.request_id == request_id)
        n = (connection.scalar(before) or 0) + 1
        row = {"request_id": request_id, "n": n, "channel_id": f"cb-{request_id}-{n}", "first": first}
        connection.execute(insert(Attempts).values(**row, placed_at=at))
        move_to(connection, held, CallbackState.IN_LINE, by=OURSELVES, at=at)
        return _attempts(connection, Attempts.channel_id == row["channel_id"])[0]


def ring(base: Base, channel_id: str, *, at: datetime, limits: CallbackLimits | None = None) -> Ringing | None:
    """Leave to ring the visitor, once; durable when this returns. None: do not dial.

    It is refused to an attempt that is over or has rung, when the callback has expired, and while callbacks are paused,
    the number is opposed, or the day's minutes are used.
    """
    with base.write() as connection:
        if (held := held_by(connection, channel_id)) is None or held.state is not CallbackState.IN_LINE:
            return None
        if is_opposed_in(connection, held.line_id):
            move_to(connection, held, CallbackState.UNRUNG, by=OURSELVES, at=at, because=OPPOSED)
            return None
        if held.expires_at <= at:
            move_to(connection, held, CallbackState.EXPIRED, by=OURSELVES, at=at)
            return None
        if because := _hindrance(connection, limits or CallbackLimits(), at):
            _send_back(connection, held, because, at, LATER)
            return None
        connection.execute(update(Attempts).where(Attempts.channel_id == channel_id).values(rung_at=at))
        rung = {"rings": held.rings + 1}
        move_to(connection, held, CallbackState.VISITOR_RINGING, by=OURSELVES, at=at, values=rung)
        return Ringing(held.line, held.public_number, held.language, held.ref)


def picked_up(base: Base, channel_id: str, *, at: datetime) -> None:
    """Something has answered where the visitor was rung, and is paid for. Told late or twice, it changes nothing."""
    with base.write() as connection:
        unheard = (Attempts.channel_id == channel_id) & Attempts.answered_at.is_(None) & Attempts.ended_at.is_(None)
        connection.execute(update(Attempts).where(unheard).values(answered_at=at))


def talking(base: Base, channel_id: str, *, at: datetime) -> None:
    """The visitor has answered and talks with an agent. Told late or twice, it changes nothing."""
    with base.write() as connection:
        held = held_by(connection, channel_id)
        if held and held.state is CallbackState.VISITOR_RINGING:
            since = func.coalesce(Attempts.answered_at, at)
            connection.execute(update(Attempts).where(Attempts.channel_id == channel_id).values(answered_at=since))
            move_to(connection, held, CallbackState.TALKING, by=OURSELVES, at=at)


def back_in_queue(base: Base, channel_id: str, because: str, *, at: datetime, after: timedelta) -> bool:
    """The attempt is over before the visitor was rung; the callback waits `after` and stands in line again.

    That costs him nothing. False: the attempt was over, or had rung.
    """
    with base.write(wakes=True) as connection:
        held = held_by(connection, channel_id)
        if held is None or held.state is not CallbackState.IN_LINE:
            return False
        _send_back(connection, held, because, at, after)
        return True


def in_flight(base: Base) -> tuple[Attempt, ...]:
    """Every attempt that is not over, oldest first."""
    with base.read() as connection:
        return _attempts(connection, Attempts.ended_at.is_(None))


def decline(base: Base, channel_id: str, phone_account: str, *, at: datetime) -> None:
    """Whose phone account it is does not take this attempt; it costs the visitor nothing."""
    with base.write() as connection:
        rows = select(Attempts.id, PhoneAccount.claimed_by).join(PhoneAccount, PhoneAccount.name == phone_account)
        theirs = (Attempts.channel_id == channel_id) & PhoneAccount.claimed_by.is_not(None)
        if row := connection.execute(rows.where(theirs)).one_or_none():
            new = insert(CallbackDecline).values(attempt_id=row[0], person_id=row[1], at=at)
            found_or_made(connection, _declined(channel_id, phone_account), new.returning(CallbackDecline.attempt_id))


def has_declined(base: Base, channel_id: str, phone_account: str) -> bool:
    """Whether whose phone account it is has declined this attempt."""
    with base.read() as connection:
        return connection.scalar(_declined(channel_id, phone_account)) is not None


def held_by(connection: Connection, channel_id: str) -> Held | None:
    """The callback whose attempt under way has this channel, held; None when the attempt is over."""
    # The row first, then whether the attempt is still its own: another process may have ended it meanwhile.
    of_it = select(Attempts.request_id).where(Attempts.channel_id == channel_id).scalar_subquery()
    held = next(iter(hold(connection, Callback.request_id == of_it)), None)
    under_way = select(Attempts.id).where(Attempts.channel_id == channel_id, Attempts.ended_at.is_(None))
    return held if held and connection.scalar(under_way) is not None else None


def _hindrance(connection: Connection, limits: CallbackLimits, at: datetime) -> str:
    if is_paused(connection, at):
        return "paused"
    return "" if may_spend(connection, limits, at) else "spent"


def _send_back(connection: Connection, held: Held, because: str, at: datetime, after: timedelta) -> None:
    later = {"not_before": at + after}
    move_to(connection, held, CallbackState.QUEUED, by=OURSELVES, at=at, because=because, values=later)


def _attempts(connection: Connection, which: ColumnElement[bool]) -> tuple[Attempt, ...]:
    own = (Attempts.id, Attempts.request_id, Callback.ref, Attempts.n, Attempts.channel_id, Callback.public_number)
    rows = select(*own, Callback.language, Attempts.first, Callback.state, Attempts.placed_at)
    rows = rows.join(Callback, Callback.request_id == Attempts.request_id).where(which).order_by(Attempts.id)
    return tuple(
        Attempt(*row[:7], First(row.first), CallbackState(row.state), row.placed_at) for row in connection.execute(rows)
    )


def _declined(channel_id: str, phone_account: str) -> Select[int]:
    declined = select(CallbackDecline.attempt_id).join(Attempts, Attempts.id == CallbackDecline.attempt_id)
    declined = declined.join(PhoneAccount, PhoneAccount.claimed_by == CallbackDecline.person_id)
    return declined.where(Attempts.channel_id == channel_id, PhoneAccount.name == phone_account)
