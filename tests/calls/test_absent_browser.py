"""A browser that dies, falls silent or is left for another: what its agent's caller notices, and who is rung."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import browser_agents
import pytest
from browser_agents import SPOKEN_HZ, BrowserAgents, expect_state, heard_since, press, texts, wait_until_heard
from databases import copy_installation
from playwright.sync_api import Browser, Page, expect
from reception import Reception, wait_for

from caller.phone import CallerId, Phone, PhoneEventKind
from caller.prompt_recognizer import HeardPrompt
from records.call_events import CallEventKind
from records.calls.call_detail import get_call_detail, list_recent_calls
from records.plan import plan_versions
from records.staff import presence
from records.staff.presence import PresenceState

pytestmark = pytest.mark.long

CALLER_HZ = 620


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser_agents.browser_with_microphone(tmp_path_factory.mktemp("microphone")) as browser:
        yield browser


@pytest.fixture(scope="module")
def console(prepared_installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserAgents]:
    """Agents are away 20 s after their browser."""
    var = copy_installation(prepared_installation, tmp_path_factory.mktemp("browsers") / "var")
    reception = Reception.for_calls(var, **browser_agents.settings())
    text = plan_versions.get_current_version(reception.database).text  # type: ignore[union-attr]
    text = text.replace("\nstaff:\n", "\nstaff:\n  browser_away_s: 20\n")
    plan_versions.save_plan(reception.database, text, author="test", at=datetime.now(UTC))
    reception.start()
    yield BrowserAgents(reception)
    reception.stop()


@pytest.fixture(autouse=True)
def everybody_leaves(console: BrowserAgents) -> Iterator[None]:
    yield
    console.leave()


def call_the_team(console: BrowserAgents, phone: Phone, number: str) -> None:
    phone.dial(console.reception.uri(), CallerId(number))
    phone.wait_for(PhoneEventKind.ANSWERED)
    phone.press("0")


@contextmanager
def answered_call(console: BrowserAgents, page: Page, sound: Path, number: str) -> Iterator[Phone]:
    """A caller whom the agent of this page has answered, and whom they hear."""
    with Phone(outgoing_audio=sound) as caller:
        call_the_team(console, caller, number)
        expect_state(page, "ringing")
        press(page, "answer")
        expect_state(page, "talking")
        wait_until_heard(page, CALLER_HZ)
        yield caller


def prompts(console: BrowserAgents, phone: Phone) -> list[str]:
    found = console.reception.prompt_recognizer().recognize(phone.received_audio())
    return [each.key for each in found if isinstance(each, HeardPrompt)]


def kinds_of_last_call(console: BrowserAgents) -> set[CallEventKind]:
    database = console.reception.database
    return {
        event.kind for last in list_recent_calls(database, 1) for event in get_call_detail(database, last.ref).events
    }


def state_of(console: BrowserAgents, agent_id: int) -> PresenceState:
    found = presence.list_presences(console.reception.database)
    return next(one.state for one in found if one.agent_id == agent_id)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_an_agent_whose_browser_dies_or_falls_silent_is_away_and_nobody_rings_there(
    console: BrowserAgents, browser: Browser, tmp_path: Path, how: signal.Signals
) -> None:
    """A stopped browser is to us what a lost network is: its connection stays open, and nothing comes."""
    agent, user = console.add("Louise Exemple" if how is signal.SIGKILL else "Odette Exemple")
    with browser_agents.browser_of_its_own(tmp_path, browser.browser_type) as (own, group):
        console.open_phone(console.sign_in(own, user))
        os.killpg(group, how)
        wait_for(lambda: state_of(console, agent.id) is PresenceState.OUT, "the agent to be away", 100)
    with Phone() as caller:
        call_the_team(console, caller, "+33639980008")
        wait_for(lambda: CallEventKind.STAFF_AWAY in kinds_of_last_call(console), "the caller to be told", 20)
        assert CallEventKind.STAFF_RINGING not in kinds_of_last_call(console)


def test_a_network_that_is_away_for_some_seconds_does_not_end_the_call(
    console: BrowserAgents, browser: Browser, tmp_path: Path, tone: Callable[[int, float], Path]
) -> None:
    _, user = console.add("Marcel Exemple")
    with browser_agents.browser_of_its_own(tmp_path, browser.browser_type) as (own, group):
        page = console.open_phone(console.sign_in(own, user))
        with answered_call(console, page, tone(CALLER_HZ, 90), "+33639980009") as caller:
            os.killpg(group, signal.SIGSTOP)
            stopped_s = caller.elapsed_s()
            wait_for(lambda: caller.elapsed_s() > stopped_s + 8, "eight seconds", 15)
            os.killpg(group, signal.SIGCONT)
            wait_until_heard(page, CALLER_HZ)
            assert "agent-back" not in prompts(console, caller)
            caller.hangup()
            expect_state(page, "ready")


def test_at_another_computer_the_same_agent_has_their_caller_there(
    console: BrowserAgents, browser: Browser, tone: Callable[[int, float], Path]
) -> None:
    _, user = console.add("Nina Exemple")
    page = console.open_phone(console.sign_in(browser, user))
    with answered_call(console, page, tone(CALLER_HZ, 90), "+33639980010") as caller:
        second = console.sign_in(browser, user).new_page()
        second.goto(f"{console.url}/browser-phone")
        expect_state(second, "talking")
        moved_s = caller.elapsed_s()
        wait_until_heard(second, CALLER_HZ)
        wait_for(lambda: heard_since(caller, moved_s, SPOKEN_HZ), "the agent's voice at the second computer", 15)
        wait_for(lambda: caller.elapsed_s() > moved_s + 5, "five seconds, in which the first page does nothing", 15)
        expect_state(second, "talking")
        expect(page.locator('[data-phone="state"]')).to_have_text(texts(page, "reason_elsewhere"))
        press(page, "again")
        expect_state(page, "talking")
        wait_until_heard(page, CALLER_HZ)
        expect_state(second, "refused")
