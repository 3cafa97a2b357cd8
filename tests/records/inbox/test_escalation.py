"""Requests that are long overdue go up once, by the rule of the plan, and never to the mediator."""

from datetime import datetime, timedelta

import plan_variants
import pytest

from records.actor import SYSTEM, Actor, command_line_actor
from records.database.engine import Database
from records.inbox import inbox, treatment
from records.inbox.escalation import AT_ONCE, escalate_overdue
from records.inbox.treatment import RequestDetail, Sorting, get_detail
from records.requests import requests
from records.requests.balance import count_balance, count_contradictions
from records.requests.entries import EntryKind
from records.requests.requests import RequestKind
from records.schema import Request
from records.users.administration import invite_users
from records.users.invitees import Invitee
from routing.access.permissions import Role
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan

OPERATOR = command_line_actor("test")
MEDIATOR = Actor(None, Role.MEDIATOR, "Médiatrice")
TOPICS = (
    "[{name: bill, title: Facture, escalate_h: 4, escalate_tell: everybody}, {name: calm, title: Calme},"
    " {name: now, title: Urgent, escalate_h: 0}]"
)


@pytest.fixture
def plan() -> Plan:
    """Its number is always open. Bills go up four hours after their due time, the urgent at it, the others never."""
    return parse_plan(f"{plan_variants.PLAN.read_text()}\nrequests: {{topics: {TOPICS}}}\n")


def open_due(database: Database, topic: str | None, due_at: datetime, *, level: int = 1) -> int:
    """A request that is due then; its number."""
    opened = requests.open_request(
        database, RequestKind.MISSED, call_ref=None, contact_id=None, line_id=None, at=due_at - timedelta(hours=8)
    )
    sorting = Sorting(None, topic, level, due_at)
    treatment.sort_request(database, MEDIATOR, opened.id, sorting, at=due_at)
    treatment.move_due(database, MEDIATOR, opened.id, due_at, reason="test", at=due_at)
    return opened.id


def detail(database: Database, request_id: int) -> RequestDetail:
    return get_detail(database, MEDIATOR, request_id)


def told(database: Database, request_id: int) -> list[tuple[str, EntryKind, str | None]]:
    """What the history says of being overdue."""
    kinds = (EntryKind.ESCALATED, EntryKind.OVERDUE)
    return [(each.by, each.kind, each.value) for each in detail(database, request_id).entries if each.kind in kinds]


def test_each_topic_has_its_time_after_the_due_time(database: Database, noon: datetime, plan: Plan) -> None:
    bill, calm, urgent, other = (open_due(database, topic, noon) for topic in ("bill", "calm", "now", None))
    (first,) = escalate_overdue(database, plan, noon)
    assert (first.request_id, first.topic, first.went_up) == (urgent, "now", True)
    assert escalate_overdue(database, plan, noon + timedelta(hours=3, minutes=59)) == ()
    (second,) = escalate_overdue(database, plan, noon + timedelta(hours=4))
    assert second.request_id == bill
    assert [detail(database, each).row.request.level for each in (bill, calm, urgent, other)] == [2, 1, 2, 1]


def test_it_happens_once_and_the_history_says_it(database: Database, noon: datetime, plan: Plan) -> None:
    request_id, later = open_due(database, "bill", noon), noon + timedelta(days=1)
    assert [len(escalate_overdue(database, plan, later)) for _ in range(3)] == [1, 0, 0]
    assert told(database, request_id) == [(SYSTEM, EntryKind.ESCALATED, "2")]


def test_it_stays_at_level_2_and_never_becomes_the_mediators(database: Database, noon: datetime, plan: Plan) -> None:
    second, third = open_due(database, "now", noon, level=2), open_due(database, "now", noon, level=3)
    (late,) = escalate_overdue(database, plan, noon)
    assert (late.request_id, late.went_up) == (second, False)
    assert told(database, second) == [(SYSTEM, EntryKind.OVERDUE, None)]
    assert told(database, third) == []
    assert detail(database, second).row.request.level == 2


def test_who_had_it_has_it_no_longer_and_is_named(database: Database, noon: datetime, plan: Plan) -> None:
    request_id = open_due(database, "now", noon)
    (issued,) = invite_users(database, OPERATOR, [Invitee("Anne", "anne@example.org", Role.STAFF, "fr")], at=noon)
    anne = issued.user
    treatment.hand_to_person(database, OPERATOR, request_id, anne.id, note=None, at=noon)
    (late,) = escalate_overdue(database, plan, noon)
    assert late.owner_id == anne.id and detail(database, request_id).row.owner_id is None


def test_a_moved_due_time_counts_anew(database: Database, noon: datetime, plan: Plan) -> None:
    request_id, tomorrow = open_due(database, "now", noon), noon + timedelta(days=1)
    escalate_overdue(database, plan, noon)
    treatment.move_due(database, OPERATOR, request_id, tomorrow, reason="they travel", at=noon)
    assert escalate_overdue(database, plan, tomorrow - timedelta(minutes=1)) == ()
    assert [late.went_up for late in escalate_overdue(database, plan, tomorrow)] == [False]


def test_joined_requests_go_up_with_theirs_and_the_balance_holds(
    database: Database, noon: datetime, plan: Plan
) -> None:
    ids = [open_due(database, "now", noon) for _ in range(3)]
    root = treatment.join_requests(database, OPERATOR, ids[:2], at=noon)
    inbox.close_request(database, OPERATOR, ids[2], "answered", note=None, at=noon)
    assert [late.request_id for late in escalate_overdue(database, plan, noon)] == [root]
    assert [detail(database, each).row.request.level for each in ids] == [2, 2, 1]
    balance = count_balance(database, OPERATOR, noon - timedelta(days=1))
    assert balance.holds and (balance.received, balance.open) == (2, 1)
    assert count_contradictions(database) == 0


def test_a_rule_for_all_is_for_requests_without_a_topic(database: Database, noon: datetime) -> None:
    everywhere = parse_plan(f"{plan_variants.PLAN.read_text()}\nrequests: {{escalate_h: 1, topics: {TOPICS}}}\n")
    other, calm, gone = (open_due(database, topic, noon) for topic in (None, "calm", "no_longer_in_the_plan"))
    late = escalate_overdue(database, everywhere, noon + timedelta(hours=1))
    assert [each.request_id for each in late] == [other, gone] and detail(database, calm).row.request.level == 1


@pytest.mark.engine("sqlite")
def test_those_that_wait_longer_hide_none_behind_them(database: Database, noon: datetime, plan: Plan) -> None:
    with database.write() as connection:
        row = {"kind": "missed", "created_at": noon, "due_at": noon, "level": 1}
        rows = [{**row, "topic": "bill"}] * AT_ONCE + [{**row, "topic": "now"}]
        connection.execute(Request.__table__.insert(), rows)
    assert [late.topic for late in escalate_overdue(database, plan, noon)] == ["now"]
