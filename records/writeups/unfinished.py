"""Wrap-ups that end without an outcome: the agent takes calls again, and a request of the call stays with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from records.call_events import CallEventKind
from records.calls.call_notes import find_or_create_writeup
from records.calls.call_rows import current_contact, list_events, lock_call
from records.database.engine import Database
from records.requests.entries import EntryKind, add_entry
from records.requests.requests import RequestKind, open_request_in
from records.schema import CallEvent as Events
from records.schema import CallWriteup as Writeups
from records.schema import Presence as Presences
from records.schema import Request as Requests
from records.schema import SipAccount as SipAccounts
from records.schema import Transfer
from records.schema import User as Users
from records.staff.presence import PresenceState
from records.writeups.outcomes import find_outcome

_AWAITED = Writeups.awaited_since.is_not(None) & Writeups.settled_at.is_(None)


def await_outcomes(database: Database, since: datetime) -> None:
    """Marks the calls of which an agent has to say what became of them: those whose talks ended after `since`.

    Each talk once, also when it is looked at again. Who has said it, or has handed the caller over, is not asked.
    """
    phone = Events.detail["phone"].as_string().label("phone")
    left = select(Events.call_ref, Events.at, phone).where(Events.kind == CallEventKind.STAFF_LEFT, Events.at > since)
    with database.read() as connection:
        ended = connection.execute(left.order_by(Events.at)).all()
    for row in ended:
        with database.write(durable=False) as connection:
            _await_outcome(connection, row.call_ref, row.phone, row.at)


def _await_outcome(connection: Connection, ref: str, phone: str, ended_at: datetime) -> None:
    agent_id = connection.scalar(select(SipAccounts.claimed_by).where(SipAccounts.name == phone))
    if agent_id is None or find_outcome(list_events(connection, ref), phone):
        return
    handed_over = (Transfer.call_ref == ref) & (Transfer.from_agent_id == agent_id) & Transfer.failed_at.is_(None)
    if connection.scalar(select(Transfer.id).where(handed_over).limit(1)) is not None:
        return
    is_news = Writeups.awaited_since.is_(None) | (Writeups.awaited_since < ended_at)
    own = (Writeups.id == find_or_create_writeup(connection, agent_id, ref)) & is_news
    connection.execute(update(Writeups).where(own).values(awaited_since=ended_at, settled_at=None))


def leave_unfinished(database: Database, subject: str, *, at: datetime) -> None:
    """Leaves a request, with this subject, for each call whose wrap-up has ended without an outcome."""
    with database.read() as connection:
        waiting = connection.execute(_select_awaited()).all()
    for row in (row for row in waiting if not _wraps_up(row, at)):
        with database.write(notify=True) as connection:
            unsettled = update(Writeups).where(Writeups.id == row.id, _AWAITED).values(settled_at=at)
            if connection.execute(unsettled.returning(Writeups.id)).scalar_one_or_none() is not None:
                _leave_request(connection, row, subject, at)


def _select_awaited() -> Select[*tuple[Any, ...]]:
    columns = (Writeups.id, Writeups.call_ref, Writeups.agent_id, Writeups.note)
    rows = select(*columns, Presences.state, Presences.wrapup_until)
    return rows.outerjoin(Presences, Presences.agent_id == Writeups.agent_id).where(_AWAITED)


def _wraps_up(row: Row[*tuple[Any, ...]], at: datetime) -> bool:
    return bool(row.state == PresenceState.READY and row.wrapup_until is not None and row.wrapup_until > at)


def _leave_request(connection: Connection, writeup: Row[*tuple[Any, ...]], subject: str, at: datetime) -> None:
    """The agent's, if they have an account of the console; one that somebody has taken stays with them."""
    call = lock_call(connection, writeup.call_ref)
    request_id = open_request_in(
        connection,
        RequestKind.OTHER,
        call_ref=writeup.call_ref,
        contact_id=current_contact(connection, call),
        line_id=call.line_id,
        at=at,
    )
    theirs = select(Users.id, Users.name).where(Users.agent_id == writeup.agent_id, Users.deactivated_at.is_(None))
    owner = connection.execute(theirs.limit(1)).one_or_none()
    free = (Requests.id == request_id) & Requests.closed_at.is_(None) & Requests.owner_id.is_(None)
    if connection.scalar(select(Requests.subject).where(Requests.id == request_id)) is None:
        connection.execute(update(Requests).where(free).values(subject=subject))
    connection.execute(update(Writeups).where(Writeups.id == writeup.id).values(request_id=request_id))
    if owner is None:
        return
    taken = update(Requests).where(free).values(owner_id=owner.id, taken_at=at).returning(Requests.id)
    if connection.execute(taken).scalar_one_or_none() is not None:
        add_entry(connection, None, request_id, EntryKind.PERSON, at=at, value=owner.name, note=writeup.note)
