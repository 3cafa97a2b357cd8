"""What agents write of their calls while they talk and afterwards: saved as it is typed, by several pages at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, insert, not_, select, update

from records.actor import Actor
from records.call_events import CallEventKind
from records.database.engine import Database
from records.database.get_or_create import get_or_create_new
from records.errors import NotFound
from records.requests.visibility import visible_to
from records.schema import Agent as Agents
from records.schema import Call, CallEvent, Presence, Request, SipAccount
from records.schema import CallWriteup as Writeups
from routing.access.permissions import Permission

MAX_NOTE = 4_000
"""Characters."""
WRITTEN_WITHIN = timedelta(days=1)
"""Since the call began."""


@dataclass(frozen=True, slots=True)
class SavedNote:
    """The note as it is now; `version`: what the next change of it is based on."""

    text: str
    version: int


@dataclass(frozen=True, slots=True)
class CallNote:
    """What an agent has written of a call."""

    call_ref: str
    by: str
    at: datetime
    text: str


def save_note(
    database: Database, actor: Actor, agent_id: int, ref: str, text: str, *, base: int, at: datetime
) -> SavedNote:
    """The note of this agent's call, saved. `base`: the version that the page had shown.

    When another page has changed it since, its lines stay and the new ones follow, so that nothing is lost. Raises
    NotFound for a call that is not the agent's, or is older than WRITTEN_WITHIN.
    More than six arguments: who writes what, of which call, and on which version.
    """
    actor.require(Permission.SEE_CALLS)
    with database.write(durable=False, notify=True) as connection:
        require_own_call(connection, agent_id, ref, at)
        row_id = find_or_create_writeup(connection, agent_id, ref)
        own = Writeups.id == row_id
        known = select(Writeups.note, Writeups.note_version).where(own).with_for_update()
        was = connection.execute(known).one()
        before = was.note or ""
        merged = text if base == was.note_version else _merge(before, text)[:MAX_NOTE]
        if merged == before:
            return SavedNote(before, was.note_version)
        values = {"note": merged or None, "note_version": was.note_version + 1, "noted_at": at}
        connection.execute(update(Writeups).where(own).values(values))
        return SavedNote(merged, was.note_version + 1)


def get_note(database: Database, agent_id: int, ref: str) -> SavedNote:
    """What this agent has written of the call so far."""
    own = (Writeups.call_ref == ref) & (Writeups.agent_id == agent_id)
    with database.read() as connection:
        row = connection.execute(select(Writeups.note, Writeups.note_version).where(own)).one_or_none()
        return SavedNote(row.note or "", row.note_version) if row else SavedNote("", 0)


def list_notes_in(
    connection: Connection, actor: Actor | None, call_refs: Collection[str]
) -> Mapping[str, tuple[CallNote, ...]]:
    """The notes of these calls, oldest first, by call.

    Calls that left something to the mediator are left out, except for an `actor` who may see that.
    """
    sealed = select(Request.id).where(Request.call_ref == Writeups.call_ref, not_(visible_to(actor)))
    rows = select(Writeups.call_ref, Agents.name, Writeups.noted_at, Writeups.note)
    rows = rows.join(Agents, Agents.id == Writeups.agent_id)
    rows = rows.where(Writeups.call_ref.in_(call_refs), Writeups.note.is_not(None), ~sealed.exists())
    found = connection.execute(rows.order_by(Writeups.call_ref, Writeups.noted_at)).all()
    return {
        ref: tuple(CallNote(ref, row.name, row.noted_at, row.note) for row in of_call)
        for ref, of_call in groupby(found, key=lambda row: row.call_ref)
    }


def require_own_call(connection: Connection, agent_id: int, ref: str, at: datetime) -> str:
    """The SIP account of this agent, who talks or has talked in the call, or is rung for it. Raises NotFound."""
    is_recent = (Call.ref == ref) & (Call.started_at > at - WRITTEN_WITHIN)
    own = select(SipAccount.name, Presence.rung_for).join(Presence, Presence.agent_id == SipAccount.claimed_by)
    agent = connection.execute(own.where(SipAccount.claimed_by == agent_id)).one_or_none()
    if agent is not None and connection.scalar(select(Call.ref).where(is_recent)):
        phone = CallEvent.detail["phone"].as_string()
        answered = (CallEvent.call_ref == ref, CallEvent.kind == CallEventKind.STAFF_ANSWERED, phone == agent.name)
        if connection.scalar(select(CallEvent.id).where(*answered).limit(1)) is not None:
            return str(agent.name)
        if agent.rung_for == ref:
            return str(agent.name)
    raise NotFound(f"The call {ref} is not one of this agent.")


def find_or_create_writeup(connection: Connection, agent_id: int, ref: str) -> int:
    """The row of this agent's write-up of the call."""
    existing = select(Writeups.id).where(Writeups.call_ref == ref, Writeups.agent_id == agent_id)
    new = insert(Writeups).values(call_ref=ref, agent_id=agent_id).returning(Writeups.id)
    return get_or_create_new(connection, existing, new)[0]


def _merge(before: str, text: str) -> str:
    """The lines of both; those of `text` that are new come last."""
    known = set(before.splitlines())
    added = [line for line in text.splitlines() if line.strip() and line not in known]
    return "\n".join([*before.splitlines(), *added])
