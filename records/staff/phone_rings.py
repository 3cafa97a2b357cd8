"""Test rings: a user of the console lets an agent's telephone ring, to see whether it works.

Each is claimed before Asterisk hears of it, and authorized once before Asterisk learns the account: no telephone rings
twice, or late.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.errors import NotFound
from records.schema import PhoneRing as Rings
from records.staff.agents import Agent, get_agent_in
from routing.access.permissions import Permission

EXPIRY = timedelta(seconds=20)
"""A ring that was not handed out by then does not happen any more."""
MAX_DURATION = timedelta(seconds=90)
KEPT = timedelta(days=1)


class RingResult(StrEnum):
    """What came of a ring. The first two are not its end."""

    WAITING = "waiting"
    RINGING = "ringing"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    SILENT = "silent"
    """The telephone did not even say that it rings."""
    BUSY = "busy"
    REJECTED = "rejected"
    NOT_REGISTERED = "not_registered"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    """Our own processes or Asterisk did not do it in time."""


RUNNING = (RingResult.WAITING, RingResult.RINGING)


@dataclass(frozen=True, slots=True)
class PhoneRing:
    id: int
    agent_id: int
    result: RingResult

    @property
    def is_running(self) -> bool:
        return self.result in RUNNING


def request_ring(database: Database, actor: Actor, agent_id: int, *, at: datetime) -> PhoneRing:
    """Asks for one ring; until one that is under way was answered, it is that one. Raises Forbidden, NotFound."""
    actor.require(Permission.MANAGE_AGENTS)
    with database.write(notify=True) as connection:
        acquire_lock(connection, f"ring agent {agent_id}")
        if get_agent_in(connection, agent_id) is None:
            raise NotFound(f"There is no agent {agent_id}.")
        unanswered = (Rings.answered_at.is_(None), Rings.ended_at.is_(None))
        running = select(Rings.id).where(Rings.agent_id == agent_id, *unanswered, Rings.asked_at > at - EXPIRY)
        ring_id = connection.scalar(running.limit(1))
        if ring_id is None:
            connection.execute(delete(Rings).where(Rings.asked_at < at - KEPT))
            values = {"agent_id": agent_id, "asked_at": at, "result": RingResult.WAITING}
            ring_id = connection.execute(insert(Rings).values(values).returning(Rings.id)).scalar_one()
        return PhoneRing(ring_id, agent_id, RingResult.WAITING)


def find_last_ring(database: Database, agent_id: int, *, at: datetime) -> PhoneRing | None:
    """The last ring of the agent's telephone, of the last day."""
    newest = select(*Rings.__table__.c).where(Rings.agent_id == agent_id, Rings.asked_at > at - KEPT)
    with database.read() as connection:
        row = connection.execute(newest.order_by(Rings.asked_at.desc(), Rings.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    late = row.asked_at < at - (EXPIRY if row.rung_at is None else MAX_DURATION)
    result = RingResult(row.result)
    return PhoneRing(row.id, agent_id, RingResult.FAILED if late and result in RUNNING else result)


def claim_rings(database: Database, *, at: datetime) -> tuple[int, ...]:
    """The rings to start now, each given once; committed when this returns."""
    due = (Rings.taken_at.is_(None), Rings.asked_at > at - EXPIRY)
    with database.read() as connection:
        if connection.scalar(select(Rings.id).where(*due).limit(1)) is None:
            return ()
    with database.write() as connection:
        taken = update(Rings).where(*due).values(taken_at=at).returning(Rings.id)
        return tuple(sorted(connection.execute(taken).scalars()))


def authorize_ring(database: Database, ring_id: int, *, at: datetime) -> Agent | None:
    """The agent whose telephone is to ring; None when it was given already, it is too late, or they have left."""
    with database.write() as connection:
        fresh = (Rings.id == ring_id, Rings.taken_at > at - EXPIRY, Rings.rung_at.is_(None))
        rung = update(Rings).where(*fresh).values(rung_at=at, result=RingResult.RINGING).returning(Rings.agent_id)
        agent_id = connection.execute(rung).scalar_one_or_none()
        return None if agent_id is None else get_agent_in(connection, agent_id)


def record_answer(database: Database, ring_id: int, *, at: datetime) -> Agent | None:
    """The agent whose telephone was answered; recorded while the call still goes on."""
    with database.write() as connection:
        open_ = (Rings.id == ring_id, Rings.answered_at.is_(None), Rings.ended_at.is_(None))
        answered = update(Rings).where(*open_).values(answered_at=at, result=RingResult.ANSWERED)
        agent_id = connection.execute(answered.returning(Rings.agent_id)).scalar_one_or_none()
        return None if agent_id is None else get_agent_in(connection, agent_id)


def end_ring(database: Database, ring_id: int, result: RingResult, *, at: datetime) -> None:
    """Records what came of it; a ring that was answered stays so."""
    with database.write() as connection:
        open_ = (Rings.id == ring_id, Rings.ended_at.is_(None))
        connection.execute(update(Rings).where(*open_, Rings.answered_at.is_(None)).values(result=result))
        connection.execute(update(Rings).where(*open_).values(ended_at=at))
