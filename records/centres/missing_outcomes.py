"""Calls that a centre has answered without saying what became of them: listed, counted, and reminders of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from records.centres.accounts import CentreAccount, to_account
from records.database.engine import Database
from records.mail_queue import queue_centre_mail
from records.schema import Call, CentreReminder, HandoffOutcome
from records.schema import CentreAccount as Accounts
from records.schema import CentreCardView as Views
from records.schema import Handoff as Handoffs
from records.webhooks.record_events import outcomes_missing
from routing.centres.people import CentreRole
from routing.centres.reporting import REPORTED_DAYS
from routing.plan.model import OverflowPlan

REMINDER_INTERVAL = timedelta(days=1)
"""The least time between two reminders of one centre."""


@dataclass(frozen=True, slots=True)
class MissingOutcome:
    """A call that the centre has answered, which is over. `talk_s`: how long they talked, in seconds."""

    id: int
    reference: str
    answered_at: datetime
    talk_s: float


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many outcomes of a centre are overdue, and when the oldest of these calls was answered; None without any."""

    count: int
    oldest_at: datetime | None


def list_missing(
    database: Database,
    centre: str,
    *,
    at: datetime,
    seen_by: int | None = None,
    before: int | None = None,
    limit: int,
) -> tuple[MissingOutcome, ...]:
    """The calls of this centre about which it may still say something, the last ones first.

    `seen_by`: those whose card this account has opened; `before`: those that were handed over before the one of this
    id.
    """
    which = _missing(centre, at)
    if seen_by is not None:
        which &= select(Views.id).where(Views.handoff_id == Handoffs.id, Views.account_id == seen_by).exists()
    if before is not None:
        which &= Handoffs.id < before
    rows = select(Handoffs.id, Handoffs.reference, Handoffs.answered_at, Call.ended_at)
    rows = rows.join(Call, Call.ref == Handoffs.call_ref).where(which).order_by(Handoffs.id.desc()).limit(limit)
    with database.read() as connection:
        return tuple(
            MissingOutcome(row.id, row.reference, row.answered_at, (row.ended_at - row.answered_at).total_seconds())
            for row in connection.execute(rows)
        )


def has_seen(database: Database, account_id: int, handoff_id: int) -> bool:
    """Whether this person of a centre has opened the card of the call."""
    seen = select(Views.id).where(Views.handoff_id == handoff_id, Views.account_id == account_id).limit(1)
    with database.read() as connection:
        return connection.scalar(seen) is not None


def find_overdue(database: Database, centre: str, hours: int, *, at: datetime) -> Overdue:
    """The calls that ended so many hours ago, and whose outcome the centre may still report."""
    late = Call.ended_at <= at - timedelta(hours=hours)
    rows = select(func.count(), func.min(Handoffs.answered_at)).select_from(Handoffs)
    rows = rows.join(Call, Call.ref == Handoffs.call_ref).where(_missing(centre, at), late)
    with database.read() as connection:
        count, oldest_at = connection.execute(rows).one()
        return Overdue(count, oldest_at)


def remind_centres(database: Database, overflow: OverflowPlan, *, at: datetime) -> tuple[str, ...]:
    """The centres that are reminded of overdue outcomes now, each at most once a day, by the rule of its contract.

    Their supervisors get a mail, and programs an event. May be interrupted and repeated at any time.
    """
    return tuple(
        centre.name
        for centre in overflow.centres
        if centre.contract.outcome_h and _remind(database, centre.name, centre.contract.outcome_h, at)
    )


def find_reminded(database: Database, account_id: int, *, at: datetime) -> CentreAccount | None:
    """The supervisor whom a reminder is for; None when their account is closed, or nothing is missing any more."""
    with database.read() as connection:
        row = connection.execute(select(*Accounts.__table__.c).where(Accounts.id == account_id)).one_or_none()
    if row is None or row.closed_at is not None:
        return None
    return to_account(row) if list_missing(database, row.centre, at=at, limit=1) else None


def _remind(database: Database, centre: str, hours: int, at: datetime) -> bool:
    told = select(CentreReminder.at).where(CentreReminder.centre == centre)
    with database.read() as connection:
        last = connection.scalar(told)
    if last is not None and at - last < REMINDER_INTERVAL:
        return False
    overdue = find_overdue(database, centre, hours, at=at)
    if overdue.oldest_at is None:
        return False
    supervisors = (Accounts.centre == centre, Accounts.role == CentreRole.SUPERVISOR, Accounts.closed_at.is_(None))
    with database.write(notify=True) as connection:
        if last is None:
            connection.execute(insert(CentreReminder).values(centre=centre, at=at))
        else:
            same = (CentreReminder.centre == centre) & (CentreReminder.at == last)
            if not connection.execute(update(CentreReminder).where(same).values(at=at)).rowcount:
                return False  # another process was first
        for account_id in connection.scalars(select(Accounts.id).where(*supervisors)).all():
            queue_centre_mail(connection, account_id, at=at)
        outcomes_missing(connection, centre, overdue.count, overdue.oldest_at, hours, at)
    return True


def _missing(centre: str, at: datetime) -> ColumnElement[bool]:
    reported = select(HandoffOutcome.id).where(HandoffOutcome.handoff_id == Handoffs.id).exists()
    since = at - timedelta(days=REPORTED_DAYS)
    return and_(
        Handoffs.centre == centre,
        Handoffs.dialled_at >= since,
        Handoffs.answered_at.is_not(None),
        Call.ended_at.is_not(None),
        ~reported,
    )
