"""Outcomes that a centre has not reported: listed, counted, and brought to mind once a day."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from centre_calls import hand_over
from centre_people import add_person
from rich_plan import RICH_PLAN
from sqlalchemy import select

from records.actor import command_line_actor
from records.centres import accounts, cards, missing_outcomes, outcomes
from records.centres.missing_outcomes import find_overdue, find_reminded, has_seen, list_missing, remind_centres
from records.database.engine import Database
from records.schema import OutboxEvent, OutgoingMail
from records.webhooks import endpoints
from routing.centres.people import CentreRole
from routing.plan.parsing import parse_plan

OVERFLOW = parse_plan(RICH_PLAN).overflow
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def give(database: Database, number: int, at: datetime, **more: int | None) -> str:
    return hand_over(database, number, at.isoformat(), **more)  # type: ignore[arg-type]


def report(database: Database, reference: str, at: datetime) -> None:
    given = outcomes.find_given_call(database, "north", reference)
    assert given is not None
    outcomes.report_outcome(database, given.handoff_id, "answered", None, by="Zoé", at=at)


def mails(database: Database) -> list[int | None]:
    with database.read() as connection:
        return [*connection.scalars(select(OutgoingMail.centre_account_id).order_by(OutgoingMail.id))]


def test_what_was_answered_and_is_over_is_listed_until_it_is_reported(database: Database, noon: datetime) -> None:
    first, second = (give(database, number, noon) for number in (1, 2))
    give(database, 3, noon, ring_s=None)
    give(database, 4, noon - 32 * DAY)  # too late to report
    later = noon + HOUR
    found = list_missing(database, "north", at=later, limit=10)
    assert [(each.reference, each.talk_s) for each in found] == [(second, 120), (first, 120)]
    assert [each.reference for each in list_missing(database, "north", at=later, before=found[0].id, limit=1)] == [
        first
    ]
    assert list_missing(database, "south", at=later, limit=10) == ()
    report(database, second, later)
    assert [each.reference for each in list_missing(database, "north", at=later, limit=10)] == [first]


def test_an_agent_finds_the_calls_whose_card_they_opened(database: Database, noon: datetime) -> None:
    zoe, other = (add_person(database, noon, email=f"{name}@centre.example") for name in "zo")
    reference = give(database, 1, noon)
    give(database, 2, noon)
    cards.open_card(database, zoe, reference, "link", after=HOUR, at=noon + timedelta(minutes=3))
    assert [each.reference for each in list_missing(database, "north", at=noon + HOUR, seen_by=zoe.id, limit=9)] == [
        reference
    ]
    assert list_missing(database, "north", at=noon + HOUR, seen_by=other.id, limit=9) == ()
    given = outcomes.find_given_call(database, "north", reference)
    assert given and has_seen(database, zoe.id, given.handoff_id) and not has_seen(database, other.id, given.handoff_id)


def test_an_outcome_is_overdue_so_many_hours_after_the_call(database: Database, noon: datetime) -> None:
    give(database, 1, noon)
    end = noon + timedelta(seconds=124)
    assert find_overdue(database, "north", 24, at=end + 24 * HOUR - timedelta(seconds=1)).count == 0
    overdue = find_overdue(database, "north", 24, at=end + 24 * HOUR)
    assert (overdue.count, overdue.oldest_at) == (1, noon + timedelta(seconds=4))


def test_supervisors_are_reminded_once_a_day_while_an_outcome_is_overdue(database: Database, noon: datetime) -> None:
    head = add_person(database, noon, email="head@centre.example", role=CentreRole.SUPERVISOR)
    closed = add_person(database, noon, email="gone@centre.example", role=CentreRole.SUPERVISOR)
    accounts.close_account(database, command_line_actor("test"), closed.id, at=noon)
    add_person(database, noon, email="agent@centre.example")
    add_person(database, noon, email="south@centre.example", role=CentreRole.SUPERVISOR, centre="south")
    endpoints.add_endpoint(
        database, "https://www.example.org/hook", "secret", kinds=("outcomes.*",), full_numbers=False, at=noon
    )
    reference = give(database, 1, noon)
    assert remind_centres(database, OVERFLOW, at=noon + 20 * HOUR) == ()
    assert remind_centres(database, OVERFLOW, at=noon + 25 * HOUR) == ("north",)
    assert remind_centres(database, OVERFLOW, at=noon + 26 * HOUR) == ()
    assert mails(database) == [head.id]
    assert remind_centres(database, OVERFLOW, at=noon + 49 * HOUR) == ("north",)
    assert mails(database) == [head.id]  # the first one still waits: one is enough
    report(database, reference, noon + 50 * HOUR)
    assert remind_centres(database, OVERFLOW, at=noon + 80 * HOUR) == ()
    with database.read() as connection:
        told = connection.scalars(select(OutboxEvent.data).where(OutboxEvent.kind == "outcomes.missing")).all()
    oldest = (noon + timedelta(seconds=4)).isoformat()
    assert told == [{"centre": "north", "calls": 1, "oldest_at": oldest, "hours": 24}] * 2


def test_without_a_rule_in_the_contract_nobody_is_reminded(database: Database, noon: datetime) -> None:
    add_person(database, noon, role=CentreRole.SUPERVISOR)
    give(database, 1, noon)
    centres = tuple(replace(each, contract=replace(each.contract, outcome_h=0)) for each in OVERFLOW.centres)
    assert remind_centres(database, replace(OVERFLOW, centres=centres), at=noon + 9 * DAY) == ()
    assert mails(database) == []


@pytest.mark.parametrize("change", ["reported", "closed"])
def test_a_reminder_that_has_become_pointless_is_not_sent(database: Database, noon: datetime, change: str) -> None:
    head = add_person(database, noon, role=CentreRole.SUPERVISOR)
    reference, later = give(database, 1, noon), noon + 25 * HOUR
    found = find_reminded(database, head.id, at=later)
    assert found is not None and found.email == head.email
    if change == "reported":
        report(database, reference, later)
    else:
        accounts.close_account(database, command_line_actor("test"), head.id, at=later)
    assert find_reminded(database, head.id, at=later) is None
    assert missing_outcomes.find_reminded(database, 99, at=later) is None
