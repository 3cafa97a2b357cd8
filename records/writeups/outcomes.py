"""What became of a call, as its agent says while they talk and in the wrap-up: one of the outcomes of the plan.

It is an event of the call, so that the story, the history of the card and programs tell of it.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import select, update

from records.actor import Actor
from records.call_events import CallEvent, CallEventKind
from records.calls.call_notes import find_or_create_writeup, require_own_call
from records.calls.call_rows import add_events_in, list_events, list_events_of, lock_call
from records.database.engine import Database
from records.inbox.resolution import resolve_request_in
from records.schema import CallWriteup as Writeups
from records.webhooks.record_events import agent_reported
from routing.access.permissions import Permission


def give_outcome(database: Database, actor: Actor, agent_id: int, ref: str, outcome: str, *, at: datetime) -> None:
    """The agent says, or says anew, what became of their call; `outcome`: the name of one of the plan's.

    It closes the request that a wrap-up without an outcome has left. Raises NotFound for a call that is not theirs.
    """
    actor.require(Permission.SEE_CALLS)
    with database.write(notify=True) as connection:
        phone = require_own_call(connection, agent_id, ref, at)
        lock_call(connection, ref)
        if find_outcome(list_events(connection, ref), phone) != outcome:
            event = CallEvent(at, CallEventKind.WRITTEN_UP, {"phone": phone, "outcome": outcome})
            add_events_in(connection, [(ref, event)])
            agent_reported(connection, ref, at)
        own = Writeups.id == find_or_create_writeup(connection, agent_id, ref)
        left = connection.scalar(select(Writeups.request_id).where(own))
        connection.execute(update(Writeups).where(own).values(settled_at=at))
        if left is not None:
            resolve_request_in(connection, left, by=actor.name, outcome=outcome, at=at)


def find_outcome(events: Iterable[CallEvent], phone: str) -> str:
    """What the agent with this telephone said last became of the call; "" when they have not."""
    said = [each for each in events if each.kind == CallEventKind.WRITTEN_UP and each.detail.get("phone") == phone]
    return str(said[-1].detail.get("outcome", "")) if said else ""


def list_last_outcomes(database: Database, call_refs: Collection[str]) -> Mapping[str, str]:
    """What agents said last became of these calls, by call; calls without are left out."""
    with database.read() as connection:
        found = list_events_of(connection, call_refs)
    return {
        ref: str(event.detail.get("outcome", ""))
        for ref, events in found.items()
        for event in events
        if event.kind == CallEventKind.WRITTEN_UP
    }
