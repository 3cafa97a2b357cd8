"""A request in place of a transfer: nobody there can take the call, so the caller's matter waits for them."""

from datetime import datetime

from sqlalchemy import select

from records.actor import Actor
from records.calls.call_rows import current_contact, lock_call
from records.calls.talks import find_current_talk
from records.database.engine import Database
from records.inbox.treatment import add_note, hand_to_level, hand_to_person
from records.requests.requests import RequestKind, open_request_in
from records.schema import User as Users
from records.transfers.transfers import NotTalking, Target, TargetKind, find_account
from routing.access.permissions import Permission


def leave_request(
    database: Database, actor: Actor, agent_id: int, target: Target, *, note: str | None, at: datetime
) -> int:
    """The request of the caller with whom the agent talks, for a person or a level. Raises NotTalking, Forbidden.

    A person without an account of the console finds it in the common list, with their name in the note.
    """
    actor.require(Permission.SEE_REQUESTS)
    talk = find_current_talk(database, find_account(database, agent_id), at)
    if talk is None:
        raise NotTalking
    with database.write(notify=True) as connection:
        row = lock_call(connection, talk.ref)
        request_id = open_request_in(
            connection,
            RequestKind.OTHER,
            call_ref=talk.ref,
            contact_id=current_contact(connection, row),
            line_id=row.line_id,
            at=at,
        )
        theirs = (Users.agent_id == target.agent_id) & Users.deactivated_at.is_(None)
        user_id = connection.scalar(select(Users.id).where(theirs)) if target.agent_id else None
    if target.kind is TargetKind.LEVEL and target.level:
        hand_to_level(database, actor, request_id, target.level, note=note, at=at)
    elif user_id is not None:
        hand_to_person(database, actor, request_id, user_id, note=note, at=at)
    elif note:
        add_note(database, actor, request_id, note, at=at)
    return request_id
