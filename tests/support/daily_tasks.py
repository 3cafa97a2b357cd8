"""The daily tasks at a reception, done on the real pages in a browser: clicks and seconds of each.

A test asserts the clicks; `script/bench --only stopwatch` writes both into docs/stopwatch.md.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from browser import TIMEOUT_MS
from console_client import PASSWORD, ConsoleApp
from named_contacts import describe_contact
from plan_section import serve_console
from playwright.sync_api import Browser, Page, expect
from reception import Reception, prompts_heard
from recorded_calls import record_call

from caller.pcm import tone, write_wav
from caller.phone import CallerId
from caller.scripted_call import Hangup, Press, Step
from records import overrides
from records.calls import calls, voicemails
from records.messages import message_versions
from records.requests import requests
from records.requests.requests import RequestKind
from records.users.users import User
from routing.access.permissions import Role
from standardiste.parts.console import create_app_context

WORDS = "Bonjour. La mairie est fermée ce lundi, et ouvre de nouveau mardi à huit heures et demie."
VOICEMAIL_LINE, MISSED_LINE, CALLER = "+33639980951", "+33639980952", "+33639980953"
GREETING = "greeting-33199000000"
FILE_DIALOG = 2
"""Clicks in the window of the operating system: on the file, and on Open."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How a task went. `most_clicks` and `most_s` are what it may take."""

    task: str
    clicks: int
    seconds: float
    most_clicks: int
    most_s: float | None = None


class Stopwatch:
    """Counts what somebody clicks on a page."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self._began = page, 0, time.monotonic()

    def click(self, selector: str, **more: object) -> None:
        self.clicks += 1
        self.page.locator(selector).first.click(**more)

    def timing(self, task: str, most_clicks: int, most_s: float | None = None) -> Timing:
        return Timing(task, self.clicks, time.monotonic() - self._began, most_clicks, most_s)


class Desk:
    """The console of a running reception, at which one person after the other sits down."""

    def __init__(self, reception: Reception, browser: Browser, folder: Path) -> None:
        self.reception, self.browser, self.folder = reception, browser, folder
        secret = reception.settings.console_secret_file
        secret.parent.mkdir(parents=True, exist_ok=True)
        secret.write_text("of the stopwatch")
        self.console = ConsoleApp.of(create_app_context(reception.installation))
        self.url, self.requests = "", self._add_requests()

    @contextmanager
    def open(self) -> Iterator[None]:
        with serve_console(self.console) as self.url:
            yield

    def add_user(self, role: Role) -> User:
        return self.console.add_user(role, password=PASSWORD)

    def _add_requests(self) -> dict[str, int]:
        """A voicemail of Claire Exemple and a missed call wait: the numbers of their requests."""
        database, at = self.reception.database, datetime.now(UTC)
        folder = self.reception.settings.voicemail
        folder.mkdir(parents=True, exist_ok=True)
        write_wav(folder / "stopwatch.wav", tone(440, 5))
        opened = record_call(database, "stopwatch.1", at, VOICEMAIL_LINE)
        describe_contact(database, opened.contact_id, name="Claire Exemple")
        voicemails.save_voicemail(database, "stopwatch.1", file="stopwatch.wav", seconds=5.0, at=at)
        missed = record_call(database, "stopwatch.2", at, MISSED_LINE)
        who = {"contact_id": missed.contact_id, "line_id": missed.line_id}
        requests.open_request(database, RequestKind.MISSED, call_ref="stopwatch.2", **who, at=at)
        for ref in ("stopwatch.1", "stopwatch.2"):
            calls.close_call(database, ref, at=at, disposition=None, cause="16")
        return {each.call_ref or "": each.id for each in requests.list_open_requests(database)}

    def newest_message(self) -> str:
        """The name under which the newest message of the day is recognised in calls."""
        versions = message_versions.list_versions(self.reception.database, "daily")
        return f"message-{max(version.id for version in versions)}"

    @contextmanager
    def page(self, role: Role | None = None) -> Iterator[Page]:
        """A page of a new browser, at the login; with a role, in a session of such a user, on the first page."""
        context = self.browser.new_context(base_url=self.url, locale="fr")
        if role:
            cookie = self.console.sign_in(role).cookie()
            context.add_cookies([{"name": "standardiste", "value": cookie, "url": self.url}])
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.goto("/")
        yield page
        context.close()

    def call(self, *script: Step) -> list[str]:
        """What the next caller hears. The browser has an event loop in this thread, so the call has another."""
        with ThreadPoolExecutor(1) as thread:
            return prompts_heard(thread.submit(self.reception.call, *script, caller=CallerId(CALLER)).result())


def log_in(page: Page, user: User) -> Stopwatch:
    """Types address and password and presses Enter; the watch runs from before."""
    watch = Stopwatch(page)
    page.fill("#email", user.email)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    expect(page.locator(".sections")).to_be_visible()
    return watch


def publish_a_message(desk: Desk) -> Timing:
    file = desk.folder / "message.wav"
    desk.reception.installation.voice.speak(WORDS, "fr", file)
    with desk.page() as page:
        watch = log_in(page, desk.add_user(Role.MESSAGE_EDITOR))
        watch.click(".sections a[href='/message']")
        with page.expect_file_chooser() as chooser:
            watch.click("label[for=file]")
        watch.clicks += FILE_DIALOG
        chooser.value.set_files(file)
        page.wait_for_url("**/draft/*")
        watch.click("button[value=publish]")
        expect(page.locator(".notice.good")).to_contain_text("le prochain appelant entend ce message")
        timing = watch.timing("a message, from the login to the air", 5, 60)
    message = desk.newest_message()
    assert message in desk.call(Press(keys="3", during=GREETING), Hangup(during=message, into_s=1))
    return timing


def close_now(desk: Desk) -> Timing:
    with desk.page(Role.SUPERVISOR) as page:
        watch = Stopwatch(page)
        watch.click("#lever-closed > summary")
        watch.click("#lever-closed button[type=submit]")
        expect(page.locator(".notice.good")).to_contain_text("le prochain appelant l'entend")
        timing = watch.timing("“closed now”, from Today; the next caller hears it", 2)
        assert "closed" in desk.call(Hangup(during="menu-main-1-closed"))
        end = page.locator("form[action$='/switch/closed/end'] button")
        end.click()
        expect(page.locator(".notice.good")).to_contain_text("horaires s'appliquent à nouveau")
    switched = overrides.list_overrides(desk.reception.database)
    # One of a story before may have ended by the clock.
    assert not [each for each in switched if each.name == "closed" and each.is_in_force(datetime.now(UTC))]
    return timing


def hear_a_voicemail(desk: Desk) -> Timing:
    with desk.page() as page:
        watch = log_in(page, desk.add_user(Role.STAFF))
        watch.click(".sections a[href='/inbox']")
        player = page.locator(f"#request-{desk.requests['stopwatch.1']} audio")
        box = player.bounding_box()
        assert box
        watch.clicks += 1
        player.click(position={"x": 20, "y": box["height"] / 2})
        expect(player).to_have_js_property("paused", value=False)
        page.wait_for_function("audio => audio.currentTime > 0", arg=player.element_handle())
        return watch.timing("a voicemail heard, from the login", 2)


def call_back_a_missed_caller(desk: Desk) -> Timing:
    with desk.page(Role.STAFF) as page:
        page.goto("/inbox")
        watch = Stopwatch(page)
        watch.click(f"#request-{desk.requests['stopwatch.2']} form[action$='/call-back'] button")
        expect(page.locator(".notice.good")).to_contain_text("rappel")
        timing = watch.timing("a missed caller rung back, from the list", 1)
    open_requests = requests.list_open_requests(desk.reception.database)
    assert MISSED_LINE in [each.line for each in open_requests if each.kind is RequestKind.CALLBACK]
    return timing


def find_a_contact(desk: Desk) -> Timing:
    with desk.page(Role.STAFF) as page:
        watch = Stopwatch(page)
        watch.click(".sections a[href='/contacts']")
        page.fill("input[name=q]", "clere exempl")
        found = page.get_by_role("link", name="Claire Exemple")
        expect(found).to_be_visible()
        watch.clicks += 1
        found.click()
        expect(page.locator("h1")).to_contain_text("Claire Exemple")
        return watch.timing("a contact found by a misspelled name, and its card opened", 2)


TASKS: tuple[Callable[[Desk], Timing], ...] = (
    publish_a_message,
    close_now,
    hear_a_voicemail,
    call_back_a_missed_caller,
    find_a_contact,
)


def measure_tasks(reception: Reception, browser: Browser, folder: Path) -> list[Timing]:
    """Every task, one after the other, at a reception that runs."""
    desk = Desk(reception, browser, folder)
    with desk.open():
        return [task(desk) for task in TASKS]
