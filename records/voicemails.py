"""Voicemail: a recording tied to its call, and a row for staff to treat."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from records.base import Base
from records.calls import known
from records.events import TREATED, VAGUE, Ending
from records.requests import RequestKind, ask, settle_missed
from records.schema import Call
from records.schema import Voicemail as Voicemails


@dataclass(frozen=True, slots=True)
class Voicemail:
    """`file` is the recording's name in the voicemail folder; `request_id` the row that staff must treat."""

    call_ref: str
    file: str
    seconds: float
    left_at: datetime
    request_id: int


def keep(base: Base, call_ref: str, *, file: str, seconds: float, at: datetime) -> Voicemail:
    """The voicemail of this call with its request, durable when this returns; the first one again when asked twice.

    Raises NotFound when the call was never opened.
    """
    with base.write() as connection:
        call = known(connection, call_ref)
        if (kept := voicemail(connection, call_ref)) is not None:
            return kept
        request_id = ask(
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
        _end_better(connection, call_ref, at)
        return new


def left_empty(base: Base, call_ref: str, *, at: datetime) -> None:
    """Somebody was invited to speak and said nothing: the call is `missed`, unless it ended well otherwise.

    Safe to repeat. Raises NotFound when the call was never opened.
    """
    with base.write() as connection:
        call = known(connection, call_ref)
        if connection.scalar(select(Call.ending).where(Call.ref == call_ref)) not in TREATED:
            ask(
                connection,
                RequestKind.MISSED,
                call_ref=call_ref,
                contact_id=call.contact_id,
                line_id=call.line_id,
                at=at,
            )


def voicemail(connection: Connection, call_ref: str) -> Voicemail | None:
    """The voicemail of this call, if one was left."""
    columns = (Voicemails.call_ref, Voicemails.file, Voicemails.seconds, Voicemails.left_at, Voicemails.request_id)
    row = connection.execute(select(*columns).where(Voicemails.call_ref == call_ref)).one_or_none()
    return row and Voicemail(*row)


def _end_better(connection: Connection, call_ref: str, at: datetime) -> None:
    """A recording often arrives after its call was closed as abandoned."""
    vaguely = (Call.ref == call_ref) & Call.ending.in_(VAGUE)
    connection.execute(update(Call).where(vaguely).values(ending=Ending.VOICEMAIL))
    settle_missed(connection, call_ref, outcome=Ending.VOICEMAIL, at=at)
