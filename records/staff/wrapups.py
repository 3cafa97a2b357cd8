"""Wrap-ups: the time after a call through the team's queue in which its agent is not rung, and how they lengthen it.

The end is kept beside the presence (`Presence.wrapup_until`). Whoever chooses a presence, in whichever way, ends it.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, ScalarSelect, or_, select, update

from records.database.engine import Database
from records.schema import Presence as Presences
from records.schema import SipAccount as SipAccounts
from records.staff.presence import Presence, PresenceState

MAX_LENGTHENINGS = 3
"""So many times an agent may lengthen the wrap-up of one call."""


def begin_wrapup(database: Database, sip_account: str, until: datetime, *, is_ours: bool = False) -> None:
    """The agent of this SIP account wraps up a call until then; one who is paused or out stays so.

    `is_ours`: the queue did not give the call, so Asterisk does not keep them from being rung by itself.
    """
    with database.write(durable=False, notify=is_ours) as connection:
        _begin_in(connection, sip_account, until, is_ours)


def begin_wrapup_after(
    database: Database, sip_account: str, ended_at: datetime, wrapup: timedelta, *, is_ours: bool
) -> None:
    """The same after a talk that ended then: once, also when it is told again; an older talk begins none."""
    agent = Presences.agent_id == _agent_of(sip_account)
    is_news = or_(Presences.talk_ended_at.is_(None), Presences.talk_ended_at < ended_at)
    with database.write(durable=False, notify=True) as connection:
        told = update(Presences).where(agent, is_news).values(talk_ended_at=ended_at).returning(Presences.agent_id)
        if connection.execute(told).first():
            _begin_in(connection, sip_account, ended_at + wrapup, is_ours)


def _begin_in(connection: Connection, sip_account: str, until: datetime, is_ours: bool) -> None:
    ready = (Presences.agent_id == _agent_of(sip_account)) & (Presences.state == PresenceState.READY)
    values = {"wrapup_until": until, "wrapup_lengthened": 0, "wrapup_is_ours": is_ours}
    connection.execute(update(Presences).where(ready).values(values))


def _agent_of(sip_account: str) -> ScalarSelect[int | None]:
    return select(SipAccounts.claimed_by).where(SipAccounts.name == sip_account).scalar_subquery()


def lengthen_wrapup(database: Database, agent_id: int, more: timedelta, at: datetime) -> bool:
    """Lengthens the wrap-up that the agent is in. False: they are in none, or have lengthened it often enough."""
    with database.write(notify=True) as connection:
        row = (Presences.agent_id == agent_id) & (Presences.state == PresenceState.READY)
        rows = select(Presences.wrapup_until, Presences.wrapup_lengthened).where(row).with_for_update()
        was = connection.execute(rows).first()
        if was is None or was.wrapup_until is None or was.wrapup_until <= at:
            return False
        if was.wrapup_lengthened >= MAX_LENGTHENINGS:
            return False
        values = {"wrapup_until": was.wrapup_until + more, "wrapup_lengthened": was.wrapup_lengthened + 1}
        connection.execute(update(Presences).where(row).values(**values))
        return True


def find_wrapup_end(presence: Presence, at: datetime) -> datetime | None:
    """When the wrap-up ends that the agent is in; None when they are in none."""
    until = presence.wrapup_until
    return until if presence.state is PresenceState.READY and until is not None and until > at else None


def is_lengthened(presence: Presence, at: datetime) -> bool:
    """Whether the agent is in a wrap-up of which Asterisk knows nothing by itself.

    It is longer than the plan's, or follows a call that the queue did not give.
    """
    unknown = presence.wrapup_lengthened > 0 or presence.wrapup_is_ours
    return unknown and find_wrapup_end(presence, at) is not None
