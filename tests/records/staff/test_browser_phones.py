"""The telephone of a session: its password, what ends it, and pages that are lost."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from records.actor import Actor, command_line_actor
from records.database.engine import Database
from records.errors import NotFound
from records.schema import User as Users
from records.staff import agent_administration, agents, browser_accounts, browser_phones
from records.staff.browser_phones import BrowserWork, NoBrowserPhone
from records.users import administration, sessions
from records.users.invitees import Invitee
from routing.access.permissions import Role

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)


@pytest.fixture
def user_id(database: Database) -> int:
    """A user who is the agent Margot, whose calls ring in the browser."""
    agents.create_desks(database, 2)
    browser_accounts.create_browser_accounts(database)
    margot = agents.add_agent(database, "Margot", language="fr", at=NOON)
    agents.update_agent(database, margot.id, in_browser=True)
    newcomer = Invitee("Margot", "margot@example.org", Role.STAFF, "fr")
    (invited,) = administration.invite_users(database, command_line_actor("test"), [newcomer], at=NOON)
    with database.write() as connection:
        connection.execute(update(Users).where(Users.id == invited.user.id).values(agent_id=margot.id))
    return invited.user.id


def start_session(database: Database, user_id: int) -> int:
    found = sessions.get_session(database, sessions.start_session(database, user_id, at=NOON), at=NOON)
    assert found
    return found.id


def apply_all(database: Database, at: datetime = NOON) -> BrowserWork:
    work = browser_phones.take_work(database, at=at)
    for account, version in work.versions.items():
        browser_phones.mark_applied(database, account, version)
    return work


def test_a_session_gets_a_password_that_is_kept_until_asterisk_has_it(database: Database, user_id: int) -> None:
    session = start_session(database, user_id)
    login = browser_phones.issue_login(database, session, at=NOON)

    assert not browser_phones.is_applied(database, login)
    assert browser_phones.get_password(database, login.account) == (login.version, login.password)
    assert browser_phones.take_work(database, at=NOON).versions == {login.account: login.version}
    browser_phones.mark_applied(database, login.account, login.version)
    assert browser_phones.is_applied(database, login)
    assert browser_phones.get_password(database, login.account) == (login.version, None)
    assert browser_phones.take_work(database, at=NOON) == BrowserWork({}, ())
    assert browser_phones.find_account(database, session, at=NOON) == login.account


@pytest.mark.parametrize("end", ["logout", "deactivated", "idle", "desk", "no longer this agent"])
def test_the_password_goes_with_the_session_and_with_the_right(database: Database, user_id: int, end: str) -> None:
    session = start_session(database, user_id)
    login = browser_phones.issue_login(database, session, at=NOON)
    apply_all(database)
    with database.write() as connection:
        own = update(Users).where(Users.id == user_id)
        if end == "logout":
            sessions.end_session(connection, session, at=NOON)
        elif end == "deactivated":
            connection.execute(own.values(deactivated_at=NOON))
        elif end == "no longer this agent":
            connection.execute(own.values(agent_id=None))
    if end == "desk":
        agents.update_agent(database, agents.find_agent(database, "Margot").id, outside_number="")
    later = NOON + timedelta(hours=3 if end == "idle" else 0)

    assert browser_phones.find_account(database, session, at=later) is None
    assert apply_all(database, later).versions == {login.account: login.version + 1}
    assert browser_phones.get_password(database, login.account) == (login.version + 1, None)
    with pytest.raises(NoBrowserPhone):
        browser_phones.issue_login(database, session, at=later)


def test_another_session_of_the_agent_takes_the_telephone_over(database: Database, user_id: int) -> None:
    first, second = start_session(database, user_id), start_session(database, user_id)
    browser_phones.issue_login(database, first, at=NOON)
    login = browser_phones.issue_login(database, second, at=NOON)

    assert browser_phones.find_account(database, first, at=NOON) is None
    assert browser_phones.find_account(database, second, at=NOON) == login.account


def test_calls_are_told_once_of_a_page_that_is_gone_or_replaced_and_not_of_one_that_comes_back(
    database: Database, user_id: int
) -> None:
    account = browser_phones.issue_login(database, start_session(database, user_id), at=NOON).account
    apply_all(database)
    browser_phones.open_page(database, account, "page-1", at=NOON)
    browser_phones.open_page(database, account, "page-1", at=NOON)
    assert apply_all(database).lost == ()
    browser_phones.open_page(database, account, "page-2", at=NOON)
    assert apply_all(database).lost == (account,)
    browser_phones.lose_page(database, account, "page-1", at=NOON)
    assert apply_all(database).lost == ()
    browser_phones.lose_page(database, account, "page-2", at=NOON)
    assert apply_all(database).lost == (account,)
    assert apply_all(database).lost == ()


def test_a_desk_that_changes_hands_has_another_account(database: Database, user_id: int) -> None:
    account = browser_phones.issue_login(database, start_session(database, user_id), at=NOON).account
    agents.remove_agent(database, agents.find_agent(database, "Margot").id, password="x", at=NOON)

    assert account not in {one.browser_account for one in agents.list_sip_accounts(database)}


def test_agents_choose_their_own_telephone_and_others_have_none_to_choose(database: Database, user_id: int) -> None:
    margot = Actor(user_id, Role.STAFF, "Margot")
    assert not agent_administration.choose_own_phone(database, margot, in_browser=False, at=NOON).in_browser
    assert agent_administration.choose_own_phone(database, margot, in_browser=True, at=NOON).browser_account
    with pytest.raises(NotFound):
        agent_administration.choose_own_phone(database, Actor(99, Role.STAFF, "X"), in_browser=True, at=NOON)
    agents.update_agent(database, agents.find_agent(database, "Margot").id, outside_number="+33639980001")
    with pytest.raises(NotFound):
        agent_administration.choose_own_phone(database, margot, in_browser=True, at=NOON)


def test_where_browser_phones_are_switched_off_calls_ring_at_the_desk(database: Database, user_id: int) -> None:
    browser_accounts.delete_browser_accounts(database)

    assert agents.find_agent(database, "Margot").browser_account is None
