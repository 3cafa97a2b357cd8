"""The public server on the test's own database: in a thread of the test, or as a process."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import compiled_templates
import databases as of_tests
import pytest
from browser import TIMEOUT_MS, chromium
from playwright.sync_api import Browser, Page
from public_process import PublicProcess
from public_server import PLAN, VisitorClient, serve_public

from records import trunks
from records.actor import command_line_actor
from records.database.engine import Database
from records.plan import plan_versions
from records.secret_box import SecretBox
from records.trunks import StoredTrunk
from routing.trunks import Trunk


@pytest.fixture(scope="session", autouse=True)
def share_templates() -> None:
    compiled_templates.share(of_tests.shared_folder / "templates")


@pytest.fixture
def visitor_client(database: Database) -> Iterator[VisitorClient]:
    """The server in a thread, behind one proxy, with the site `partner` of https://www.example.org."""
    with serve_public(database) as client:
        yield client


@pytest.fixture
def public_process(database: Database, database_url: str, tmp_path: Path) -> Iterator[PublicProcess]:
    """The server as a process, with a trunk that could place the callbacks."""
    now = datetime.now(UTC)
    plan_versions.save_plan(database, PLAN, author="test", at=now)
    trunk = StoredTrunk("absent", "absent", Trunk(address="192.0.2.1"))
    trunks.add_trunk(database, command_line_actor("test"), SecretBox([]), trunk, at=now)
    process = PublicProcess(database_url, tmp_path)
    yield process
    process.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(url, color_scheme="dark")`: a page of a new visitor, with Playwright's options of a context."""
    contexts = []

    def open_new_page(url: str, **options: object) -> Page:
        contexts.append(browser.new_context(**{"locale": "fr", **options}))
        page = contexts[-1].new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.goto(url)
        return page

    yield open_new_page
    for context in contexts:
        context.close()
