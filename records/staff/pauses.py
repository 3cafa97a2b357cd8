"""The pauses of agents: when each began and ended, and for which reason. They are kept for KEPT."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from records.database.engine import Database
from records.schema import AgentPause

KEPT = timedelta(days=90)  # long enough to look into last month's; it is personal data of staff


@dataclass(frozen=True, slots=True)
class Pause:
    """`reason`: a name of the plan, another word for colleagues, or "". `ended_at` None: it lasts."""

    reason: str
    by: str
    started_at: datetime
    ended_at: datetime | None


def begin_pause_in(connection: Connection, agent_id: int, *, reason: str, by: str, at: datetime) -> None:
    """A pause begins, inside a transaction; one that lasts ends."""
    end_pause_in(connection, agent_id, at)
    connection.execute(insert(AgentPause).values(agent_id=agent_id, reason=reason, by=by, started_at=at))


def end_pause_in(connection: Connection, agent_id: int, at: datetime) -> None:
    """The pause that lasts ends, if there is one, inside a transaction."""
    lasts = (AgentPause.agent_id == agent_id) & AgentPause.ended_at.is_(None)
    connection.execute(update(AgentPause).where(lasts).values(ended_at=at))


def list_pauses(database: Database, agent_id: int, most: int) -> tuple[Pause, ...]:
    """The last pauses of the agent, at most so many, the newest first."""
    columns = (AgentPause.reason, AgentPause.by, AgentPause.started_at, AgentPause.ended_at)
    rows = select(*columns).where(AgentPause.agent_id == agent_id)
    with database.read() as connection:
        newest_first = rows.order_by(AgentPause.started_at.desc(), AgentPause.id.desc()).limit(most)
        return tuple(Pause(*row) for row in connection.execute(newest_first))


def purge_pauses(database: Database, now: datetime) -> None:
    """Forgets the pauses that ended longer than KEPT ago."""
    with database.write(durable=False) as connection:
        connection.execute(delete(AgentPause).where(AgentPause.ended_at < now - KEPT))
