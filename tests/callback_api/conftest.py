"""The public server on a base of the test's own: in a thread of the test, or as a process."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import PATIENCE_MS, chromium
from playwright.sync_api import Browser, Page
from public_door import PLAN, Client, public_door
from public_process import Process

from records import plans
from records.base import Base


@pytest.fixture
def public(base: Base) -> Iterator[Client]:
    """The server in a thread, behind one proxy, with the site `partner` of https://www.example.org."""
    with public_door(base) as client:
        yield client


@pytest.fixture
def process(base: Base, base_url: str, tmp_path: Path) -> Iterator[Process]:
    plans.save(base, PLAN, author="test", at=datetime.now(UTC))
    process = Process(base_url, tmp_path)
    yield process
    process.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`visit(url, color_scheme="dark")`: a page of a new visitor, with Playwright's options of a context."""
    contexts = []

    def visit(url: str, **options: object) -> Page:
        contexts.append(browser.new_context(**{"locale": "fr", **options}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url)
        return page

    yield visit
    for context in contexts:
        context.close()
