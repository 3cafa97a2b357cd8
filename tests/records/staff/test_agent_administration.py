"""What people who manage agents do, and what the change log says of it."""

from datetime import UTC, datetime

import pytest

from records import changes
from records.actor import Actor, Forbidden, command_line_actor
from records.database.engine import Database
from records.errors import NotFound
from records.staff import agent_administration, agents
from records.staff.agent_administration import NameTaken
from records.staff.agents import NewAgent, NoFreeAccount
from records.users import administration
from records.users.invitees import Invitee
from records.users.users import get_user
from routing.access.permissions import Role

NOW = datetime(2030, 3, 4, 11, tzinfo=UTC)
ADMIN = command_line_actor("anne")
PAUL = NewAgent("Paul", "fr", ("fr",), 2, "+33639980001")


@pytest.fixture
def accounts(database: Database) -> Database:
    agents.create_desks(database, 2)
    return database


def test_an_agent_is_added_changed_and_removed_and_the_log_says_so(accounts: Database) -> None:
    added = agent_administration.add_agent(accounts, ADMIN, PAUL, at=NOW)
    renamed = NewAgent("Paul Durand", "en", ("en", "fr"), 1)
    changed = agent_administration.change_agent(accounts, ADMIN, added.id, renamed, at=NOW)
    assert (changed.name, changed.rank, changed.speaks, changed.outside_number) == (
        "Paul Durand",
        1,
        ("en", "fr"),
        None,
    )
    account = agent_administration.remove_agent(accounts, ADMIN, added.id, at=NOW)
    assert (account.agent, account.desk) == (None, added.desk) and account.password != added.password
    assert agents.list_agents(accounts) == ()

    removed, change, addition, *_ = changes.list_changes(accounts, ADMIN)
    assert [each.kind for each in (addition, change, removed)] == ["agent.added", "agent.changed", "agent.removed"]
    assert (change.before["name"], change.after["name"]) == ("Paul", "Paul Durand")
    assert "639980001" not in f"{addition}{change}{removed}" and added.password not in f"{addition}{change}{removed}"


def test_the_user_who_was_this_agent_keeps_their_account(accounts: Database) -> None:
    added = agent_administration.add_agent(accounts, ADMIN, PAUL, at=NOW)
    paul = Invitee("Paul", "paul@example.org", Role.STAFF, "fr", added.id)
    (invited,) = administration.invite_users(accounts, ADMIN, [paul], at=NOW)
    agent_administration.remove_agent(accounts, ADMIN, added.id, at=NOW)
    assert get_user(accounts, ADMIN, invited.user.id).agent_id is None
    agent_administration.add_agent(accounts, ADMIN, PAUL, at=NOW)


def test_two_agents_never_have_one_name_and_each_needs_an_account(accounts: Database) -> None:
    paul = agent_administration.add_agent(accounts, ADMIN, PAUL, at=NOW)
    zoe = agent_administration.add_agent(accounts, ADMIN, NewAgent("Zoé", "fr", ("fr",)), at=NOW)
    with pytest.raises(NameTaken):
        agent_administration.add_agent(accounts, ADMIN, NewAgent("PAUL ", "fr", ("fr",)), at=NOW)
    with pytest.raises(NameTaken):
        agent_administration.change_agent(accounts, ADMIN, zoe.id, PAUL, at=NOW)
    with pytest.raises(NoFreeAccount):
        agent_administration.add_agent(accounts, ADMIN, NewAgent("Léa", "fr", ("fr",)), at=NOW)
    assert [each.name for each in agents.list_agents(accounts)] == [paul.name, zoe.name]


def test_who_is_not_there_and_who_may_not(accounts: Database) -> None:
    with pytest.raises(NotFound):
        agent_administration.change_agent(accounts, ADMIN, 99, PAUL, at=NOW)
    with pytest.raises(NotFound):
        agent_administration.remove_agent(accounts, ADMIN, 99, at=NOW)
    with pytest.raises(Forbidden):
        agent_administration.add_agent(accounts, Actor(None, Role.STAFF, "x"), PAUL, at=NOW)
