"""A call that a centre passes on to the organisation: a request of level 2 with the note of the agent who took it."""

from datetime import datetime

from sqlalchemy import insert, select

from records.centres.accounts import CentreAccount
from records.contacts.merges import surviving_card
from records.database.engine import Database
from records.errors import NotFound
from records.requests.entries import EntryKind, add_entry
from records.requests.requests import RequestKind
from records.schema import Call, Interaction
from records.schema import Handoff as Handoffs
from records.schema import Request as Requests
from records.webhooks.record_events import requests_opened

LEVEL = 2


def pass_on(
    database: Database, account: CentreAccount, handoff_id: int, subject: str, note: str, *, at: datetime
) -> int:
    """The number of the request in the organisation's inbox; it becomes due by the rule of the plan.

    A call that was passed on before has one request: the note is added to it. Raises NotFound for a call that was
    purged or erased meanwhile.
    """
    with database.write(notify=True) as connection:
        given = select(Handoffs.call_ref).where(Handoffs.id == handoff_id, Handoffs.is_anonymous.is_(False))
        call_ref = connection.scalar(given.with_for_update())
        if call_ref is None:
            raise NotFound(f"There is no hand-off {handoff_id}.")
        by = f"{account.name} ({account.centre})"
        same = (Requests.call_ref == call_ref) & (Requests.kind == RequestKind.OTHER)
        if (known := connection.scalar(select(Requests.id).where(same))) is not None:
            add_entry(connection, by, known, EntryKind.NOTE, at=at, note=note)
            return int(known)
        caller = select(Call.line_id, Interaction.contact_id).outerjoin(Interaction, Interaction.call_ref == Call.ref)
        row = connection.execute(caller.where(Call.ref == call_ref)).one()
        new = {
            "kind": RequestKind.OTHER,
            "contact_id": None if row.contact_id is None else surviving_card(connection, row.contact_id),
            "line_id": row.line_id,
            "call_ref": call_ref,
            "created_at": at,
            "subject": subject,
            "level": LEVEL,
        }
        request_id: int = connection.execute(insert(Requests).values(new).returning(Requests.id)).scalar_one()
        add_entry(connection, by, request_id, EntryKind.OPENED, at=at, value=RequestKind.OTHER, note=note)
        requests_opened(connection, Requests.id == request_id, at)
        return request_id
