"""A call told afterwards, from the record alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from records.base import Base
from records.calls import events_of
from records.contacts import Card, card
from records.errors import NotFound
from records.events import CallEvent, Ending
from records.requests import Request, requests
from records.schema import Call as Calls
from records.schema import Interaction, Line
from records.schema import Request as Requests
from records.voicemails import Voicemail, voicemail


@dataclass(frozen=True, slots=True)
class Call:
    """One call; `ending` and `ended_at` are None while it lasts. `line` is E.164, None when withheld or absurd."""

    ref: str
    landing: str
    public_number: str | None
    line: str | None
    contact_id: int | None
    withheld: bool
    language: str
    plan_version: int | None
    started_at: datetime
    ended_at: datetime | None
    ending: Ending | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """A call with everything that is known of it; `events` in order, `requests` oldest first."""

    call: Call
    contact: Card | None
    events: tuple[CallEvent, ...]
    requests: tuple[Request, ...]
    voicemail: Voicemail | None


def story(base: Base, ref: str) -> Story:
    """One call's story. Raises NotFound."""
    with base.read() as connection:
        row = connection.execute(_calls().where(Calls.ref == ref)).one_or_none()
        if row is None:
            raise NotFound(f"There is no call {ref}.")
        call = _call(row)
        return Story(
            call,
            None if call.contact_id is None else card(connection, call.contact_id),
            events_of(connection, ref),
            requests(connection, Requests.call_ref == ref),
            voicemail(connection, ref),
        )


def recent(base: Base, limit: int = 20) -> tuple[Call, ...]:
    """The last `limit` calls, newest first."""
    with base.read() as connection:
        rows = connection.execute(_calls().order_by(Calls.started_at.desc(), Calls.ref.desc()).limit(limit))
        return tuple(_call(row) for row in rows)


def _calls() -> Select[Any]:
    columns = [column for column in Calls.__table__.c if column.name != "line_id"]
    rows = select(*columns, Line.e164.label("line"), Interaction.contact_id)
    return rows.outerjoin(Line, Line.id == Calls.line_id).outerjoin(Interaction, Interaction.call_ref == Calls.ref)


def _call(row: Row[Any]) -> Call:
    return Call(**{**row._mapping, "ending": row.ending and Ending(row.ending)})
