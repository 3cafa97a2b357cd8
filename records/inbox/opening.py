"""Opening a request that reached the organisation beside the telephone and the form: a letter, a fax, a visit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from records.actor import Actor
from records.contacts.senders import Sender, identify_sender
from records.database.engine import Database
from records.inbox.treatment import Colleague
from records.requests.entries import EntryKind, add_entry
from records.requests.requests import RequestKind
from records.schema import Interaction
from records.schema import Request as Requests
from records.webhooks.record_events import requests_opened
from routing.access.permissions import Permission
from routing.request_rules import Topic

INTERACTION_PURPOSE = "callback"
"""What people write is kept equally long, whichever way it came."""
MAX_TEXT, MAX_SUBJECT = 4_000, 120


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What came in, and from whom. `channel`: one of REPORTED_KINDS; `topic`: one of the plan's, which gives the level.

    `owner`: somebody who may see requests of that level.
    """

    channel: RequestKind
    sender: Sender
    text: str
    subject: str | None = None
    topic: Topic | None = None
    owner: Colleague | None = None


def open_reported_request(database: Database, actor: Actor, new: NewRequest, *, at: datetime) -> int:
    """The number of the new request, which is due by the rule of its topic; committed when this returns.

    A topic of the mediator puts it out of sight of everybody else. Raises NotFound for a card that does not exist,
    NotOnCard, Forbidden.
    """
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        contact_id, line_id = identify_sender(connection, new.sender, at)
        row = {
            "kind": new.channel,
            "contact_id": contact_id,
            "line_id": line_id,
            "created_at": at,
            "subject": new.subject,
            "topic": new.topic.name if new.topic else None,
            "level": new.topic.level if new.topic else 1,
            "owner_id": new.owner.id if new.owner else None,
            "taken_at": at if new.owner else None,
        }
        request_id: int = connection.execute(insert(Requests).values(row).returning(Requests.id)).scalar_one()
        told = {"contact_id": contact_id, "purpose": INTERACTION_PURPOSE, "channel": new.channel, "at": at}
        connection.execute(insert(Interaction).values(**told, request_id=request_id, summary=new.subject))
        add_entry(connection, actor, request_id, EntryKind.OPENED, at=at, value=new.channel, note=new.text)
        requests_opened(connection, Requests.id == request_id, at)
        if new.owner:
            add_entry(connection, actor, request_id, EntryKind.PERSON, at=at, value=new.owner.name)
        return request_id
