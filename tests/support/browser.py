"""Debian's Chromium without a window for tests, accessibility checks of its pages, and another website."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Address

import waitress_thread
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from standardiste.parts import web_server

CHROMIUM = "/usr/bin/chromium-headless-shell"  # half the processor time of the browser with windows
TIMEOUT_MS = 15_000


@contextmanager
def chromium(*switches: str) -> Iterator[Browser]:
    """A browser for a test file; its contexts end with it.

    Without switches it is that of the files before, if they follow each other. Playwright holds an event loop in this
    thread, so the browser ends before a test of another kind begins (`end_unused`).
    """
    if switches:
        end_unused()
        with _launched(*switches) as browser:
            yield browser
        return
    browser = _shared.begin()
    try:
        yield browser
    finally:
        _shared.end()


def end_unused() -> None:
    """Ends the browser that test files share, unless one of them uses it."""
    _shared.close_unused()


@contextmanager
def _launched(*switches: str) -> Iterator[Browser]:
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        sandbox = os.getuid() != 0
        yield playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=sandbox, args=list(switches))


class _SharedBrowser:
    """The browser of this process, which starts when it is first used."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._browser: Browser | None = None
        self._users = 0

    def begin(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self._stack.close()
            self._browser = self._stack.enter_context(_launched())
        self._users += 1
        return self._browser

    def end(self) -> None:
        self._users -= 1
        if self._browser and self._browser.is_connected():
            for context in self._browser.contexts:
                context.close()

    def close_unused(self) -> None:
        if self._browser and not self._users:
            self._browser = None
            self._stack.close()


_shared = _SharedBrowser()


def accessibility_violations(page: Page) -> list[str]:
    """The violations that axe-core finds in the page, in light and dark mode: rule, element and reason."""
    page.emulate_media(color_scheme="light")
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    page.emulate_media(color_scheme="dark")
    violations += page.evaluate("axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})")["violations"]
    return [f"{each['id']}: {node['html']} {node['failureSummary']}" for each in violations for node in each["nodes"]]


def scrolling_widths(page: Page, *widths: int) -> list[int]:
    """Of these widths of the window (390 px without any), those at which the page scrolls sideways."""
    found, before = [], page.viewport_size
    for width in widths or (390,):
        page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(width)
    if before:
        page.set_viewport_size(before)
    return found


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until the element has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.locator(selector).evaluate("element => element.getRootNode().activeElement === element"):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def unreachable_controls(page: Page) -> list[str]:
    """The controls of the page that Tab does not reach; one radio button of each group counts.

    A control that the page replaces meanwhile, as it does with what it shows live, counts as the one that looked so.
    """
    controls = page.evaluate(
        """() => {
            const workable = "a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls]";
            const groups = new Set();
            const controls = [...document.querySelectorAll(workable)].filter((control) => {
                if (!control.checkVisibility() || control.disabled || control.ariaHidden) return false;
                if (control.type !== "radio") return true;
                const chosen = document.querySelector(`[name="${control.name}"]:checked`);
                if (groups.has(control.name) || (chosen && chosen !== control)) return false;
                return groups.add(control.name);
            });
            const looks = controls.map((control) => control.outerHTML.slice(0, 120));
            const numbers = new Map(controls.map((control, number) => [control, number]));
            window.reached = new Set();
            document.addEventListener("focusin", ({ target }) => {
                const number = numbers.get(target) ?? looks.indexOf(target.outerHTML.slice(0, 120));
                if (number >= 0) window.reached.add(number);
            });
            return looks;
        }"""
    )
    for _ in range(5 + len(controls)):
        for _ in range(4):  # players and dates have stops of their own within
            page.keyboard.press("Tab")
        if page.evaluate(f"window.reached.size === {len(controls)}"):
            return []
    return [
        controls[number]
        for number in page.evaluate(
            f"[...Array({len(controls)}).keys()].filter((number) => !window.reached.has(number))"
        )
    ]


@contextmanager
def serve_page(port: int, body: str) -> Iterator[str]:
    """The address of a page with this body, at another origin."""
    page = f'<!doctype html><html lang="fr"><title>Site</title><link rel="icon" href="data:,">{body}'.encode()

    def respond(_request: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))])
        return [page]

    loopback = IPv4Address("127.0.0.1")
    server = web_server.create_web_server(
        respond, loopback, port, "port", threads=2, max_connections=20, max_body_bytes=1000
    )
    with waitress_thread.running(server):
        yield f"http://127.0.0.1:{port}/page?visitor=1"
