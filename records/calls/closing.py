"""Closes calls, inside a transaction: their disposition, and the requests that follow from it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from records.call_events import (
    PROVISIONAL,
    SERVED,
    CallEvent,
    CallEventKind,
    Disposition,
    charged_wait_seconds,
    infer_disposition,
    requested_staff,
    was_handed_over,
    was_lost_in_transfer,
)
from records.calls import notifications
from records.calls.call_rows import CallRow, add_events_in, current_contact, list_events_of, lock_call
from records.centres import handoffs
from records.requests.requests import RequestKind, close_missed_requests, open_request_in
from records.schema import Call

# Executed in every call; building a statement costs more than executing it.
_ENDED = update(Call).where(Call.ref == bindparam("call"))


@dataclass(frozen=True, slots=True)
class CallEnd:
    """`disposition` None: inferred from the call's events."""

    ref: str
    at: datetime
    disposition: Disposition | None
    cause: str | None


def close_call_in(
    connection: Connection, ref: str, *, at: datetime, disposition: Disposition | None, cause: str | None
) -> None:
    """Closes the call. Raises NotFound for one that was never opened."""
    row = lock_call(connection, ref)
    close_calls_in(connection, [CallEnd(ref, at, disposition, cause)], {ref: row})


def close_calls_in(connection: Connection, ends: Sequence[CallEnd], locked: Mapping[str, CallRow]) -> None:
    """Closes calls that are locked, each once, in as many statements as one call takes.

    The first cause and disposition stay; only a provisional disposition (abandoned, cut) is replaced by a better one.
    A caller who asked for staff and reached nobody gets a request of kind `missed`.
    """
    if not ends:
        return
    events = list_events_of(connection, [end.ref for end in ends])
    finals = {end.ref: _final_disposition(locked[end.ref], end, events.get(end.ref, ())) for end in ends}
    rows = [
        {
            "call": end.ref,
            "ended_at": locked[end.ref].ended_at or end.at,
            "disposition": finals[end.ref],
            "cause": locked[end.ref].cause or end.cause,
        }
        for end in ends
    ]
    connection.execute(_ENDED, rows)
    changed = [ref for ref, final in finals.items() if locked[ref].ended_at is None or locked[ref].disposition != final]
    notifications.calls_ended(connection, changed)
    handoffs.calls_ended(connection, [ref for ref in changed if was_handed_over(events.get(ref, ()))])
    add_events_in(
        connection,
        ((end.ref, paid) for end in ends if (paid := _paid_wait(locked[end.ref], end, events.get(end.ref, ())))),
    )
    lost = {ref for ref, of_call in events.items() if was_lost_in_transfer(of_call)}
    served = {end.ref for end in ends if finals[end.ref] in SERVED} - lost
    close_missed_requests(connection, {end.ref: (finals[end.ref], end.at) for end in ends if end.ref in served})
    for end in ends:
        if end.ref not in served and requested_staff(events.get(end.ref, ())):
            row = locked[end.ref]
            card = current_contact(connection, row)
            open_request_in(
                connection, RequestKind.MISSED, call_ref=end.ref, contact_id=card, line_id=row.line_id, at=end.at
            )


def refine_dispositions(connection: Connection, rows: Collection[CallRow]) -> None:
    """Corrects the disposition of locked calls: events of our own code may come after the end that Asterisk told."""
    events = list_events_of(connection, [row.ref for row in rows if row.disposition in PROVISIONAL])
    better = {ref: infer_disposition(of_call) for ref, of_call in events.items()}
    final = {ref: disposition for ref, disposition in better.items() if disposition not in PROVISIONAL}
    if not final:
        return
    connection.execute(_ENDED, [{"call": ref, "disposition": disposition} for ref, disposition in final.items()])
    notifications.calls_ended(connection, [*final])
    served = {ref: (to, events[ref][-1].at) for ref, to in final.items() if to in SERVED}
    close_missed_requests(connection, served)


def _final_disposition(row: CallRow, end: CallEnd, events: Sequence[CallEvent]) -> Disposition:
    if row.disposition and row.disposition not in PROVISIONAL:
        return Disposition(row.disposition)
    return end.disposition or infer_disposition(events)


def _paid_wait(row: CallRow, end: CallEnd, events: Sequence[CallEvent]) -> CallEvent | None:
    """The event of a caller who paid while they waited; None when that is on record, or when they did not pay."""
    paid = charged_wait_seconds(events, end.at) if row.ended_at is None else None
    return None if paid is None else CallEvent(end.at, CallEventKind.PAID_WAIT, {"seconds": round(paid, 1)})
