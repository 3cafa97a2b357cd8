"""Requests that are long overdue: each goes up once, by the rule of the plan, or its history says that it stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, update

from records.database.engine import Database
from records.inbox.treatment import move_to_level
from records.requests.entries import EntryKind, add_entry
from records.requests.notices import tell_overdue
from records.requests.visibility import is_joined
from records.schema import Call, Callback, Inquiry
from records.schema import Request as Requests
from routing.plan.model import Plan
from routing.request_rules import MEDIATION_LEVEL, RequestRules

AT_ONCE = 200
_SERVICE_LEVEL = MEDIATION_LEVEL - 1
"""The highest level to which a request goes by itself: only a person hands one to the mediator."""


@dataclass(frozen=True, slots=True)
class LongOverdue:
    """A request to which the rule was applied. `owner_id`: whose it was."""

    request_id: int
    topic: str | None
    owner_id: int | None
    went_up: bool


def escalate_overdue(database: Database, plan: Plan, now: datetime) -> tuple[LongOverdue, ...]:
    """Applies the rules of the plan to the requests that have been overdue for so long; each once for its due time.

    May be interrupted and repeated at any time.
    """
    candidates = _candidates(plan.requests)
    if candidates is None:
        return ()
    done: list[LongOverdue] = []
    last = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(_page(candidates, now, last)).all()
        late = [row for row in rows if _is_long_overdue(plan, row, now)]
        if late:
            with database.write(notify=True) as connection:
                done += [each for row in late if (each := _apply(connection, plan.requests, row, now))]
        if len(rows) < AT_ONCE:
            return tuple(done)
        last = rows[-1].id


def _candidates(rules: RequestRules) -> ColumnElement[bool] | None:
    """The topics that have a rule; None when there is no rule."""
    names = [topic.name for topic in rules.topics]
    with_rule = [topic.name for topic in rules.topics if topic.escalate_h is not None]
    if rules.escalate_h is None:
        return Requests.topic.in_(with_rule) if with_rule else None
    return or_(Requests.topic.is_(None), Requests.topic.in_(with_rule), Requests.topic.not_in(names))


def _page(candidates: ColumnElement[bool], now: datetime, last: int) -> Select[*tuple[Any, ...]]:
    by = func.coalesce(Call.public_number, Callback.public_number, Inquiry.public_number).label("by")
    rows = select(Requests.id, Requests.topic, Requests.due_at, by)
    rows = rows.outerjoin(Call, Call.ref == Requests.call_ref).outerjoin(Callback, Callback.request_id == Requests.id)
    rows = rows.outerjoin(Inquiry, Inquiry.request_id == Requests.id)
    rows = rows.where(_waits(), Requests.due_at <= now, candidates, ~is_joined(), Requests.id > last)
    return rows.order_by(Requests.id).limit(AT_ONCE)


def _waits() -> ColumnElement[bool]:
    """Open, not the mediator's, and not yet treated for its present due time."""
    return and_(
        Requests.closed_at.is_(None),
        Requests.level < MEDIATION_LEVEL,
        Requests.escalated_due.is_distinct_from(Requests.due_at),
    )


def _is_long_overdue(plan: Plan, row: Row[Any], now: datetime) -> bool:
    at = plan.escalation_time(row.by, row.topic, row.due_at)
    return at is not None and at <= now


def _apply(connection: Connection, rules: RequestRules, row: Row[Any], now: datetime) -> LongOverdue | None:
    """None: the request was closed, moved or treated meanwhile."""
    unchanged = and_(Requests.id == row.id, _waits(), Requests.due_at == row.due_at)
    marked = update(Requests).where(unchanged).values(escalated_due=row.due_at)
    found = connection.execute(marked.returning(Requests.level, Requests.owner_id, Requests.topic)).one_or_none()
    if found is None:
        return None
    goes_up = found.level < _SERVICE_LEVEL
    if goes_up:
        move_to_level(connection, row.id, _SERVICE_LEVEL)
        add_entry(connection, None, row.id, EntryKind.ESCALATED, at=now, value=str(_SERVICE_LEVEL))
    else:
        add_entry(connection, None, row.id, EntryKind.OVERDUE, at=now)
    if rule := rules.find_escalation(found.topic):
        tell_overdue(connection, found.owner_id, rule.audience, level=max(found.level, _SERVICE_LEVEL), at=now)
    return LongOverdue(row.id, found.topic, found.owner_id, goes_up)
