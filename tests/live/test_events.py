"""What open pages are told, and who is told nothing: the real process on a real database."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from live_process import Listener, LiveProcess
from reception import wait_for

from records.actor import Actor, command_line_actor
from records.contacts.senders import Sender
from records.database.engine import Database
from records.inbox.opening import NewRequest, open_reported_request
from records.inbox.treatment import add_note
from records.requests.requests import RequestKind
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState
from records.users import administration, login, sessions
from routing.access.permissions import Permission, Role, has_permission
from routing.request_rules import Topic

MEDIATION = Topic("mediation", {"fr": "Médiation"}, level=3)
MEDIATOR = Actor(None, Role.MEDIATOR, "Zoé")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def anne(database: Database) -> Agent:
    agents.create_sip_accounts(database, {"p01": "secret"})
    return agents.add_agent(database, "Anne Exemple", language="fr", at=now())


@pytest.fixture
def pages(live: LiveProcess) -> Iterator[dict[Role, Listener]]:
    """An open page of somebody in each role."""
    with ExitStack() as stack:
        yield {role: stack.enter_context(live.listen(live.console.add_user(role, f"{role} Test"))) for role in Role}


def take_calls(database: Database, agent: Agent) -> None:
    presence.set_presence(database, agent.id, PresenceState.READY, by="test", at=now())


def write_letter(database: Database, topic: Topic | None = None) -> int:
    letter = NewRequest(RequestKind.LETTER, Sender(line="+33639980001"), "La rue est fermée", topic=topic)
    return open_reported_request(database, MEDIATOR, letter, at=now())


def allowed(right: Permission) -> set[Role]:
    return {role for role in Role if has_permission(role, right)}


def told(pages: dict[Role, Listener], name: str) -> set[Role]:
    return {role for role, page in pages.items() if name in page.names}


def test_each_role_is_told_of_what_it_may_see_and_gets_no_content(
    anne: Agent, pages: dict[Role, Listener], database: Database
) -> None:
    write_letter(database)
    take_calls(database, anne)

    wait_for(lambda: told(pages, "team") == allowed(Permission.SEE_RECEPTION), "the team")
    wait_for(lambda: told(pages, "requests") == allowed(Permission.SEE_REQUESTS), "the requests")
    assert {name for page in pages.values() for name in page.names} == {"open", "team", "requests"}


def test_what_happens_to_the_mediators_requests_sends_nobody_else_a_byte(
    anne: Agent, pages: dict[Role, Listener], database: Database
) -> None:
    before = {role: page.bytes for role, page in pages.items()}

    request_id = write_letter(database, MEDIATION)
    pages[Role.MEDIATOR].wait_for("requests")
    count = len(pages[Role.MEDIATOR].names)
    add_note(database, MEDIATOR, request_id, "Rappeler le maire", at=now())
    wait_for(lambda: len(pages[Role.MEDIATOR].names) > count, "the note")

    others = {role: page.bytes for role, page in pages.items() if role is not Role.MEDIATOR}
    assert others == {role: before[role] for role in others}
    take_calls(database, anne)  # the same pages are told of what is theirs
    wait_for(lambda: told(pages, "team") == allowed(Permission.SEE_RECEPTION), "the team")
    assert told(pages, "requests") == {Role.MEDIATOR}


def test_a_page_is_closed_at_once_when_its_user_logs_out_is_deactivated_or_gets_another_role(
    live: LiveProcess, database: Database
) -> None:
    leaves, goes, rises = (live.console.add_user(Role.STAFF, name) for name in ("Paul A", "Rose B", "Marc C"))
    admin = command_line_actor("test")
    with live.listen(leaves) as left, live.listen(goes) as gone, live.listen(rises) as risen:
        administration.deactivate_user(database, admin, goes.id, at=now())
        assert gone.is_closed.wait(10)
        administration.update_user(
            database,
            admin,
            rises.id,
            administration.UserDetails(name=rises.name, role=Role.SUPERVISOR, agent_id=None),
            at=now(),
        )
        assert risen.is_closed.wait(10)
        assert not left.is_closed.is_set()
        with database.write() as connection:
            sessions.end_all_sessions(connection, leaves.id, at=now())
        assert left.is_closed.wait(10)


@pytest.mark.parametrize("what", ["nothing", "unsigned", "ended", "without the second factor", "another site"])
def test_a_stranger_gets_no_event(live: LiveProcess, database: Database, what: str) -> None:
    user = live.console.add_user(Role.ADMINISTRATOR, "Anne")
    secret = live.log_in(user, second_factor=what != "without the second factor")
    cookie = {"nothing": "", "unsigned": f"standardiste={secret}"}.get(what, live.cookie(secret))
    if what == "ended":
        login.log_out(database, sessions.get_session(database, secret, at=now()), at=now())  # type: ignore[arg-type]

    connection, answer = live.request(cookie, **({"Origin": "https://evil.example"} if what == "another site" else {}))

    assert answer.status == (403 if what == "another site" else 401)
    assert answer.headers["Access-Control-Allow-Origin"] is None
    connection.close()


def test_a_page_of_the_console_at_its_own_port_may_read_the_events(live: LiveProcess) -> None:
    user, origin = live.console.add_user(Role.STAFF, "Paul"), live.console.url
    connection, answer = live.request(live.cookie(live.log_in(user)), Origin=origin)

    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, origin)
    connection.close()


def test_it_ends_when_asked_and_is_killed_without_harm_to_pages_that_come_back(
    live: LiveProcess, database: Database, anne: Agent
) -> None:
    user = live.console.add_user(Role.STAFF, "Paul")
    with live.listen(user) as page:
        os.kill(live.pid, signal.SIGKILL)
        assert page.is_closed.wait(10)
    live.wait()
    live.start()
    with live.listen(user) as page:
        take_calls(database, anne)
        page.wait_for("team")
        assert live.stop() == 0
        assert page.is_closed.wait(10)
