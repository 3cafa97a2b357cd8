"""The limits of the plan: how many callbacks were requested from where, and what our calls have cost."""

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    ScalarSelect,
    bindparam,
    delete,
    func,
    insert,
    select,
    true,
)

from records.callbacks.callback_request import CallbackRequest, TooManyCallbacks
from records.callbacks.time_slots import require_available_time_slot
from records.database.engine import Database
from records.schema import Callback, CallbackAttempt, CallbackSubmission, Request
from routing.access.client_network import ClientNetwork, parse_client_network
from routing.callbacks.limits import DAY, HOUR, MONTH, CallbackLimits
from routing.callbacks.rules import CallbackRules
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms

RETENTION = timedelta(days=2)
LOCK_NAME = "callback"
"""The lock under which callbacks are counted and accepted: a count holds until the end of the transaction."""

# Statements are built once: building one costs more than executing it.
_EVERYWHERE, _THERE, _AROUND = (
    true(),
    CallbackSubmission.address == bindparam("address"),
    CallbackSubmission.network == bindparam("network"),
)
_WINDOWS: dict[str, tuple[ColumnElement[bool], timedelta]] = {
    "all_hour": (_EVERYWHERE, HOUR),
    "all_day": (_EVERYWHERE, DAY),
    "address_hour": (_THERE, HOUR),
    "address_day": (_THERE, DAY),
    "network_hour": (_AROUND, HOUR),
    "network_day": (_AROUND, DAY),
}
"""Keys: the fields of CallbackLimits."""


def _window_start(which: ColumnElement[bool], limit: str) -> ScalarSelect[datetime]:
    """When the oldest submission that fills the limit came; None while there is room."""
    came = select(CallbackSubmission.at).where(which, CallbackSubmission.at > bindparam(f"{limit}_since"))
    before = bindparam(f"{limit}_before", type_=Integer)
    return came.order_by(CallbackSubmission.at.desc()).offset(before).limit(1).scalar_subquery()


_FILLED = select(*(_window_start(which, limit) for limit, (which, _) in _WINDOWS.items()))
_NEW_POST = insert(CallbackSubmission)
_SINCE_DAY: BindParameter[datetime] = bindparam("since_day")
_OF_LINE = Request.line_id == bindparam("line_id")
_RUNG = select(func.count()).select_from(CallbackAttempt).join(Request, Request.id == CallbackAttempt.request_id)
_RUNG = _RUNG.where(_OF_LINE, CallbackAttempt.rung_at > _SINCE_DAY)
_NEVER_RANG = (Callback.state == CallbackState.CANCELLED) & (Callback.dial_count == 0)
_OF_NUMBER = select(
    func.count(), func.count().filter(Request.created_at > _SINCE_DAY), _RUNG.correlate(None).scalar_subquery()
)
_OF_NUMBER = _OF_NUMBER.select_from(Callback).join(Request, Request.id == Callback.request_id)
_OF_NUMBER = _OF_NUMBER.where(_OF_LINE, Request.created_at > bindparam("since_month"))
_OF_NUMBER = _OF_NUMBER.where(~_NEVER_RANG, Callback.state != CallbackState.UNRUNG)


def enforce_limits(
    connection: Connection, callback_request: CallbackRequest, terms: CallbackTerms, at: datetime
) -> None:
    """Counts a form's submission, and refuses what the plan's limits and time slots do not allow.

    Acquire the lock first. Raises TooManyCallbacks, TimeSlotUnavailable.
    """
    if callback_request.by_form:
        enforce_form_limits(connection, terms.rules.limits, callback_request.address, at)
    if callback_request.time_slot:
        require_available_time_slot(connection, callback_request.public_number, callback_request.time_slot, terms, at)


def enforce_form_limits(connection: Connection, limits: CallbackLimits, address: str | None, at: datetime) -> None:
    """Counts what a form sends from this address; None: a server of a site. Raises TooManyCallbacks beyond the limits.

    Acquire the lock first.
    """
    origin = parse_client_network(address) if address else None
    _enforce_rate_limits(connection, limits, origin, at)
    _record_submission(connection, origin, at)


def _enforce_rate_limits(
    connection: Connection, limits: CallbackLimits, origin: ClientNetwork | None, at: datetime
) -> None:
    """Raises TooManyCallbacks when as many submissions came from the address, its network or in all as may come."""
    asked: dict[str, object] = {"address": origin and origin.address, "network": origin and origin.network}
    for limit, (_, window) in _WINDOWS.items():
        asked |= {f"{limit}_since": at - window, f"{limit}_before": getattr(limits, limit) - 1}
    filled = connection.execute(_FILLED, asked).one()
    full = [last + window - at for last, (_, window) in zip(filled, _WINDOWS.values(), strict=True) if last]
    if full:
        raise TooManyCallbacks(max(1, ceil(max(full).total_seconds())))


def _record_submission(connection: Connection, origin: ClientNetwork | None, at: datetime) -> None:
    """`origin` is None for a submission from a server of the site."""
    where = {"address": origin.address, "network": origin.network} if origin else {}
    connection.execute(_NEW_POST, {"at": at, **where})


def has_reached_number_limit(connection: Connection, rules: CallbackRules, line_id: int, at: datetime) -> bool:
    """Whether the number has had its callbacks of the day or month; those that could never be dialled do not count."""
    limits = rules.limits
    asked = {"line_id": line_id, "since_day": at - DAY, "since_month": at - MONTH}
    month, day, dials = connection.execute(_OF_NUMBER, asked).one()
    return bool(day >= limits.number_day or month >= limits.number_month or dials >= _max_attempts_per_day(rules))


def has_reached_attempt_limit(connection: Connection, rules: CallbackRules, line_id: int, at: datetime) -> bool:
    """Whether the number was called in 24 hours as often as its callbacks of one day allow."""
    dials = connection.scalar(_RUNG, {"line_id": line_id, "since_day": at - DAY}) or 0
    return dials >= _max_attempts_per_day(rules)


def is_within_minutes_budget(connection: Connection, limits: CallbackLimits, at: datetime) -> bool:
    """Whether one more call fits into the budget of the last 24 hours: calls that ended, and those under way.

    Each call counts by started minutes, the highest tariff, whether a person or a machine answered.
    """
    spent = select(func.sum(CallbackAttempt.talked_s), func.count(CallbackAttempt.talked_s))
    seconds, calls = connection.execute(spent.where(CallbackAttempt.ended_at > at - DAY)).one()
    now = select(CallbackAttempt.rung_at, CallbackAttempt.answered_at)
    under_way = connection.execute(now.where(CallbackAttempt.ended_at.is_(None), CallbackAttempt.rung_at.is_not(None)))
    lasting = [1 + int((at - (row.answered_at or at)).total_seconds()) // 60 for row in under_way]
    return limits.allows_another_call((seconds or 0) // 60 + calls + sum(lasting))


def purge_submissions(database: Database, *, at: datetime) -> None:
    """Deletes addresses that no limit looks back to."""
    with database.write(durable=False) as connection:
        connection.execute(delete(CallbackSubmission).where(CallbackSubmission.at < at - RETENTION))


def _max_attempts_per_day(rules: CallbackRules) -> int:
    return rules.attempts * rules.limits.number_day
