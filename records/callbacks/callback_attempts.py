"""Attempts to reach a visitor. Each step is committed before Asterisk takes it.

An attempt is identified by its channel. A late event on the channel of an attempt that is over is refused: each
attempt dials the visitor at most once, whichever process dies in between.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from records.actor import SYSTEM
from records.callbacks.attempt_channel_id import attempt_channel_id
from records.callbacks.callback_queue import are_callbacks_paused
from records.callbacks.do_not_call import is_do_not_call_in
from records.callbacks.expiry import is_over
from records.callbacks.limits import is_within_minutes_budget
from records.callbacks.own_phone import find_own_phone, spare_agent_of_last
from records.callbacks.transitions import Cause, LockedCallback, lock_callbacks, transition_to
from records.database.engine import Database
from records.database.get_or_create import get_or_create
from records.schema import Callback, CallbackRejection, SipAccount
from records.schema import CallbackAttempt as Attempts
from routing.callbacks.acceptance import NotDialledReason
from routing.callbacks.limits import CallbackLimits
from routing.callbacks.rules import DialFirst
from routing.callbacks.states import CallbackState
from routing.request_rules import MEDIATION_LEVEL

RETRY_DELAY = timedelta(minutes=1)
"""How long a callback that may not be dialled now stays out of the queue."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to reach the visitor. `channel_id`, "cb-<request>-<n>", is the unique id of its channel."""

    id: int
    request_id: int
    ref: str
    n: int
    channel_id: str
    public_number: str
    language: str
    dial_first: DialFirst
    state: CallbackState
    placed_at: datetime
    sip_account: str | None = None
    """Of the agent who asked for it: their telephone alone rings. None: the attempt waits in the queue."""


@dataclass(frozen=True, slots=True)
class DialAuthorization:
    """Authorization to dial the visitor's `line` with the caller ID `caller_id_number`; both E.164."""

    line: str
    caller_id_number: str
    language: str
    ref: str


def start_attempt(database: Database, request_id: int, *, dial_first: DialFirst, at: datetime) -> Attempt | None:
    """A new attempt, committed when this returns.

    None: the callback is no longer queued, its time has not come, or it is the mediator's.
    """
    with database.write() as connection:
        callback = next(iter(lock_callbacks(connection, Callback.request_id == request_id)), None)
        if (
            callback is None
            or callback.state is not CallbackState.QUEUED
            or callback.level >= MEDIATION_LEVEL
            or not callback.not_before <= at < callback.expires_at
        ):
            return None
        before = select(func.coalesce(func.max(Attempts.n), 0)).where(Attempts.request_id == request_id)
        n = (connection.scalar(before) or 0) + 1
        own = find_own_phone(connection, request_id, at) if n == 1 else None
        row = {
            "request_id": request_id,
            "n": n,
            "channel_id": attempt_channel_id(request_id, n),
            "dial_first": DialFirst.AGENT if own else dial_first,
            "agent_id": own,
        }
        attempt_id = connection.execute(insert(Attempts).values(**row, placed_at=at).returning(Attempts.id))
        spare_agent_of_last(connection, attempt_id.scalar_one(), at)
        transition_to(connection, callback, CallbackState.IN_LINE, Cause(SYSTEM, at))
        return _attempts(connection, Attempts.channel_id == row["channel_id"])[0]


def authorize_dial(
    database: Database, channel_id: str, *, at: datetime, limits: CallbackLimits | None = None
) -> DialAuthorization | None:
    """Authorization to dial the visitor once, committed when this returns. None: do not dial.

    It is refused to an attempt that is over or has dialled, for an expired callback, while callbacks are paused, for a
    number on the do-not-call list, and when the day's minutes are used up.
    """
    with database.write() as connection:
        if (
            callback := lock_callback_of_attempt(connection, channel_id)
        ) is None or callback.state is not CallbackState.IN_LINE:
            return None
        if is_do_not_call_in(connection, callback.line_id):
            transition_to(connection, callback, CallbackState.UNRUNG, Cause(SYSTEM, at, NotDialledReason.DO_NOT_CALL))
            return None
        if is_over(connection, callback, at):
            transition_to(connection, callback, CallbackState.EXPIRED, Cause(SYSTEM, at))
            return None
        if reason := _reason_not_to_dial(connection, callback, limits or CallbackLimits(), at):
            _send_back(connection, callback, reason, at, RETRY_DELAY)
            return None
        connection.execute(update(Attempts).where(Attempts.channel_id == channel_id).values(rung_at=at))
        values = {"dial_count": callback.dial_count + 1}
        transition_to(connection, callback, CallbackState.VISITOR_RINGING, Cause(SYSTEM, at), values=values)
        return DialAuthorization(callback.line, callback.public_number, callback.language, callback.ref)


def mark_picked_up(database: Database, channel_id: str, *, at: datetime) -> None:
    """The visitor's call was answered, and costs money from now on. Late or repeated calls change nothing."""
    with database.write() as connection:
        unheard = (Attempts.channel_id == channel_id) & Attempts.answered_at.is_(None) & Attempts.ended_at.is_(None)
        connection.execute(update(Attempts).where(unheard).values(answered_at=at))


def mark_talking(database: Database, channel_id: str, *, at: datetime) -> None:
    """The visitor has answered and talks with an agent. Late or repeated calls change nothing."""
    with database.write() as connection:
        callback = lock_callback_of_attempt(connection, channel_id)
        if callback and callback.state is CallbackState.VISITOR_RINGING:
            since = func.coalesce(Attempts.answered_at, at)
            connection.execute(update(Attempts).where(Attempts.channel_id == channel_id).values(answered_at=since))
            transition_to(connection, callback, CallbackState.TALKING, Cause(SYSTEM, at))


def requeue(database: Database, channel_id: str, reason: str, *, at: datetime, delay: timedelta) -> bool:
    """Ends an attempt that did not dial; the callback is queued again, and due after `delay`.

    It does not count against the visitor. False: the attempt was over, or had dialled.
    """
    with database.write(notify=True) as connection:
        callback = lock_callback_of_attempt(connection, channel_id)
        if callback is None or callback.state is not CallbackState.IN_LINE:
            return False
        _send_back(connection, callback, reason, at, delay)
        return True


def list_active_attempts(database: Database) -> tuple[Attempt, ...]:
    """Every attempt that is not over, oldest first."""
    with database.read() as connection:
        return _attempts(connection, Attempts.ended_at.is_(None))


def reject_offer(database: Database, channel_id: str, sip_account: str, *, at: datetime) -> None:
    """The agent of this SIP account rejects the attempt; it does not count against the visitor."""
    with database.write() as connection:
        rows = select(Attempts.id, SipAccount.claimed_by).join(SipAccount, SipAccount.name == sip_account)
        theirs = (Attempts.channel_id == channel_id) & SipAccount.claimed_by.is_not(None)
        if row := connection.execute(rows.where(theirs)).one_or_none():
            new = insert(CallbackRejection).values(attempt_id=row[0], agent_id=row[1], at=at)
            get_or_create(connection, _rejections(channel_id, sip_account), new.returning(CallbackRejection.attempt_id))


def has_rejected_offer(database: Database, channel_id: str, sip_account: str) -> bool:
    """Whether the agent of this SIP account has rejected the attempt."""
    with database.read() as connection:
        return connection.scalar(_rejections(channel_id, sip_account)) is not None


def lock_callback_of_attempt(connection: Connection, channel_id: str) -> LockedCallback | None:
    """The callback whose attempt has this channel, locked; None when the attempt is over."""
    # The row first, then whether the attempt is still the current one: another process may have ended it meanwhile.
    of_it = select(Attempts.request_id).where(Attempts.channel_id == channel_id).scalar_subquery()
    callback = next(iter(lock_callbacks(connection, Callback.request_id == of_it)), None)
    under_way = select(Attempts.id).where(Attempts.channel_id == channel_id, Attempts.ended_at.is_(None))
    return callback if callback and connection.scalar(under_way) is not None else None


def _reason_not_to_dial(connection: Connection, callback: LockedCallback, limits: CallbackLimits, at: datetime) -> str:
    if are_callbacks_paused(connection, callback.public_number, at):
        return "paused"
    return "" if is_within_minutes_budget(connection, limits, at) else "spent"


def _send_back(connection: Connection, callback: LockedCallback, reason: str, at: datetime, after: timedelta) -> None:
    later = {"not_before": at + after}
    transition_to(connection, callback, CallbackState.QUEUED, Cause(SYSTEM, at, reason), values=later)


def _attempts(connection: Connection, which: ColumnElement[bool]) -> tuple[Attempt, ...]:
    own = (Attempts.id, Attempts.request_id, Callback.ref, Attempts.n, Attempts.channel_id, Callback.public_number)
    rows = select(*own, Callback.language, Attempts.dial_first, Callback.state, Attempts.placed_at, SipAccount.name)
    rows = rows.join(Callback, Callback.request_id == Attempts.request_id)
    rows = rows.outerjoin(SipAccount, SipAccount.claimed_by == Attempts.agent_id).where(which).order_by(Attempts.id)
    return tuple(
        Attempt(*row[:7], DialFirst(row.dial_first), CallbackState(row.state), row.placed_at, row.name)
        for row in connection.execute(rows)
    )


def _rejections(channel_id: str, sip_account: str) -> Select[int]:
    declined = select(CallbackRejection.attempt_id).join(Attempts, Attempts.id == CallbackRejection.attempt_id)
    declined = declined.join(SipAccount, SipAccount.claimed_by == CallbackRejection.agent_id)
    return declined.where(Attempts.channel_id == channel_id, SipAccount.name == sip_account)
