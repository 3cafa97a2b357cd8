"""All rows about one person, for an export."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from records.retention.erasure import Person
from records.schema import (
    Call,
    Callback,
    CallbackAttempt,
    CallEvent,
    Consent,
    Contact,
    ContactLine,
    DoNotCall,
    Interaction,
    Line,
    OutboxEvent,
    Request,
    Voicemail,
)

_SECRET = ("secret_hash",)


def collect(connection: Connection, person: Person) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The rows by kind, each as its columns; secrets are left out."""
    lines = (*person.lines, *person.shared_lines)
    tied = select(ContactLine.line_id).where(ContactLine.contact_id.in_(person.cards))

    def rows(model: Any, which: ColumnElement[bool]) -> Sequence[Mapping[str, Any]]:
        table: Table = model.__table__
        columns = [column for column in table.c if column.name not in _SECRET]
        return [dict(row) for row in connection.execute(select(*columns).where(which)).mappings()]

    number = OutboxEvent.data["number"].as_string()
    own_numbers = select(Line.e164).where(Line.id.in_(person.lines))
    return {
        "contacts": rows(Contact, Contact.id.in_(person.cards)),
        "lines": rows(Line, Line.id.in_(tied)),
        "calls": rows(Call, Call.ref.in_(person.calls)),
        "call_events": rows(CallEvent, CallEvent.call_ref.in_(person.calls)),
        "interactions": rows(Interaction, Interaction.contact_id.in_(person.cards)),
        "requests": rows(Request, Request.id.in_(person.requests)),
        "callbacks": rows(Callback, Callback.request_id.in_(person.requests)),
        "callback_attempts": rows(CallbackAttempt, CallbackAttempt.request_id.in_(person.requests)),
        "consents": rows(Consent, Consent.contact_id.in_(person.cards) | Consent.line_id.in_(person.lines)),
        "do_not_call": rows(DoNotCall, DoNotCall.line_id.in_(lines)),
        "voicemails": rows(Voicemail, Voicemail.call_ref.in_(person.calls)),
        "events": rows(OutboxEvent, number.in_(own_numbers)),
    }
