"""Events about calls for external programs, added in the transaction that stores what happened."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, select

from records.call_events import CallEvent, CallEventKind, IncomingCall
from records.schema import Call, Line
from records.webhooks.outbox import CALL_ANSWERED, CALL_ENDED, CALL_STARTED, add_event, subscribers

ANSWERED_BY = {CallEventKind.STAFF_ANSWERED: "staff", CallEventKind.CENTRE_ANSWERED: "centre"}


def calls_started(connection: Connection, arrivals: Iterable[IncomingCall]) -> None:
    """Adds an event for each of these calls."""
    if subscribers(connection, CALL_STARTED):
        for arrival in arrivals:
            add_event(connection, CALL_STARTED, _call_fields(connection, arrival.ref), arrival.at)


def call_answered(connection: Connection, ref: str, event: CallEvent) -> None:
    """Adds an event if somebody answered in this event of the call."""
    if event.kind in ANSWERED_BY and subscribers(connection, CALL_ANSWERED):
        how = {"by": ANSWERED_BY[event.kind], "waited_s": event.detail.get("waited")}
        add_event(connection, CALL_ANSWERED, _call_fields(connection, ref) | how, event.at)


def calls_ended(connection: Connection, refs: Collection[str]) -> None:
    """Adds the event that each of these calls ended: when it ends, and again when its disposition is corrected."""
    for ref in refs if refs and subscribers(connection, CALL_ENDED) else ():
        call = connection.execute(select(Call.started_at, Call.ended_at, Call.disposition).where(Call.ref == ref)).one()
        seconds = round((call.ended_at - call.started_at).total_seconds(), 1)
        add_event(
            connection,
            CALL_ENDED,
            _call_fields(connection, ref) | {"ending": call.disposition, "seconds": seconds},
            call.ended_at,
        )


def _call_fields(connection: Connection, ref: str) -> dict[str, Any]:
    columns = (Call.ref.label("call"), Line.e164.label("number"), Call.public_number, Call.language)
    rows = select(*columns).outerjoin(Line, Line.id == Call.line_id).where(Call.ref == ref)
    return dict(connection.execute(rows).one()._mapping)
