"""One's own presence in the strip, in a real browser."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import plan_variants
import pytest
from browser import accessibility_violations, chromium, scrolling_widths, tab_to
from console_process import ConsoleProcess, running_console
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from records.database.engine import Database
from records.plan import plan_versions
from records.schema import User as Users
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState
from records.staff.wrapups import begin_wrapup
from routing.access.permissions import Role

PAUSES = "  pauses: [{name: lunch, title: {fr: Déjeuner, en: Lunch}}, {name: call, title: Rappels et courrier}]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def process(database: Database, database_url: str, tmp_path: Path) -> Iterator[ConsoleProcess]:
    with running_console(database, database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def anne(process: ConsoleProcess) -> Agent:
    """An agent, who is the user of the pages below."""
    text = plan_variants.PLAN.read_text().replace("\nstaff:\n", f"\nstaff:\n{PAUSES}\n  more_wrapup_s: 60\n")
    now = datetime.now(UTC)
    plan_versions.save_plan(process.database, text, author="test", at=now)
    agents.create_sip_accounts(process.database, {"p01": "secret"})
    return agents.add_agent(process.database, "Anne Exemple", language="fr", at=now)


def open_strip(process: ConsoleProcess, browser: Browser, anne: Agent, **options: object) -> Page:
    user = process.add_user(Role.STAFF, "Anne Exemple")
    with process.database.write() as connection:
        connection.execute(update(Users).where(Users.id == user.id).values(agent_id=anne.id))
    page = process.open_page(browser, user, viewport={"width": 390, "height": 844}, **options)
    page.goto(process.url)
    return page


@pytest.mark.long
def test_a_break_and_its_reason_are_chosen_by_keyboard_on_a_telephone(
    process: ConsoleProcess, browser: Browser, anne: Agent
) -> None:
    page = open_strip(process, browser, anne)
    tab_to(page, "#presence-pauses")
    page.keyboard.press("Enter")
    expect(page.locator("#presence-paused-lunch")).to_be_visible()
    found = accessibility_violations(page) + [f"scrolls sideways at {each} px" for each in scrolling_widths(page, 390)]
    tab_to(page, "#presence-paused-lunch")
    page.keyboard.press("Enter")
    expect(page.locator(".presence")).to_contain_text("(Déjeuner)")
    (now,) = presence.list_presences(process.database)
    assert (now.state, now.reason) == (PresenceState.PAUSED, "lunch")
    assert found == [], "\n".join(found)


@pytest.mark.long
def test_what_is_left_of_a_wrapup_is_counted_down_and_lengthened_by_keyboard(
    process: ConsoleProcess, browser: Browser, anne: Agent
) -> None:
    begin_wrapup(process.database, "p01", datetime.now(UTC) + timedelta(seconds=50))
    page = open_strip(process, browser, anne)
    left = page.locator(".presence .left")
    expect(left).to_have_text(re.compile(r"0:4\d"))
    first = left.text_content() or ""
    expect(left).not_to_have_text(first)
    found = accessibility_violations(page) + [f"scrolls sideways at {each} px" for each in scrolling_widths(page, 390)]
    tab_to(page, "#presence-more")
    page.keyboard.press("Enter")
    expect(left).to_have_text(re.compile(r"1:[34]\d"))
    tab_to(page, "#presence-ready")
    page.keyboard.press("Enter")
    expect(left).to_have_count(0)
    assert found == [], "\n".join(found)


@pytest.mark.long
def test_without_script_the_end_of_the_wrapup_is_shown_and_lengthened(
    process: ConsoleProcess, browser: Browser, anne: Agent
) -> None:
    begin_wrapup(process.database, "p01", datetime.now(UTC) + timedelta(seconds=50))
    page = open_strip(process, browser, anne, java_script_enabled=False)
    left = page.locator(".presence .left")
    expect(left).to_have_text(re.compile(r"jusqu'à \d\d:\d\d:\d\d"))
    first = left.text_content() or ""
    page.click("#presence-more")
    expect(left).not_to_have_text(first)
