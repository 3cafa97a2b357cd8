"""Open pages of the console in a real browser, which `serve-live` tells what changes."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from browser import chromium
from console_process import ConsoleProcess
from live_process import LiveProcess
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from records.database.engine import Database
from records.schema import User as Users
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState
from records.users import sessions
from routing.access.permissions import Role

NO_TIMERS = "window.setInterval = () => 0;"
"""A page that asks for nothing by itself."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def served(console: ConsoleProcess) -> ConsoleProcess:
    console.start()
    return console


@pytest.fixture
def team(database: Database) -> tuple[Agent, Agent]:
    agents.create_sip_accounts(database, {"p01": "secret", "p02": "secret"})
    now = datetime.now(UTC)
    anne = agents.add_agent(database, "Anne Exemple", language="fr", at=now)
    return anne, agents.add_agent(database, "Paul Exemple", language="fr", at=now)


def choose(console: ConsoleProcess, agent: Agent, state: PresenceState) -> None:
    """As a process of ours does, which wakes `serve-live`."""
    presence.set_presence(console.installation.database, agent.id, state, by="*21", at=datetime.now(UTC))


def open_page(console: ConsoleProcess, browser: Browser, agent: Agent, *, path: str = "/own", script: str = "") -> Page:
    """The page of the user who is this agent, once it is told of changes."""
    user = console.add_user(Role.STAFF, agent.name)
    with console.database.write() as connection:
        connection.execute(update(Users).where(Users.id == user.id).values(agent_id=agent.id))
    page = console.open_page(browser, user)
    page.add_init_script(script)
    with page.expect_request_finished(lambda request: request.url.endswith("/strip")):  # it begins to be told
        page.goto(f"{console.url}{path}")
    return page


def test_ones_own_presence_reaches_the_open_page_from_the_telephone(
    served: ConsoleProcess, live: LiveProcess, browser: Browser, team: tuple[Agent, Agent]
) -> None:
    page = open_page(served, browser, team[0], script=NO_TIMERS)
    expect(page.locator(".presence")).to_contain_text("Disponible")

    choose(served, team[0], PresenceState.PAUSED)
    expect(page.locator(".presence")).to_contain_text("En pause")
    choose(served, team[0], PresenceState.OUT)
    expect(page.locator(".presence")).to_contain_text("Absent")


def test_the_number_of_agents_who_take_calls_changes_without_a_request(
    served: ConsoleProcess, live: LiveProcess, browser: Browser, team: tuple[Agent, Agent]
) -> None:
    page = open_page(served, browser, team[0], script=NO_TIMERS)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    ready = page.locator("[data-count=ready]")

    choose(served, team[1], PresenceState.OUT)
    expect(ready).to_have_attribute("title", "1 agent disponible")
    expect(ready.locator("[aria-hidden]:not(svg)")).to_have_text("1")
    assert [url for url in asked if url.endswith("/strip")] == []


def test_a_page_asks_by_itself_while_serve_live_is_dead_and_is_told_again_when_it_is_back(
    served: ConsoleProcess, live: LiveProcess, browser: Browser, team: tuple[Agent, Agent]
) -> None:
    page = open_page(served, browser, team[0])
    live.kill()

    choose(served, team[0], PresenceState.PAUSED)
    expect(page.locator(".presence")).to_contain_text("En pause")
    with page.expect_request("**/live/events", timeout=60_000), page.expect_request("**/strip", timeout=60_000):
        live.start()
    choose(served, team[0], PresenceState.OUT)
    expect(page.locator(".presence")).to_contain_text("Absent")


def test_a_page_whose_session_has_ended_is_told_nothing_more_and_asks_no_more(
    served: ConsoleProcess, live: LiveProcess, browser: Browser, team: tuple[Agent, Agent]
) -> None:
    page = open_page(served, browser, team[0])
    refused = page.expect_response(lambda answer: answer.status == 401, timeout=30_000)
    with refused, served.database.write() as connection:
        user_id = connection.scalars(select(Users.id)).one()
        sessions.end_all_sessions(connection, user_id, at=datetime.now(UTC))
    choose(served, team[0], PresenceState.PAUSED)
    expect(page.locator("body")).not_to_have_attribute("data-live", "/strip")
    expect(page.locator(".presence")).to_contain_text("Disponible")
