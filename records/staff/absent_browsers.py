"""Agents whose browser is their telephone, and is closed: after a while they are away, and nobody counts on them."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from records.database.engine import Database
from records.schema import Agent as Agents
from records.schema import BrowserPhone as Phones
from records.schema import Presence as Presences
from records.schema import SipAccount as SipAccounts
from records.staff.presence import PresenceState, set_presence_in

BY = "browser"
"""Who has set the presence, for the record."""


def send_away(database: Database, after: timedelta, *, at: datetime) -> tuple[int, ...]:
    """The agents whose browser has been away for so long: they take no calls until they choose to again.

    Whoever answers at a desk or outside phone stays as they are, also with a browser phone that is closed.
    """
    absent = _select_absent(at - after)
    with database.read() as connection:
        if connection.execute(absent).first() is None:
            return ()
    with database.write(notify=True) as connection:
        found = tuple(connection.scalars(absent).all())
        for agent_id in found:
            set_presence_in(connection, Presences.agent_id == agent_id, PresenceState.OUT, "", BY, at)
        return found


def _select_absent(before: datetime) -> Select[int]:
    """`since`: who has just come has as long to open the window of their telephone."""
    rows = select(Presences.agent_id).join(Agents, Agents.id == Presences.agent_id)
    rows = rows.join(SipAccounts, SipAccounts.claimed_by == Agents.id).join(Phones, Phones.desk == SipAccounts.desk)
    there = (Agents.in_browser, Presences.state != PresenceState.OUT, Presences.since <= before)
    gone = (Phones.page == "") | Phones.away_since.is_not(None)
    return rows.where(*there, gone, func.coalesce(Phones.away_since, Presences.since) <= before)
