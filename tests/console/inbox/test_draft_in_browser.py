"""The note that a colleague is typing, seen in a second browser."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import accessibility_violations, chromium, scrolling_widths
from console_process import ConsoleProcess, running_console
from playwright.sync_api import Browser, expect

from records.database.engine import Database
from records.requests import requests
from records.requests.requests import RequestKind
from routing.access.permissions import Role


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def process(database: Database, database_url: str, tmp_path: Path) -> Iterator[ConsoleProcess]:
    at = datetime.now(UTC)
    requests.open_request(database, RequestKind.MISSED, call_ref=None, contact_id=None, line_id=None, at=at)
    with running_console(database, database_url, tmp_path) as opened:
        yield opened


def test_a_colleague_reads_the_note_while_it_is_typed_and_until_it_is_taken_out(
    process: ConsoleProcess, browser: Browser
) -> None:
    writer = process.open_page(browser, process.add_user(Role.STAFF, "Claire Exemple"))
    reader = process.open_page(browser, process.add_user(Role.STAFF, "Paul Exemple"))
    for page in (writer, reader):
        page.goto(f"{process.url}/inbox/1")
    writer.locator("#note").press_sequentially("Je rappelle <b>lundi</b>")
    draft = reader.locator("blockquote.draft")
    expect(draft).to_have_text("Je rappelle <b>lundi</b>", timeout=15_000)
    expect(reader.locator("main")).to_contain_text("Claire Exemple écrit cette note")
    expect(writer.locator("blockquote.draft")).to_have_count(0)
    assert (accessibility_violations(reader), scrolling_widths(reader)) == ([], [])
    writer.locator("#note").fill("")
    expect(draft).to_have_count(0, timeout=15_000)
