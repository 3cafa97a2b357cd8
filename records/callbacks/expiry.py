"""Expiry: the clock of each callback, which stands still in a hold, and callbacks whose clock has run out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select, update

from records.actor import SYSTEM
from records.callbacks.terms import get_terms_in_force, with_holds
from records.callbacks.transitions import Cause, LockedCallback, lock_callbacks, transition_to
from records.database.engine import Database
from records.schema import Callback
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import renewed_expiry

_S = CallbackState
_EXPIRING = (_S.QUEUED, _S.IN_LINE, _S.MISSED)
# The expiry time of these is shown too. That of UNRUNG must not reveal that it would never have been dialled.
_WITH_CLOCK = (*_EXPIRING, _S.VISITOR_RINGING, _S.TALKING, _S.TO_CHECK, _S.UNRUNG)
_AHEAD = timedelta(minutes=10)
"""A clock is checked again this long before it runs out, so that no visitor reads that a held callback has expired."""
_BATCH = 200
"""Callbacks in one transaction: calls under way wait for it."""


class _Clock(NamedTuple):
    request_id: int
    public_number: str
    clock_from: datetime | None
    clock_s: int | None
    expires_at: datetime


_CLOCKS = select(*(Callback.__table__.c[name] for name in _Clock._fields))


def expire_callbacks(database: Database, *, at: datetime) -> int:
    """Expires callbacks whose clock has run out, and counts them: nobody dials them, and their links no longer work.

    Their requests stay open for staff, because nobody was reached, as do those of callbacks to check.
    """
    _renew(database, _list_clocks(database, until=at + _AHEAD, since=at), at)
    if not _list_clocks(database, until=at, states=_EXPIRING, limit=1):
        return 0
    _renew(database, _list_clocks(database, until=at, states=_EXPIRING), at)
    over = Callback.state.in_(_EXPIRING) & (Callback.expires_at <= at)
    with database.write() as connection:
        expired = lock_callbacks(connection, over)
        for callback in expired:
            transition_to(connection, callback, CallbackState.EXPIRED, Cause(SYSTEM, at))
        return len(expired)


def renew_clocks(database: Database, *, at: datetime) -> None:
    """Works out again when each callback expires. Call it when a hold has begun or ended."""
    _renew(database, _list_clocks(database, since=at), at)


def is_over(connection: Connection, callback: LockedCallback, at: datetime) -> bool:
    """Whether the clock of this callback has run out at `at`."""
    if callback.expires_at > at:
        return False
    clock = connection.execute(_CLOCKS.where(Callback.request_id == callback.request_id)).one()
    return _expiry(_terms(connection, callback.public_number, at), _Clock(*clock), at) <= at


def _list_clocks(
    database: Database,
    *,
    until: datetime | None = None,
    since: datetime | None = None,
    states: Iterable[CallbackState] = _WITH_CLOCK,
    limit: int | None = None,
) -> tuple[_Clock, ...]:
    """The clocks that run out after `since` and not after `until`, as far as was known."""
    which: ColumnElement[bool] = Callback.state.in_(states)
    if until is not None:
        which &= Callback.expires_at <= until
    if since is not None:
        which &= Callback.expires_at > since
    with database.read() as connection:
        rows = connection.execute(_CLOCKS.where(which).order_by(Callback.expires_at).limit(limit))
        return tuple(_Clock(*row) for row in rows)


def _renew(database: Database, clocks: tuple[_Clock, ...], at: datetime) -> None:
    """Stores what has changed; most of the time that is nothing, and nothing is written."""
    if not clocks:
        return
    with database.read() as connection:
        terms = {number: _terms(connection, number, at) for number in {clock.public_number for clock in clocks}}
    changes = [change for clock in clocks if (change := _change(terms[clock.public_number], clock, at))]
    for first in range(0, len(changes), _BATCH):
        with database.write() as connection:
            for before, values in changes[first : first + _BATCH]:
                # Unless somebody has chosen another time meanwhile.
                same = (Callback.request_id == before.request_id) & (Callback.expires_at == before.expires_at)
                connection.execute(update(Callback).where(same).values(values))


def _change(terms: CallbackTerms, clock: _Clock, at: datetime) -> tuple[_Clock, dict[str, object]] | None:
    if clock.clock_from is None or clock.clock_s is None:  # accepted before clocks were stored: it runs from now on
        left = max(0, round((clock.expires_at - at).total_seconds()))
        return (clock, {"clock_from": at, "clock_s": left}) if left else None
    expires_at = _expiry(terms, clock, at)
    return (clock, {"expires_at": expires_at}) if expires_at != clock.expires_at else None


def _expiry(terms: CallbackTerms, clock: _Clock, at: datetime) -> datetime:
    if clock.clock_from is None or clock.clock_s is None:
        return clock.expires_at
    return renewed_expiry(terms, clock.clock_from, timedelta(seconds=clock.clock_s), at)


def _terms(connection: Connection, public_number: str, at: datetime) -> CallbackTerms:
    return with_holds(connection, get_terms_in_force(connection, public_number), at)
