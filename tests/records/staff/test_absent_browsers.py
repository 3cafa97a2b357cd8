"""Agents whose browser is closed are away after a while; who answers elsewhere is not."""

from datetime import UTC, datetime, timedelta

import pytest

from records.database.engine import Database
from records.staff import agents, browser_accounts, browser_phones, presence
from records.staff.absent_browsers import send_away
from records.staff.presence import PresenceState

NOON, AFTER = datetime(2030, 3, 4, 11, tzinfo=UTC), timedelta(seconds=60)
PAGE = "page-0001"


@pytest.fixture
def account(database: Database) -> str:
    """The account of Margot's browser, whose page is connected; she has been ready since noon."""
    agents.create_desks(database, 2)
    browser_accounts.create_browser_accounts(database)
    margot = agents.add_agent(database, "Margot", language="fr", at=NOON)
    agents.update_agent(database, margot.id, in_browser=True)
    agents.add_agent(database, "Nadia", language="fr", at=NOON)  # at her desk
    account = agents.find_agent(database, "Margot").browser_account
    assert account
    browser_phones.open_page(database, account, PAGE, at=NOON)
    return account


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def states(database: Database) -> dict[str, PresenceState]:
    return {one.name: one.state for one in presence.list_presences(database)}


def test_a_browser_that_is_closed_for_as_long_sends_its_agent_away(database: Database, account: str) -> None:
    assert send_away(database, AFTER, at=at(600)) == ()
    browser_phones.lose_page(database, account, PAGE, at=at(600))
    assert send_away(database, AFTER, at=at(659)) == ()
    assert len(send_away(database, AFTER, at=at(660))) == 1
    assert states(database) == {"Margot": PresenceState.OUT, "Nadia": PresenceState.READY}
    assert send_away(database, AFTER, at=at(900)) == ()


def test_a_browser_that_is_back_in_time_changes_nothing(database: Database, account: str) -> None:
    browser_phones.lose_page(database, account, PAGE, at=at(600))
    browser_phones.open_page(database, account, "page-0002", at=at(650))
    assert send_away(database, AFTER, at=at(900)) == ()


def test_who_takes_calls_without_opening_the_window_has_as_long_to_open_it(database: Database, account: str) -> None:
    browser_phones.lose_page(database, account, PAGE, at=at(600))
    (margot,) = send_away(database, AFTER, at=at(660))
    presence.set_presence(database, margot, PresenceState.READY, by="test", at=at(700))
    assert send_away(database, AFTER, at=at(759)) == ()
    assert send_away(database, AFTER, at=at(760)) == (margot,)


def test_a_break_ends_too_when_the_browser_is_closed(database: Database, account: str) -> None:
    margot = agents.find_agent(database, "Margot")
    presence.set_presence(database, margot.id, PresenceState.PAUSED, reason="lunch", by="test", at=at(10))
    browser_phones.lose_page(database, account, PAGE, at=at(20))
    assert send_away(database, AFTER, at=at(100)) == (margot.id,)


def test_whoever_answers_at_a_desk_again_stays(database: Database, account: str) -> None:
    browser_phones.lose_page(database, account, PAGE, at=at(600))
    agents.update_agent(database, agents.find_agent(database, "Margot").id, outside_number="")
    assert send_away(database, AFTER, at=at(900)) == ()


def test_a_page_is_away_from_the_start_of_the_relay_until_it_connects_again(database: Database, account: str) -> None:
    browser_phones.await_pages(database, at=at(600))
    assert send_away(database, AFTER, at=at(640)) == ()
    browser_phones.open_page(database, account, PAGE, at=at(641))
    assert send_away(database, AFTER, at=at(900)) == ()
    browser_phones.await_pages(database, at=at(1000))
    assert len(send_away(database, AFTER, at=at(1060))) == 1
