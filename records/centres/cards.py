"""The card of a call that a centre was given: found while the call lasts and a little longer, each look on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, insert, or_, select

from records.call_events import CallEventKind
from records.centres.accounts import CentreAccount
from records.contacts.merges import merged_card_ids, surviving_card
from records.database.engine import Database
from records.errors import NotFound
from records.requests.visibility import visible_to_all
from records.schema import Call, CallEvent, CentreCardView, Contact, Interaction
from records.schema import Handoff as Handoffs
from records.schema import HandoffOutcome as Outcomes
from records.schema import Request as Requests
from routing.centres.codes import derive_code
from routing.menu_paths import PressedKey

LONGEST_CALL = timedelta(hours=12)
"""A call whose end was never recorded is not under way for longer than this."""


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that the centre was given, under way or just over."""

    reference: str
    dialled_at: datetime


@dataclass(frozen=True, slots=True)
class LastOutcome:
    """What became of the caller's last matter: the name of an outcome, and when."""

    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CallCard:
    """All that a centre sees of a call: no number, no address, nothing of the caller's other calls but one outcome.

    `name` None: nobody known. `closes_at` None: the call goes on. `outcome` and `note`: what was said of this call.
    """

    handoff_id: int
    reference: str
    name: str | None
    started_at: datetime
    dialled_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    closes_at: datetime | None
    pressed: tuple[PressedKey, ...]
    last: LastOutcome | None
    outcome: str | None
    note: str | None
    has_request: bool


def list_live_calls(
    database: Database, centre: str, code: str, *, after: timedelta, at: datetime
) -> tuple[LiveCall, ...]:
    """The calls of this centre with this code that are under way, or over for less than `after`; oldest first.

    Codes are short, so that two calls may have the same.
    """
    rows = _open_cards(centre, after, at).with_only_columns(Handoffs.reference, Handoffs.dialled_at)
    with database.read() as connection:
        found = connection.execute(rows.order_by(Handoffs.dialled_at, Handoffs.id)).all()
    return tuple(LiveCall(row.reference, row.dialled_at) for row in found if derive_code(row.reference) == code)


def open_card(
    database: Database,
    account: CentreAccount,
    reference: str,
    found_by: Literal["code", "link"],
    *,
    after: timedelta,
    at: datetime,
) -> CallCard:
    """The card of the call that the account's centre knows by the reference; that somebody looked at it is recorded.

    `after`: how long the card stays open after the call. Raises NotFound for an unknown reference, for another
    centre's, and for a card that has closed. Six parameters: whose, which, and until when.
    """
    with database.write() as connection:
        row = connection.execute(_open_cards(account.centre, after, at).where(Handoffs.reference == reference)).first()
        if row is None:
            raise NotFound("There is no such card.")
        view = {"handoff_id": row.handoff_id, "centre": account.centre, "account_id": account.id, "by": account.name}
        connection.execute(insert(CentreCardView).values(**view, at=at, found_by=found_by))
        return _read_card(connection, row, after)


def find_open_card(database: Database, centre: str, reference: str, *, after: timedelta, at: datetime) -> int:
    """The hand-off whose card is open to this centre, for what its agent writes there. Raises NotFound."""
    rows = _open_cards(centre, after, at).where(Handoffs.reference == reference).with_only_columns(Handoffs.id)
    with database.read() as connection:
        if (found := connection.scalar(rows)) is None:
            raise NotFound("There is no such card.")
        return int(found)


def _open_cards(centre: str, after: timedelta, at: datetime) -> Select[*tuple[Any, ...]]:
    columns = (Handoffs.id.label("handoff_id"), Handoffs.reference, Handoffs.dialled_at, Handoffs.answered_at)
    rows = select(*columns, Handoffs.call_ref, Call.started_at, Call.ended_at, Interaction.contact_id)
    rows = rows.join(Call, Call.ref == Handoffs.call_ref).outerjoin(Interaction, Interaction.call_ref == Call.ref)
    return rows.where(
        Handoffs.centre == centre,
        Handoffs.dialled_at > at - LONGEST_CALL,
        Handoffs.dialled_at <= at,
        Handoffs.failed_at.is_(None),
        Handoffs.is_anonymous.is_(False),
        or_(Call.ended_at.is_(None), Call.ended_at > at - after),
    )


def _read_card(connection: Connection, row: Row[*tuple[Any, ...]], after: timedelta) -> CallCard:
    contact = None if row.contact_id is None else surviving_card(connection, row.contact_id)
    said = select(Outcomes.outcome, Outcomes.note).where(Outcomes.handoff_id == row.handoff_id)
    told = connection.execute(said.order_by(Outcomes.id.desc()).limit(1)).one_or_none()
    passed_on = select(Requests.id).where(Requests.call_ref == row.call_ref, Requests.kind == "other")
    return CallCard(
        handoff_id=row.handoff_id,
        reference=row.reference,
        name=None if contact is None else connection.scalar(select(Contact.name).where(Contact.id == contact)),
        started_at=row.started_at,
        dialled_at=row.dialled_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        closes_at=row.ended_at and row.ended_at + after,
        pressed=_list_keys(connection, row.call_ref),
        last=None if contact is None else _find_last_outcome(connection, contact, row.call_ref),
        outcome=told.outcome if told else None,
        note=told.note if told else None,
        has_request=connection.scalar(passed_on.limit(1)) is not None,
    )


def _list_keys(connection: Connection, call_ref: str) -> tuple[PressedKey, ...]:
    events = select(CallEvent.detail).where(CallEvent.call_ref == call_ref, CallEvent.kind == CallEventKind.KEY)
    details = connection.scalars(events.order_by(CallEvent.at, CallEvent.id)).all()
    return tuple(PressedKey(str(each.get("menu", "")), str(each.get("key", ""))) for each in details)


def _find_last_outcome(connection: Connection, contact_id: int, call_ref: str) -> LastOutcome | None:
    """Of the requests that were closed, without the mediator's, and of what centres said of earlier calls."""
    family = merged_card_ids(contact_id)
    closed = select(Requests.outcome, Requests.closed_at.label("at")).where(
        Requests.contact_id.in_(family), Requests.closed_at.is_not(None), visible_to_all()
    )
    calls = select(Outcomes.outcome, Outcomes.at).join(Handoffs, Handoffs.id == Outcomes.handoff_id)
    calls = calls.join(Interaction, Interaction.call_ref == Handoffs.call_ref)
    calls = calls.where(Interaction.contact_id.in_(family), Handoffs.call_ref != call_ref)
    newest: Sequence[Row[*tuple[Any, ...]]] = [
        *connection.execute(closed.order_by(Requests.closed_at.desc()).limit(1)),
        *connection.execute(calls.order_by(Outcomes.at.desc(), Outcomes.id.desc()).limit(1)),
    ]
    last = max(newest, key=lambda row: row.at, default=None)
    return LastOutcome(last.outcome, last.at) if last else None
