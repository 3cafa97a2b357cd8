"""Consultations: an agent speaks with a colleague while the caller hears music, before the caller is handed over.

Each begins as a transfer that `speaks_first`. How far it has come is told by the events of the call; by a step the
agent asks for what comes next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from records.call_events import CallEvent, CallEventKind
from records.calls.call_rows import list_events
from records.calls.statistics import MAX_CALL_DURATION
from records.database.engine import Database
from records.schema import Call
from records.schema import Transfer as Transfers
from records.transfers.receivers import list_receivers
from records.transfers.transfers import EXPIRY, NotTalking, Target, TargetKind, Transfer, list_recent


class Stage(StrEnum):
    RINGING = "ringing"
    SPEAKING = "speaking"
    """The agent and the colleague; the caller hears music."""
    TOGETHER = "together"
    """All three."""
    OVER = "over"


class Step(StrEnum):
    """The values are stored, and extensions of the context [consult-step]."""

    LEAVE = "leave"
    """The agent leaves the caller and the colleague alone."""
    BACK = "back"
    """The agent is alone with the caller again."""
    JOIN = "join"
    """All three speak."""


POSSIBLE: dict[Stage, frozenset[Step]] = {
    Stage.RINGING: frozenset({Step.BACK}),
    Stage.SPEAKING: frozenset({Step.LEAVE, Step.BACK, Step.JOIN}),
    Stage.TOGETHER: frozenset({Step.LEAVE, Step.BACK}),
    Stage.OVER: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Consultation:
    """A consultation that an agent has begun; `phone` is the SIP account of the colleague who answered, or ""."""

    transfer: Transfer
    stage: Stage
    phone: str


def tell_stage(transfer: Transfer, events: Iterable[CallEvent]) -> tuple[Stage, str]:
    """How far the consultation has come, and the telephone of the colleague who answered, or ""."""
    if transfer.failed_at:
        return Stage.OVER, ""
    stage, colleague = Stage.RINGING, ""
    for event in events:
        phone = str(event.detail.get("phone", ""))
        if event.at <= (transfer.taken_at or transfer.asked_at):
            continue
        if event.kind == CallEventKind.CONSULT_ANSWERED:
            stage, colleague = Stage.SPEAKING, phone
        elif event.kind == CallEventKind.STAFF_ANSWERED and phone != transfer.from_account:
            stage, colleague = Stage.TOGETHER, phone
        elif event.kind in (CallEventKind.CONSULT_BACK, CallEventKind.TRANSFER_RETURNED, CallEventKind.STAFF_LEFT):
            return Stage.OVER, colleague
    return stage, colleague


def find_consultation(database: Database, agent_id: int, at: datetime) -> Consultation | None:
    """The consultation in which this agent is: they have begun it, the call goes on, and it is not over."""
    begun = [one for one in list_recent(database, at - MAX_CALL_DURATION) if one.from_agent_id == agent_id]
    last = begun[-1] if begun else None
    if last is None or not last.speaks_first or (last.taken_at is None and last.asked_at <= at - EXPIRY):
        return None
    with database.read() as connection:
        if connection.scalar(select(Call.ref).where(Call.ref == last.call_ref, Call.ended_at.is_(None))) is None:
            return None
        stage, phone = tell_stage(last, list_events(connection, last.call_ref))
    return None if stage is Stage.OVER else Consultation(last, stage, phone)


def request_step(database: Database, agent_id: int, step: Step, *, at: datetime) -> None:
    """Asks for the next step; committed when this returns. Raises NotTalking when it is not possible (any more)."""
    found = find_consultation(database, agent_id, at)
    if found is None or step not in POSSIBLE[found.stage]:
        raise NotTalking
    with database.write(notify=True) as connection:
        row = Transfers.id == found.transfer.id
        connection.execute(update(Transfers).where(row).values(step=step, step_asked_at=at))


def claim_steps(database: Database, *, at: datetime) -> tuple[tuple[Transfer, Step], ...]:
    """The steps to take now, each given once; committed when this returns. One that is too old is dropped."""
    asked = (Transfers.asked_at > at - MAX_CALL_DURATION, Transfers.step.is_not(None))
    with database.read() as connection:
        if connection.scalar(select(Transfers.id).where(*asked).limit(1)) is None:
            return ()
    wanted = [one for one in list_recent(database, at - MAX_CALL_DURATION) if one.step]
    with database.write() as connection:
        taken = Transfers.id.in_([one.id for one in wanted])
        connection.execute(update(Transfers).where(taken).values(step=None))
    return tuple((one, Step(one.step)) for one in wanted if one.step and (one.step_asked_at or at) > at - EXPIRY)


def list_consulted(database: Database, transfer: Transfer, *, at: datetime) -> tuple[str, ...]:
    """The SIP accounts that ring: that of the person, or those of the level who are free and speak the language."""
    target: Target = transfer.target
    if target.kind is TargetKind.PERSON:
        return (transfer.to_account,)
    with database.read() as connection:
        language = connection.scalar(select(Call.language).where(Call.ref == transfer.call_ref))
    people = [one.presence for one in list_receivers(database, at) if one.is_free]
    return tuple(
        one.sip_account
        for one in people
        if one.rank == target.level and language in one.speaks and one.agent_id != transfer.from_agent_id
    )
