"""Everything that is stored about a call."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, not_, select

from records.actor import Actor
from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls.call_notes import CallNote, list_notes_in
from records.calls.call_rows import list_events
from records.calls.voicemails import Voicemail, get_voicemail
from records.centres.outcomes import CentreOutcome, list_outcomes_in
from records.contacts.contact_cards import Card, get_card
from records.database.engine import Database
from records.errors import NotFound
from records.requests.requests import Request, list_requests
from records.requests.visibility import visible_to
from records.schema import Call as Calls
from records.schema import Interaction, Line
from records.schema import Request as Requests


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call; `disposition` and `ended_at` are None while it lasts. `line` is E.164, None: withheld, unknown."""

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
    disposition: Disposition | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class CallDetail:
    """A call with all that is known of it; `events`, `outcomes` (of centres) and `notes` (of agents) in order.

    `requests`: oldest first.
    """

    call: CallRecord
    contact: Card | None
    events: tuple[CallEvent, ...]
    requests: tuple[Request, ...]
    voicemail: Voicemail | None
    outcomes: tuple[CentreOutcome, ...] = ()
    notes: tuple[CallNote, ...] = ()

    @property
    def staff_outcome(self) -> str | None:
        """What an agent said last became of it: the name of an outcome of the plan."""
        said = [each.detail.get("outcome") for each in self.events if each.kind == CallEventKind.WRITTEN_UP]
        return str(said[-1]) if said else None


def get_call_detail(database: Database, ref: str, *, actor: Actor | None = None) -> CallDetail:
    """The detail of one call; what it left to the mediator only for an `actor` who may see it. Raises NotFound."""
    with database.read() as connection:
        row = connection.execute(_calls().where(Calls.ref == ref)).one_or_none()
        if row is None:
            raise NotFound(f"There is no call {ref}.")
        call = _call(row)
        return CallDetail(
            call,
            None if call.contact_id is None else get_card(connection, call.contact_id),
            list_events(connection, ref),
            list_requests(connection, (Requests.call_ref == ref) & visible_to(actor)),
            None if _is_sealed(connection, ref, actor) else get_voicemail(connection, ref),
            list_outcomes_in(connection, actor, (ref,)),
            list_notes_in(connection, actor, (ref,)).get(ref, ()),
        )


def _is_sealed(connection: Connection, ref: str, actor: Actor | None) -> bool:
    hidden = select(Requests.id).where(Requests.call_ref == ref, not_(visible_to(actor)))
    return connection.scalar(hidden.limit(1)) is not None


def list_recent_calls(database: Database, limit: int = 20) -> tuple[CallRecord, ...]:
    """The last `limit` calls, newest first."""
    with database.read() as connection:
        return read_calls(connection, limit=limit)


def read_calls(connection: Connection, *conditions: ColumnElement[bool], limit: int) -> tuple[CallRecord, ...]:
    """The calls for which all conditions hold, newest first, at most `limit`."""
    rows = _calls().where(*conditions).order_by(Calls.started_at.desc(), Calls.ref.desc()).limit(limit)
    return tuple(_call(row) for row in connection.execute(rows))


def _calls() -> Select[Any]:
    columns = [column for column in Calls.__table__.c if column.name != "line_id"]
    rows = select(*columns, Line.e164.label("line"), Interaction.contact_id)
    return rows.outerjoin(Line, Line.id == Calls.line_id).outerjoin(Interaction, Interaction.call_ref == Calls.ref)


def _call(row: Row[Any]) -> CallRecord:
    return CallRecord(**{**row._mapping, "disposition": row.disposition and Disposition(row.disposition)})
