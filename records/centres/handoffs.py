"""Hand-offs: which call went to which overflow centre, and by which reference the centre knows it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from records.call_events import CallEvent, CallEventKind
from records.centres.day_changes import mark_change
from records.database.engine import Database
from records.schema import Handoff as Handoffs

_NEW = insert(Handoffs)
_NOT_DIALLED = ("full", "paused", "refused", "no_contract")
"""Why a centre was passed over: such an event is about no hand-off."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """One call to one centre, which got `reference` in `X-Call-Ref`; `answered_at` None: it did not answer."""

    reference: str
    call_ref: str
    centre: str
    dialled_at: datetime
    answered_at: datetime | None


def find_call(database: Database, reference: str) -> str | None:
    """The call (its linkedid) that a centre knows by this reference; None for an unknown one."""
    with database.read() as connection:
        return connection.scalar(select(Handoffs.call_ref).where(Handoffs.reference == reference).limit(1))


def list_handoffs(database: Database, call_ref: str) -> tuple[Handoff, ...]:
    """The hand-offs of one call, in order."""
    columns = (Handoffs.reference, Handoffs.call_ref, Handoffs.centre, Handoffs.dialled_at, Handoffs.answered_at)
    rows = select(*columns).where(Handoffs.call_ref == call_ref).order_by(Handoffs.dialled_at, Handoffs.id)
    with database.read() as connection:
        return tuple(Handoff(**row) for row in connection.execute(rows).mappings())


def record_in(connection: Connection, call_ref: str, event: CallEvent) -> None:
    """Stores what this event of the call says about its hand-offs."""
    centre = str(event.detail.get("centre", ""))
    if event.kind is CallEventKind.CENTRE_DIALLED:
        reference = str(event.detail.get("reference") or call_ref)
        _add(connection, Handoff(reference, call_ref, centre, event.at, None))
    elif event.kind is CallEventKind.CENTRE_ANSWERED:
        if not _answer(connection, call_ref, centre, event.at):
            # Asterisk still executes the dialplan of an earlier version, which sent the call's own reference.
            _add(connection, Handoff(call_ref, call_ref, centre, event.at, event.at))
    elif event.kind is CallEventKind.CENTRE_FAILED and event.detail.get("reason") not in _NOT_DIALLED:
        _fail(connection, call_ref, centre, event.at)
    else:
        return
    mark_change(connection, (Handoffs.call_ref == call_ref) & (Handoffs.centre == centre))


def calls_ended(connection: Connection, call_refs: Collection[str]) -> None:
    """The calls have ended, and with them the talks of the centres that have answered."""
    if call_refs:
        mark_change(connection, Handoffs.call_ref.in_(call_refs))


def _add(connection: Connection, new: Handoff) -> None:
    known = select(Handoffs.id).where(Handoffs.reference == new.reference, Handoffs.centre == new.centre)
    if connection.scalar(known) is None:
        row = {
            "reference": new.reference,
            "call_ref": new.call_ref,
            "centre": new.centre,
            "dialled_at": new.dialled_at,
            "answered_at": new.answered_at,
        }
        connection.execute(_NEW, row)


def _fail(connection: Connection, call_ref: str, centre: str, at: datetime) -> None:
    tried = (Handoffs.call_ref == call_ref, Handoffs.centre == centre, Handoffs.dialled_at <= at)
    # An agent who hangs up while the code is said has been heard, and never talked with the caller.
    failed = update(Handoffs).where(*tried, Handoffs.failed_at.is_(None)).values(failed_at=at, answered_at=None)
    connection.execute(failed)


def _answer(connection: Connection, call_ref: str, centre: str, at: datetime) -> bool:
    """Whether the hand-off that this centre has answered was found."""
    dialled = select(Handoffs.id).where(Handoffs.call_ref == call_ref, Handoffs.centre == centre)
    last = connection.scalar(dialled.order_by(Handoffs.dialled_at.desc(), Handoffs.id.desc()).limit(1))
    if last is not None:
        unanswered = (Handoffs.id == last) & Handoffs.answered_at.is_(None)
        connection.execute(update(Handoffs).where(unanswered).values(answered_at=at))
    return last is not None
