"""Pictures of the console with one of everything, for the documents and for people who read it with fresh eyes."""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import fork_server
from browser import chromium
from console_client import ConsoleApp
from console_process import ConsoleProcess
from example_pages import Names, example_console, pages
from playwright.sync_api import Browser, Error, Page
from public_server import serve_public
from recorded_calls import record_call
from rich_plan import RICH_PLAN

from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls import calls
from records.database import migrate
from records.database.engine import open_database
from records.staff import agents, presence
from records.staff.presence import PresenceState
from records.users import profile
from routing.access.permissions import Role, has_permission
from standardiste.settings import CHECKOUT
from translations.catalogues import LANGUAGES

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


@dataclass(frozen=True, slots=True)
class Look:
    """How pages are shown; pictures are made of those whose name holds a word of `only`, or of all."""

    folder: Path
    language: str
    is_dark: bool
    only: Sequence[str]
    role: Role = Role.ADMINISTRATOR

    @property
    def colours(self) -> str:
        return "dark" if self.is_dark else "light"

    def take(self, page: Page, url: str, paths: Mapping[str, str]) -> None:
        """A picture of each path, which have the names of the files."""
        page.emulate_media(color_scheme=self.colours)
        width = (page.viewport_size or {})["width"]
        for name, path in paths.items():
            if not self.only or any(word in name for word in self.only):
                try:
                    page.goto(url + path)
                except Error as error:
                    if "Download is starting" in error.message:  # a file, not a page
                        continue
                    raise
                self.keep(page, f"{name}-{width}")

    def keep(self, page: Page, name: str) -> None:
        page.screenshot(path=self.folder / f"{name}{'-dark' if self.is_dark else ''}.png", full_page=True)


def main() -> None:
    asked = argparse.ArgumentParser(prog="script/pictures")
    asked.add_argument("--all", type=Path, metavar="FOLDER")
    asked.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    asked.add_argument("--dark", action="store_true")
    asked.add_argument("--only", action="append", default=[])
    asked.add_argument("--role", type=Role, choices=[*Role], default=Role.ADMINISTRATOR)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, _example(Path(folder)) as (process, console, names):
        _add_calls(console)
        with chromium() as browser:
            if options.all is None:
                _picture_for_documents(process, console, names, browser)
                return
            look = Look(options.all, options.language, options.dark, options.only, options.role)
            look.folder.mkdir(parents=True, exist_ok=True)
            _picture_every_page(process, console, names, browser, look)
            _picture_visitors_pages(console, browser, look)


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
        calls.add_events(
            database, ref, [CallEvent(at, CallEventKind.MESSAGE_HEARD, heard), *_told(console, number, at)]
        )
        ended = at + timedelta(seconds=40 + 11 * number)
        calls.close_call(database, ref, at=ended, disposition=ends[number % len(ends)], cause="16")
    record_call(database, "1700000200.1", now - timedelta(seconds=50), "+33639980001")
    entered = CallEvent(now - timedelta(seconds=40), CallEventKind.QUEUE_ENTERED, {"language": "fr"})
    calls.add_events(database, "1700000200.1", [entered])
    presence.set_presence(database, 1, PresenceState.READY, by="Anne Exemple", at=now)


def _told(console: ConsoleApp, number: int, at: datetime) -> Iterator[CallEvent]:
    """The key of each call, who answered some of them, and one that went to an overflow centre."""
    yield CallEvent(at, CallEventKind.KEY, {"key": "123*"[number % 4], "menu": "main"})
    agent = agents.list_agents(console.database)[0]
    if number % 4 == 0:
        yield CallEvent(at, CallEventKind.STAFF_ANSWERED, {"phone": agent.sip_account, "waited": 4})
    if number == 2:
        yield CallEvent(at, CallEventKind.CENTRE_DIALLED, {"centre": "north", "reference": "0" * 32})


def _picture_every_page(
    process: ConsoleProcess, console: ConsoleApp, names: Names, browser: Browser, look: Look
) -> None:
    user = console.add_user(look.role, name="Emma Exemple")
    profile.set_preferences(console.database, user.actor, language=look.language, shortcuts=True)
    before_login = {
        "login": f"/login?language={look.language}",
        "login.forgotten": f"/login/forgotten?language={look.language}",
    }
    views = console.app.view_functions
    allowed = {
        name: path
        for name, path in pages(console, names).items()
        if (right := views[name].access_rule.right) is None or has_permission(look.role, right)
    }
    for width in WIDTHS:
        viewport = {"width": width, "height": HEIGHT}
        look.take(process.open_page(browser, viewport=viewport), process.url, before_login)
        look.take(process.open_page(browser, user, viewport=viewport), process.url, allowed)


def _picture_visitors_pages(console: ConsoleApp, browser: Browser, look: Look) -> None:
    """The form of callbacks and that of messages: empty, wrong, and the page that a visitor then follows."""
    with serve_public(console.database, plan=RICH_PLAN, trusted_proxies=0) as visitor:
        for number, width in enumerate(WIDTHS):
            page = browser.new_page(
                viewport={"width": width, "height": HEIGHT}, locale=look.language, color_scheme=look.colours
            )
            site = f"?site=www&language={look.language}"
            paths = {"visitor.callback": f"/callback{site}", "visitor.inquiry": f"/inquiry{site}"}
            forms: dict[str, dict[str, str | bool]] = {
                "callback": {"#number": f"06 39 98 00 3{number}", "#consent_call": True},
                "inquiry": {"#text": "Where can I park on market days?", "#email": "anne@mairie.example"},
            }
            for name, typed in forms.items():
                page.goto(f"{visitor.url}/{name}{site}")
                page.click("button[type=submit]")
                look.keep(page, f"visitor.{name}-wrong-{width}")
                for field, value in typed.items():
                    page.check(field) if value is True else page.fill(field, value)
                page.click("button[type=submit]")
                look.keep(page, f"visitor.{name}-sent-{width}")
                for link in ("move", "cancel"):
                    address = page.locator(f"a[href*='/{link}']").first
                    if address.count():
                        paths[f"visitor.{link}"] = str(address.get_attribute("href"))
            look.take(page, visitor.url, paths)
            page.close()


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
