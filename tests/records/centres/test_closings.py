"""The end of a contract closes what opens the pages and the API to a centre, and keeps what was taken away."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from centre_calls import hand_over
from centre_people import PASSWORD, add_person
from rich_plan import RICH_PLAN

from records import changes, site_keys
from records.actor import Actor, Forbidden, command_line_actor
from records.centres import account_sessions, accounts, cards, closings
from records.centres.closings import ClosedAccount, close_ended, list_closings
from records.database.engine import Database
from records.errors import NotFound
from records.site_keys import NO_SITE, OUTCOMES_SCOPE
from records.users.login import LoginRejected
from routing.access.permissions import Role
from routing.centres.people import CentreRole
from routing.plan.model import OverflowPlan
from routing.plan.parsing import parse_plan

LAST = date(2030, 3, 4)
STAFF = Actor(None, Role.SUPERVISOR, "Anne", "console")


@pytest.fixture
def overflow() -> OverflowPlan:
    """The contract with the centre `north` ends on the day of the test; that of `south` has no last day."""
    plan = parse_plan(RICH_PLAN).overflow
    centres = [replace(each, contract=replace(each.contract, ends_on=LAST)) for each in plan.centres[:1]]
    return replace(plan, centres=(*centres, *plan.centres[1:]))


def make_key(database: Database, centre: str, at: datetime) -> str:
    _, token = site_keys.create_site_key(
        database, site_keys.NewKey(NO_SITE, (OUTCOMES_SCOPE,), f"CRM {centre}", centre), at=at
    )
    return token


def close_day_after(database: Database, overflow: OverflowPlan, at: datetime) -> tuple[str, ...]:
    return close_ended(database, overflow, today=LAST + timedelta(days=1), at=at + timedelta(days=1))


def test_accounts_sessions_and_keys_of_the_centre_are_closed_after_its_last_day(
    database: Database, overflow: OverflowPlan, noon: datetime
) -> None:
    zoe = add_person(database, noon, role=CentreRole.SUPERVISOR)
    session = account_sessions.log_in(database, zoe.email, PASSWORD, address="192.0.2.1", at=noon)
    issued = accounts.add_accounts(
        database,
        command_line_actor("test"),
        "north",
        [accounts.NewAccount("Yves", "yves@centre.example", CentreRole.AGENT, "fr")],
        at=noon,
    )[0]
    reference = hand_over(database, 1, noon.isoformat())
    cards.open_card(database, zoe, reference, "link", after=timedelta(hours=1), at=noon + timedelta(minutes=2))
    token = make_key(database, "north", noon)
    assert close_ended(database, overflow, today=LAST, at=noon) == ()
    assert close_day_after(database, overflow, noon) == ("north",)
    later = noon + timedelta(days=1)
    assert account_sessions.get_session(database, session, at=noon) is None
    with pytest.raises(LoginRejected):
        account_sessions.log_in(database, zoe.email, PASSWORD, address="192.0.2.1", at=later)
    with pytest.raises(NotFound):
        account_sessions.find_link(database, issued.secret, at=noon)
    assert site_keys.find_site_key(database, token) is None
    (closing,) = list_closings(database, STAFF, "north")
    assert closing.accounts == (
        ClosedAccount("Yves", "yves@centre.example", "agent", had_password=False, had_second_factor=False),
        ClosedAccount(zoe.name, zoe.email, "supervisor", had_password=True, had_second_factor=False),
    )
    assert (closing.sessions, closing.keys, closing.calls, closing.looks) == (2, ("CRM north",), 1, 1)
    assert (closing.ended_on, closing.closed_at) == (LAST, later)
    (change,) = [each for each in changes.list_changes(database, STAFF, limit=20) if each.kind == "centre.closed"]
    assert change.subject == "north"


def test_other_centres_stay_open(database: Database, overflow: OverflowPlan, noon: datetime) -> None:
    add_person(database, noon)
    other = add_person(database, noon, email="s@south.example", centre="south")
    token = make_key(database, "south", noon)
    close_day_after(database, overflow, noon)
    assert account_sessions.log_in(database, other.email, PASSWORD, address="192.0.2.1", at=noon)
    assert site_keys.find_site_key(database, token) is not None
    assert list_closings(database, STAFF, "south") == ()


def test_what_is_closed_is_closed_once(database: Database, overflow: OverflowPlan, noon: datetime) -> None:
    add_person(database, noon)
    assert close_day_after(database, overflow, noon) == ("north",)
    assert close_day_after(database, overflow, noon) == ()
    assert len(list_closings(database, STAFF, "north")) == 1


def test_a_contract_that_goes_on_is_opened_by_hand(database: Database, overflow: OverflowPlan, noon: datetime) -> None:
    zoe = add_person(database, noon)
    close_day_after(database, overflow, noon)
    longer = replace(
        overflow,
        centres=tuple(replace(each, contract=replace(each.contract, ends_on=None)) for each in overflow.centres),
    )
    assert close_day_after(database, longer, noon) == ()
    link = accounts.renew_link(database, command_line_actor("test"), zoe.id, at=noon)
    account_sessions.accept_link(database, link.secret, PASSWORD, at=noon)
    assert account_sessions.log_in(database, zoe.email, PASSWORD, address="192.0.2.1", at=noon)


def test_a_certificate_is_for_those_who_check_costs(database: Database, overflow: OverflowPlan, noon: datetime) -> None:
    add_person(database, noon)
    close_day_after(database, overflow, noon)
    (closing,) = list_closings(database, STAFF, "north")
    assert closings.get_closing(database, STAFF, "north", closing.id) == closing
    for centre, number in (("south", closing.id), ("north", closing.id + 1)):
        with pytest.raises(NotFound):
            closings.get_closing(database, STAFF, centre, number)
    with pytest.raises(Forbidden):
        list_closings(database, Actor(None, Role.STAFF, "Zoé", "console"), "north")
