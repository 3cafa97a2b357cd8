"""Presence: which agents take calls. Staff set it here; the switch process applies it in Asterisk and confirms."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select, update

from records.database.engine import Database
from records.errors import NotFound
from records.schema import Agent as Agents
from records.schema import Presence as Presences
from records.schema import SipAccount as SipAccounts
from records.staff.browser_accounts import browser_account
from records.staff.pauses import begin_pause_in, end_pause_in


class PresenceState(StrEnum):
    OUT = "out"
    READY = "ready"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Presence:
    """The desired presence of an agent. `desk`: the number that colleagues dial, "07"; `outside_number`: E.164.

    `speaks`: languages with callers. `applied_at`: when this `version` was applied in Asterisk, None before.
    `wrapup_until`: the end of the wrap-up of their last call, also in the past (records/staff/wrapups). `rung_for`: the
    call for which they were rung last, which may be over or somebody else's (records/staff/own_calls).
    """

    agent_id: int
    sip_account: str
    name: str
    rank: int
    outside_number: str | None
    speaks: tuple[str, ...]
    state: PresenceState
    reason: str
    since: datetime
    applied_at: datetime | None
    version: int
    desk: str = ""
    wrapup_until: datetime | None = None
    wrapup_lengthened: int = 0
    wrapup_is_ours: bool = False
    browser_account: str | None = None
    """Of their browser, while calls ring there."""
    rung_for: str | None = None


def list_presences(database: Database) -> tuple[Presence, ...]:
    """The presence of every agent, by desk number."""
    with database.read() as connection:
        return _presences(connection, _select_presences())


def set_presence(
    database: Database, agent_id: int, state: PresenceState, *, reason: str = "", by: str, at: datetime
) -> Presence:
    """Sets the agent's presence, still to be applied; committed when this returns.

    The same state again keeps its `since`; a wrap-up is over. What pauses there were is kept (records/staff/pauses).
    Raises NotFound.
    """
    with database.write(notify=True) as connection:
        chosen = Presences.agent_id == agent_id
        if not set_presence_in(connection, chosen, state, reason, by, at):
            raise NotFound(f"There is no agent {agent_id}.")
        return _presences(connection, _select_presences().where(chosen))[0]


def pause_if_ready(database: Database, sip_account: str, *, reason: str, by: str, at: datetime) -> bool:
    """Pauses the agent of this SIP account if they are ready. False: they are not, and nothing changes."""
    agent = select(SipAccounts.claimed_by).where(SipAccounts.name == sip_account).scalar_subquery()
    ready = (Presences.agent_id == agent) & (Presences.state == PresenceState.READY)
    with database.write(notify=True) as connection:
        return set_presence_in(connection, ready, PresenceState.PAUSED, reason, by, at)


def set_presence_in(
    connection: Connection, whom: ColumnElement[bool], state: PresenceState, reason: str, by: str, at: datetime
) -> bool:
    """Like `set_presence`, for the agent whom `whom` chooses, inside a transaction. False: there is none."""
    now = (Presences.state, Presences.reason, Presences.since, Presences.version, Presences.wrapup_until)
    rows = select(Presences.agent_id, *now)
    was = connection.execute(rows.where(whom).with_for_update()).first()
    if was is None:
        return False
    since = was.since if was.state == state else at
    values = {"state": state, "reason": reason, "since": since, "by": by, "version": was.version + 1}
    values["wrapup_until"] = min(was.wrapup_until, at) if was.wrapup_until else None
    connection.execute(update(Presences).where(Presences.agent_id == was.agent_id).values(**values, applied_at=None))
    if state != PresenceState.PAUSED:
        end_pause_in(connection, was.agent_id, at)
    elif (was.state, was.reason) != (state, reason):
        begin_pause_in(connection, was.agent_id, reason=reason, by=by, at=at)
    return True


def mark_applied(database: Database, agent_id: int, version: int, at: datetime) -> None:
    """Marks this version of the agent's presence as applied; a later version remains to be applied."""
    with database.write() as connection:
        reached = (Presences.agent_id == agent_id) & (Presences.version == version)
        connection.execute(update(Presences).where(reached).values(applied_at=at))


def _select_presences() -> Select[*tuple[Any, ...]]:
    agent = (Presences.agent_id, SipAccounts.name.label("sip_account"), Agents.name)
    calls = (Agents.rank, Agents.outside_number, Agents.speaks)
    rows = select(
        *agent,
        *calls,
        Presences.state,
        Presences.reason,
        Presences.since,
        Presences.applied_at,
        Presences.version,
        SipAccounts.desk,
        Presences.wrapup_until,
        Presences.wrapup_lengthened,
        Presences.wrapup_is_ours,
        browser_account(),
        Presences.rung_for,
    )
    rows = rows.join(Agents, Agents.id == Presences.agent_id).join(
        SipAccounts, SipAccounts.claimed_by == Presences.agent_id
    )
    return rows.order_by(SipAccounts.desk)


def _presences(connection: Connection, rows: Select[*tuple[Any, ...]]) -> tuple[Presence, ...]:
    return tuple(_presence(row) for row in connection.execute(rows))


def _presence(row: Row[*tuple[Any, ...]]) -> Presence:
    return Presence(**{**row._mapping, "speaks": tuple(row.speaks.split(",")), "state": PresenceState(row.state)})
