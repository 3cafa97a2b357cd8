"""What a base that comes out of a backup still believes to be going on."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from records import outbox
from records.base import Base
from records.callback_moves import EVENTS, OURSELVES, Held, facts, hold, write_move
from records.calls import events_of, finish
from records.events import Ending, ending_told_by
from records.schema import Call, Callback, CallbackAttempt, ConsoleSession, Invitation
from routing.callback_states import CLOSED, CallbackState

BECAUSE = "restored"

# Of these nobody here knows what has become since the copy was made: perhaps the visitor was rung.
_FOR_STAFF = (CallbackState.TO_CHECK, CallbackState.MISSED, CallbackState.EXPIRED)
_UNKNOWN = tuple(state for state in CallbackState if state not in (*CLOSED, *_FOR_STAFF))


def settle(base: Base, copied_at: datetime, at: datetime) -> None:
    """To be called at `at`, before the base serves anybody; `copied_at` is when the copy was made.

    Calls that were under way end then, as their events tell or as cut; who had asked for a person and reached none
    gets a request. Callbacks that were to be rung wait for a person, whatever their state proved before: none is rung
    by itself. Staff log in anew: a session or an invitation may have been ended since the copy was made.
    """
    with base.write() as connection:
        for ref in connection.execute(select(Call.ref).where(Call.ended_at.is_(None))).scalars().all():
            told = ending_told_by(events_of(connection, ref))
            finish(connection, ref, at=copied_at, ending=Ending.CUT if told == Ending.ABANDONED else told, cause=None)
        for held in hold(connection, Callback.state.in_(_UNKNOWN)):
            _to_check(connection, held, at)
        for opens in (ConsoleSession, Invitation):
            connection.execute(update(opens).where(opens.ended_at.is_(None)).values(ended_at=at))


def _to_check(connection: Connection, held: Held, at: datetime) -> None:
    """No move of a callback's life, in which what is queued has certainly not been rung."""
    after = CallbackState.TO_CHECK
    own = Callback.request_id == held.request_id
    connection.execute(update(Callback).where(own).values(state=after, state_at=at, because=BECAUSE))
    write_move(connection, held.request_id, held.state, after, by=OURSELVES, at=at, because=BECAUSE)
    open_ = (CallbackAttempt.request_id == held.request_id) & CallbackAttempt.ended_at.is_(None)
    connection.execute(update(CallbackAttempt).where(open_).values(ended_at=at, result=BECAUSE))
    told = facts(held.ref, after, held.line, held.public_number, held.language, held.channel, held.site)
    outbox.put(connection, EVENTS[after], told, at)
