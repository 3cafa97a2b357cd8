"""What becomes of transfers, from the events of the call; and what an agent is told of those that concern them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from records.call_events import CallEvent, CallEventKind
from records.calls.call_rows import list_events
from records.database.engine import Database
from records.schema import Call
from records.staff.presence import Presence
from records.transfers.transfers import TargetKind, Transfer, list_recent

LATELY = timedelta(hours=4)
"""Calls that were handed over longer ago are not looked at."""
TOLD_FOR = timedelta(seconds=30)
"""For so long the agent who handed over is told of the end."""


class Progress(StrEnum):
    UNDER_WAY = "under_way"
    TAKEN = "taken"
    BACK = "back"
    """The agent spoke with a colleague first, and is with the caller again."""
    RETURNED = "returned"
    """Nobody took the call there; it goes back to the agent, or to the front of the queue."""
    FAILED = "failed"
    """The caller was not moved: the talk was over."""


@dataclass(frozen=True, slots=True)
class TransferNews:
    """A transfer that concerns an agent: theirs (`is_own`), or one to them.

    `by_phone` took the call, or speaks about it with the agent who hands over.
    """

    transfer: Transfer
    progress: Progress
    since: datetime
    by_phone: str
    is_own: bool


def tell_progress(transfer: Transfer, events: Iterable[CallEvent]) -> tuple[Progress, datetime, str]:
    """How far the transfer has come, since when, and the telephone that took the call, or answered the agent."""
    if transfer.failed_at:
        return Progress.FAILED, transfer.failed_at, ""
    begun, colleague = transfer.taken_at or transfer.asked_at, ""
    for event in events:
        if event.at <= begun:
            continue
        if event.kind == CallEventKind.CONSULT_ANSWERED:
            colleague = str(event.detail.get("phone", ""))
        if event.kind == CallEventKind.CONSULT_BACK:
            return Progress.BACK, event.at, ""
        if event.kind in (CallEventKind.STAFF_ANSWERED, CallEventKind.CENTRE_ANSWERED):
            return Progress.TAKEN, event.at, str(event.detail.get("phone", ""))
        if event.kind == CallEventKind.TRANSFER_RETURNED:
            return Progress.RETURNED, event.at, ""
    return Progress.UNDER_WAY, begun, colleague


def list_news(database: Database, agent: Presence, at: datetime) -> tuple[TransferNews, ...]:
    """What the agent is told at `at`: callers who come to them, with the note, and what became of those they gave."""
    recent = [one for one in list_recent(database, at - LATELY) if _concerns(one, agent)]
    if not recent:
        return ()
    with database.read() as connection:
        refs = select(Call.ref).where(Call.ref.in_({one.call_ref for one in recent}), Call.ended_at.is_(None))
        events = {ref: list_events(connection, ref) for ref in connection.scalars(refs).all()}
    # Of a call that was handed on, only the last transfer counts.
    last = {one.call_ref: one for one in recent if one.call_ref in events}
    told = (_news(one, events[one.call_ref], agent) for one in last.values())
    return tuple(each for each in told if _is_told(each, agent, at))


def _concerns(transfer: Transfer, agent: Presence) -> bool:
    target = transfer.target
    to_level = target.kind is TargetKind.LEVEL and target.level == agent.rank
    return agent.agent_id in (transfer.from_agent_id, target.agent_id) or to_level


def _news(transfer: Transfer, events: Iterable[CallEvent], agent: Presence) -> TransferNews:
    progress, since, by_phone = tell_progress(transfer, events)
    return TransferNews(transfer, progress, since, by_phone, transfer.from_agent_id == agent.agent_id)


def _is_told(news: TransferNews, agent: Presence, at: datetime) -> bool:
    if news.is_own:
        return news.progress is Progress.UNDER_WAY or at - news.since < TOLD_FOR
    if news.by_phone:
        return news.by_phone == agent.sip_account
    return news.progress is Progress.UNDER_WAY
