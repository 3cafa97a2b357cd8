"""What programs outside are told of a call, in the transaction that writes it down; nothing where nobody hears it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from records.events import Arrival, CallEvent, CallEventKind
from records.outbox import CALL_ANSWERED, CALL_ENDED, CALL_STARTED, hearers, put
from records.schema import Call, Line

BY = {CallEventKind.STAFF_ANSWERED: "staff", CallEventKind.CENTRE_ANSWERED: "centre"}


def started(connection: Connection, arrival: Arrival) -> None:
    if hearers(connection, CALL_STARTED):
        put(connection, CALL_STARTED, _of(connection, arrival.ref), arrival.at)


def answered(connection: Connection, ref: str, events: Iterable[CallEvent]) -> None:
    """By a person, in one of these events."""
    for event in events:
        if event.kind in BY and hearers(connection, CALL_ANSWERED):
            how = {"by": BY[event.kind], "waited_s": event.detail.get("waited")}
            put(connection, CALL_ANSWERED, _of(connection, ref) | how, event.at)


def ended(connection: Connection, ref: str) -> None:
    """Once when the call ends, and again when its ending is known better."""
    if hearers(connection, CALL_ENDED):
        call = connection.execute(select(Call.started_at, Call.ended_at, Call.ending).where(Call.ref == ref)).one()
        seconds = round((call.ended_at - call.started_at).total_seconds(), 1)
        put(connection, CALL_ENDED, _of(connection, ref) | {"ending": call.ending, "seconds": seconds}, call.ended_at)


def _of(connection: Connection, ref: str) -> dict[str, Any]:
    columns = (Call.ref.label("call"), Line.e164.label("number"), Call.public_number, Call.language)
    rows = select(*columns).outerjoin(Line, Line.id == Call.line_id).where(Call.ref == ref)
    return dict(connection.execute(rows).one()._mapping)
