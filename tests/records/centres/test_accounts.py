"""The accounts of people of a centre: a link, a password, a second factor, and no way into the console."""

from datetime import datetime, timedelta

import pyotp
import pytest
from centre_people import PASSWORD, add_person

from records import changes
from records.actor import Actor, Forbidden, command_line_actor
from records.centres import account_sessions, accounts
from records.centres.accounts import AddressTaken, NewAccount
from records.database.engine import Database
from records.errors import NotFound
from records.users import administration, login, sessions
from records.users.invitees import Invitee
from records.users.login import LoginRejected
from records.users.login_attempts import TooManyLoginAttempts
from routing.access.permissions import Role
from routing.centres.people import CentreRole

ADMIN = command_line_actor("Anne")
WHERE = {"address": "192.0.2.7"}


def test_a_link_lets_somebody_choose_a_password_once(database: Database, noon: datetime) -> None:
    (issued,) = accounts.add_accounts(
        database, ADMIN, "north", [NewAccount("Zoé", "Zoe@Centre.example", CentreRole.AGENT, "fr")], at=noon
    )
    secret = account_sessions.accept_link(database, issued.secret, PASSWORD, at=noon)
    session = account_sessions.get_session(database, secret, at=noon)
    assert session and (session.account.centre, session.account.email) == ("north", "zoe@centre.example")
    with pytest.raises(NotFound):
        account_sessions.find_link(database, issued.secret, at=noon)
    assert account_sessions.log_in(database, "ZOE@centre.example ", PASSWORD, **WHERE, at=noon)


def test_a_link_expires(database: Database, noon: datetime) -> None:
    (issued,) = accounts.add_accounts(
        database, ADMIN, "north", [NewAccount("Zoé", "z@example.org", CentreRole.AGENT, "fr")], at=noon
    )
    with pytest.raises(NotFound):
        account_sessions.find_link(database, issued.secret, at=noon + timedelta(hours=72))


def test_an_account_of_a_centre_never_opens_the_console_nor_the_reverse(database: Database, noon: datetime) -> None:
    add_person(database, noon)
    secret = account_sessions.log_in(database, "zoe@centre.example", PASSWORD, **WHERE, at=noon)
    assert sessions.get_session(database, secret, at=noon) is None
    with pytest.raises(LoginRejected):
        login.log_in(database, "zoe@centre.example", PASSWORD, **WHERE, at=noon)
    newcomer = Invitee("Anne", "anne@example.org", Role.ADMINISTRATOR, "fr")
    (invited,) = administration.invite_users(database, ADMIN, [newcomer], at=noon)
    theirs = sessions.start_session(database, invited.user.id, second_factor=True, at=noon)
    assert account_sessions.get_session(database, theirs, at=noon) is None


def test_wrong_passwords_lock_and_a_browser_that_is_known_goes_on(database: Database, noon: datetime) -> None:
    zoe = add_person(database, noon)
    for _ in range(5):
        with pytest.raises(LoginRejected):
            account_sessions.log_in(database, zoe.email, "wrong", **WHERE, at=noon)
    with pytest.raises(TooManyLoginAttempts):
        account_sessions.log_in(database, zoe.email, PASSWORD, **WHERE, at=noon)
    assert account_sessions.log_in(database, zoe.email, PASSWORD, **WHERE, at=noon, browser=f"{zoe.id}.random")
    with pytest.raises(TooManyLoginAttempts):
        account_sessions.log_in(database, zoe.email, PASSWORD, **WHERE, at=noon, browser="999.random")


def test_a_second_factor_is_asked_for_and_each_code_works_once(database: Database, noon: datetime) -> None:
    zoe = add_person(database, noon)
    first = account_sessions.log_in(database, zoe.email, PASSWORD, **WHERE, at=noon)
    session = account_sessions.get_session(database, first, at=noon)
    assert session and not session.second_factor
    key = pyotp.random_base32()
    code = pyotp.TOTP(key).at(noon)
    second = account_sessions.enable_second_factor(database, session, key, code, at=noon)
    assert account_sessions.get_session(database, first, at=noon) is None
    verified = account_sessions.get_session(database, second, at=noon)
    assert verified and verified.second_factor and verified.account.has_second_factor
    later = noon + timedelta(minutes=1)
    third = account_sessions.log_in(database, zoe.email, PASSWORD, **WHERE, at=later)
    again = account_sessions.get_session(database, third, at=later)
    assert again and not again.second_factor
    with pytest.raises(LoginRejected):
        account_sessions.verify_second_factor(database, again, code, at=later)
    fresh = pyotp.TOTP(key).at(later)
    assert account_sessions.verify_second_factor(database, again, fresh, at=later)


def test_a_closed_account_is_out_at_once_and_a_new_link_lets_it_begin_again(database: Database, noon: datetime) -> None:
    zoe = add_person(database, noon)
    secret = account_sessions.log_in(database, zoe.email, PASSWORD, **WHERE, at=noon)
    accounts.close_account(database, ADMIN, zoe.id, at=noon)
    assert account_sessions.get_session(database, secret, at=noon) is None
    assert not accounts.has_open_accounts(database)
    with pytest.raises(LoginRejected):
        account_sessions.log_in(database, zoe.email, PASSWORD, **WHERE, at=noon)
    link = accounts.renew_link(database, ADMIN, zoe.id, at=noon)
    assert account_sessions.accept_link(database, link.secret, PASSWORD, at=noon)
    kinds = [change.kind for change in changes.list_changes(database, ADMIN, limit=9)]
    assert kinds[:3] == ["centre_account.link", "centre_account.closed", "centre_account.added"]


def test_an_address_has_one_account_and_a_refused_list_adds_nobody(database: Database, noon: datetime) -> None:
    zoe = add_person(database, noon)
    people = [NewAccount(name, email, CentreRole.AGENT, "fr") for name, email in (("A", "a@x.org"), ("Z", zoe.email))]
    with pytest.raises(AddressTaken):
        accounts.add_accounts(database, ADMIN, "south", people, at=noon)
    assert accounts.list_accounts(database, ADMIN, "south") == ()


def test_only_who_manages_people_does(database: Database, noon: datetime) -> None:
    for act in (accounts.list_accounts, lambda *args: accounts.add_accounts(*args, [], at=noon)):
        with pytest.raises(Forbidden):
            act(database, Actor(None, Role.SUPERVISOR, "S"), "north")
