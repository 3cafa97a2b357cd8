"""The limits of the plan, counted in the base: how many wishes came from where, and what our calls cost so far."""

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

from records.base import Base
from records.callback_wish import TooMany
from records.schema import Callback, CallbackAttempt, CallbackPost, Request
from routing.callback_limits import DAY, HOUR, MONTH, CallbackLimits, Origin
from routing.callback_rules import CallbackRules
from routing.callback_states import CallbackState

KEPT = timedelta(days=2)
TURN = "callback"
"""Who takes in a callback takes a turn (records/base.py): what is counted stays so to the end of the transaction."""

# Statements are made once: making one costs more than running it.
_EVERYWHERE, _THERE, _AROUND = (
    true(),
    CallbackPost.address == bindparam("address"),
    CallbackPost.network == bindparam("network"),
)
_WINDOWS: dict[str, tuple[ColumnElement[bool], timedelta]] = {
    "all_hour": (_EVERYWHERE, HOUR),
    "all_day": (_EVERYWHERE, DAY),
    "address_hour": (_THERE, HOUR),
    "address_day": (_THERE, DAY),
    "network_hour": (_AROUND, HOUR),
    "network_day": (_AROUND, DAY),
}
"""By their names in CallbackLimits."""


def _filling(which: ColumnElement[bool], limit: str) -> ScalarSelect[datetime]:
    """When the wish came after whose leaving there is room again, None while there is room."""
    came = select(CallbackPost.at).where(which, CallbackPost.at > bindparam(f"{limit}_since"))
    before = bindparam(f"{limit}_before", type_=Integer)
    return came.order_by(CallbackPost.at.desc()).offset(before).limit(1).scalar_subquery()


_FILLED = select(*(_filling(which, limit) for limit, (which, _) in _WINDOWS.items()))
_NEW_POST = insert(CallbackPost)
_SINCE_DAY: BindParameter[datetime] = bindparam("since_day")
_OF_LINE = Request.line_id == bindparam("line_id")
_RUNG = select(func.count()).select_from(CallbackAttempt).join(Request, Request.id == CallbackAttempt.request_id)
_RUNG = _RUNG.where(_OF_LINE, CallbackAttempt.rung_at > _SINCE_DAY)
_NEVER_RANG = (Callback.state == CallbackState.CANCELLED) & (Callback.rings == 0)
_OF_NUMBER = select(
    func.count(), func.count().filter(Request.created_at > _SINCE_DAY), _RUNG.correlate(None).scalar_subquery()
)
_OF_NUMBER = _OF_NUMBER.select_from(Callback).join(Request, Request.id == Callback.request_id)
_OF_NUMBER = _OF_NUMBER.where(_OF_LINE, Request.created_at > bindparam("since_month"))
_OF_NUMBER = _OF_NUMBER.where(~_NEVER_RANG, Callback.state != CallbackState.UNRUNG)


def refuse_too_many(connection: Connection, limits: CallbackLimits, origin: Origin | None, at: datetime) -> None:
    """Raises TooMany when there came as many wishes from this address, from its network, or in all, as may come."""
    asked: dict[str, object] = {"address": origin and origin.address, "network": origin and origin.network}
    for limit, (_, window) in _WINDOWS.items():
        asked |= {f"{limit}_since": at - window, f"{limit}_before": getattr(limits, limit) - 1}
    filled = connection.execute(_FILLED, asked).one()
    full = [last + window - at for last, (_, window) in zip(filled, _WINDOWS.values(), strict=True) if last]
    if full:
        raise TooMany(max(1, ceil(max(full).total_seconds())))


def count_post(connection: Connection, origin: Origin | None, at: datetime) -> None:
    """One more wish has come, from there (None: from a server of the organisation's own)."""
    where = {"address": origin.address, "network": origin.network} if origin else {}
    connection.execute(_NEW_POST, {"at": at, **where})


def number_is_full(connection: Connection, rules: CallbackRules, line_id: int, at: datetime) -> bool:
    """Whether this number has had its callbacks of the day or of the month; what never could ring does not count."""
    limits = rules.limits
    asked = {"line_id": line_id, "since_day": at - DAY, "since_month": at - MONTH}
    month, day, rung = connection.execute(_OF_NUMBER, asked).one()
    return day >= limits.number_day or month >= limits.number_month or rung >= _rings_a_day(rules)


def rung_enough(connection: Connection, rules: CallbackRules, line_id: int, at: datetime) -> bool:
    """Whether this number was rung as often in 24 hours as its callbacks of a day may ring."""
    rung = connection.scalar(_RUNG, {"line_id": line_id, "since_day": at - DAY}) or 0
    return rung >= _rings_a_day(rules)


def may_spend(connection: Connection, limits: CallbackLimits, at: datetime) -> bool:
    """Whether one more call may be placed, after what the calls of the last 24 hours lasted and cost, whoever or
    whatever answered, and those that ring or last now.

    Operators charge each call by the started minute at worst.
    """
    spent = select(func.sum(CallbackAttempt.talked_s), func.count(CallbackAttempt.talked_s))
    seconds, calls = connection.execute(spent.where(CallbackAttempt.ended_at > at - DAY)).one()
    now = select(CallbackAttempt.rung_at, CallbackAttempt.answered_at)
    under_way = connection.execute(now.where(CallbackAttempt.ended_at.is_(None), CallbackAttempt.rung_at.is_not(None)))
    lasting = [1 + int((at - (row.answered_at or at)).total_seconds()) // 60 for row in under_way]
    return limits.allow_minutes((seconds or 0) // 60 + calls + sum(lasting))


def purge(base: Base, *, at: datetime) -> None:
    """Forgets addresses that no limit looks back to."""
    with base.write(durable=False) as connection:
        connection.execute(delete(CallbackPost).where(CallbackPost.at < at - KEPT))


def _rings_a_day(rules: CallbackRules) -> int:
    return rules.attempts * rules.limits.number_day
