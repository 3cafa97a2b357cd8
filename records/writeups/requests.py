"""A request that an agent opens from the call that they are in, with what they have written of it."""

from datetime import datetime

from sqlalchemy import select, update

from records.actor import Actor
from records.calls.call_notes import require_own_call
from records.calls.call_rows import current_contact, lock_call
from records.database.engine import Database
from records.requests.entries import EntryKind, add_entry
from records.requests.requests import RequestKind, open_request_in
from records.schema import CallWriteup as Writeups
from records.schema import Request as Requests
from routing.access.permissions import Permission


def open_from_call(database: Database, actor: Actor, agent_id: int, ref: str, *, at: datetime) -> int:
    """The number of the request of this call, which is the actor's; the same again when there is one already.

    Raises NotFound for a call that is not the agent's, Forbidden.
    """
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        require_own_call(connection, agent_id, ref, at)
        existing = select(Requests.id).where(Requests.call_ref == ref, Requests.kind == RequestKind.OTHER)
        call = lock_call(connection, ref)
        if (found := connection.scalar(existing)) is not None:
            return found
        request_id = open_request_in(
            connection,
            RequestKind.OTHER,
            call_ref=ref,
            contact_id=current_contact(connection, call),
            line_id=call.line_id,
            at=at,
        )
        taken = update(Requests).where(Requests.id == request_id).values(owner_id=actor.user_id, taken_at=at)
        connection.execute(taken)
        own = select(Writeups.note).where(Writeups.call_ref == ref, Writeups.agent_id == agent_id)
        note = connection.scalar(own)
        add_entry(connection, actor, request_id, EntryKind.OPENED, at=at, value=RequestKind.OTHER, note=note)
        return request_id
