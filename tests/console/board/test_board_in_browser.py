"""The wall board and a screen on the wall in a real browser."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from browser import accessibility_violations, chromium, scrolling_widths
from console_process import ConsoleProcess, running_console
from playwright.sync_api import Browser, Page, expect
from recorded_calls import record_call

from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.database.engine import Database
from records.staff import agents
from records.users import board_screens
from routing.access.permissions import Role

PICTURES = os.environ.get("BOARD_PICTURES", "")
"""A folder for pictures of the pages, to look at them."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def process(database: Database, database_url: str, tmp_path: Path) -> Iterator[ConsoleProcess]:
    with running_console(database, database_url, tmp_path) as opened:
        yield opened


def take_picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


@pytest.mark.long
def test_a_screen_follows_the_figures_and_goes_dark_within_a_second_of_being_switched_off(
    process: ConsoleProcess, browser: Browser
) -> None:
    now = datetime.now(UTC)
    agents.create_desks(process.database, 2)
    agents.add_agent(process.database, "Alice Exemple", language="fr", at=now)
    user = process.add_user(Role.SUPERVISOR, "Sophie Exemple")
    number, secret = board_screens.create_screen(process.database, user.actor, "Hall", now + timedelta(days=3), at=now)
    screen = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 720}).new_page()
    screen.goto(f"{process.url}/wall/open/{secret}")
    screen.get_by_role("button").click()
    expect(screen.locator(".total .big").first).to_have_text("0")
    record_call(process.database, "1.1", now)
    calls.add_events(process.database, "1.1", [CallEvent(now, CallEventKind.QUEUE_ENTERED, {})])
    expect(screen.locator(".total .big").first).to_have_text("1", timeout=5_000)
    found = accessibility_violations(screen) + [f"scrolls at {each} px" for each in scrolling_widths(screen, 390)]
    take_picture(screen, "wall")

    page = process.open_page(browser, user, viewport={"width": 390, "height": 844})
    page.goto(f"{process.url}/board")
    found += accessibility_violations(page) + [f"scrolls at {each} px" for each in scrolling_widths(page, 390)]
    take_picture(page, "board")
    page.goto(f"{process.url}/board/screens")
    found += accessibility_violations(page) + [f"scrolls at {each} px" for each in scrolling_widths(page, 390)]
    take_picture(page, "screens")
    assert found == [], "\n".join(found)

    page.locator(f"#revoke-{number}").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("n'affiche plus rien")
    expect(screen.locator("main")).to_have_text(re.compile("éteint"), timeout=2_000)
    assert screen.locator(".total").count() == 0
