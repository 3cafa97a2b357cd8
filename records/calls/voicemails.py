"""Voicemails: a recording of a call, and a request for staff."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from records.call_events import PROVISIONAL, SERVED, Disposition
from records.calls.calls import get_call
from records.database.engine import Database
from records.requests.requests import RequestKind, close_missed_request, open_request_in
from records.schema import Call
from records.schema import Voicemail as Voicemails


@dataclass(frozen=True, slots=True)
class Voicemail:
    """`file` is the recording's name in the voicemail folder; `request_id` the request that staff must resolve."""

    call_ref: str
    file: str
    seconds: float
    left_at: datetime
    request_id: int


def save_voicemail(database: Database, call_ref: str, *, file: str, seconds: float, at: datetime) -> Voicemail:
    """The voicemail of this call with its request, committed when this returns; the first one again when repeated.

    Raises NotFound for a call that was never opened.
    """
    with database.write() as connection:
        call = get_call(connection, call_ref)
        if (existing := get_voicemail(connection, call_ref)) is not None:
            return existing
        request_id = open_request_in(
            connection,
            RequestKind.VOICEMAIL,
            call_ref=call_ref,
            contact_id=call.contact_id,
            line_id=call.line_id,
            at=at,
        )
        new = Voicemail(call_ref, file, seconds, at, request_id)
        connection.execute(
            insert(Voicemails).values(call_ref=call_ref, file=file, seconds=seconds, left_at=at, request_id=request_id)
        )
        _refine_disposition(connection, call_ref, at)
        return new


def record_empty_voicemail(database: Database, call_ref: str, *, at: datetime) -> None:
    """The caller was invited to speak and said nothing: opens a `missed` request unless the call ended well otherwise.

    Safe to repeat. Raises NotFound for a call that was never opened.
    """
    with database.write() as connection:
        call = get_call(connection, call_ref)
        if connection.scalar(select(Call.disposition).where(Call.ref == call_ref)) not in SERVED:
            open_request_in(
                connection,
                RequestKind.MISSED,
                call_ref=call_ref,
                contact_id=call.contact_id,
                line_id=call.line_id,
                at=at,
            )


def get_voicemail(connection: Connection, call_ref: str) -> Voicemail | None:
    """The voicemail of this call, if there is one."""
    columns = (Voicemails.call_ref, Voicemails.file, Voicemails.seconds, Voicemails.left_at, Voicemails.request_id)
    row = connection.execute(select(*columns).where(Voicemails.call_ref == call_ref)).one_or_none()
    return row and Voicemail(*row)


def _refine_disposition(connection: Connection, call_ref: str, at: datetime) -> None:
    """A recording often arrives after its call was closed as abandoned."""
    provisional = (Call.ref == call_ref) & Call.disposition.in_(PROVISIONAL)
    connection.execute(update(Call).where(provisional).values(disposition=Disposition.VOICEMAIL))
    close_missed_request(connection, call_ref, outcome=Disposition.VOICEMAIL, at=at)
