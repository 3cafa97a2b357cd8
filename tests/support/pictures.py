"""Pictures of the console with one of everything, for the documents and for people who read it with fresh eyes."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import fork_server
from browser import chromium
from console_client import ConsoleApp
from console_process import ConsoleProcess
from example_pages import Names, example_console, pages
from playwright.sync_api import Browser, Page
from recorded_calls import record_call

from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls import calls
from records.database import migrate
from records.database.engine import open_database
from records.staff import presence
from records.staff.presence import PresenceState
from routing.access.permissions import Role
from standardiste.settings import CHECKOUT

WIDTHS = (390, 1280)
IMAGES = CHECKOUT / "docs" / "images"
DOCUMENTED = {
    "today": "today.show",
    "inbox": "inbox.list_requests",
    "message": "message.show",
    "draft": "message_draft.edit",
    "plan": "plan.show",
    "contact": "contacts.show",
}
"""The pictures of the documents, by name: the endpoint of the page. The first is shown in the dark, too."""
HEIGHT = 800


def main() -> None:
    everything = Path(sys.argv[2]) if sys.argv[1:2] == ["--all"] else None
    with tempfile.TemporaryDirectory() as folder, _example(Path(folder)) as (process, console, names):
        _add_calls(console)
        with chromium() as browser:
            if everything:
                _picture_every_page(process, console, names, browser, everything)
            else:
                _picture_for_documents(process, console, names, browser)


@contextmanager
def _example(folder: Path) -> Iterator[tuple[ConsoleProcess, ConsoleApp, Names]]:
    fork_server.folder = folder
    url = f"sqlite:///{folder}/pictures.sqlite3"
    migrate.upgrade(url)
    with closing(open_database(url)) as database:
        process, console, names = example_console(database, url, folder)
        process.start()
        try:
            yield process, console, names
        finally:
            process.close()
            fork_server.stop_server()


def _add_calls(console: ConsoleApp) -> None:
    """A morning at the reception: calls that ended in each way, somebody who waits, and an agent who is ready."""
    database, now = console.database, console.now
    ends = (Disposition.STAFF, Disposition.MESSAGE_HEARD, Disposition.ABANDONED, Disposition.MESSAGE_HEARD)
    for number in range(12):
        at, ref = now - timedelta(minutes=12 * number + 9), f"17000001{number:02}.1"
        record_call(database, ref, at, f"+3363998001{number % 10}")
        heard = {"version": 1, "seconds": 2.0 + number % 2, "whole": number % 2 == 1}
        calls.add_events(database, ref, [CallEvent(at, CallEventKind.MESSAGE_HEARD, heard)])
        ended = at + timedelta(seconds=40 + 11 * number)
        calls.close_call(database, ref, at=ended, disposition=ends[number % len(ends)], cause="16")
    record_call(database, "1700000200.1", now - timedelta(seconds=50), "+33639980001")
    entered = CallEvent(now - timedelta(seconds=40), CallEventKind.QUEUE_ENTERED, {"language": "fr"})
    calls.add_events(database, "1700000200.1", [entered])
    presence.set_presence(database, 1, PresenceState.READY, by="Anne Exemple", at=now)


def _picture_every_page(
    process: ConsoleProcess, console: ConsoleApp, names: Names, browser: Browser, folder: Path
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    user = console.add_user(Role.ADMINISTRATOR, name="Emma Exemple")
    for width in WIDTHS:
        page = process.open_page(browser, user, viewport={"width": width, "height": HEIGHT})
        for endpoint, path in pages(console, names).items():
            page.goto(process.url + path)
            page.screenshot(path=folder / f"{endpoint}-{width}.png", full_page=True)


def _picture_for_documents(process: ConsoleProcess, console: ConsoleApp, names: Names, browser: Browser) -> None:
    user = console.add_user(Role.SUPERVISOR, name="Emma Exemple")
    page = process.open_page(browser, user, viewport={"width": 1280, "height": HEIGHT})
    known = pages(console, names)
    for name, endpoint in DOCUMENTED.items():
        page.goto(process.url + known[endpoint])
        _wait_until_quiet(page)
        page.screenshot(path=IMAGES / f"{name}.png")
    page.emulate_media(color_scheme="dark")
    page.goto(process.url)
    _wait_until_quiet(page)
    page.screenshot(path=IMAGES / "today-dark.png")


def _wait_until_quiet(page: Page) -> None:
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
