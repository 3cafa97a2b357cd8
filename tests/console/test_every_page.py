"""Every page, from the URL map, in a real browser: accessible, no wider than its window, and reached by keyboard.

The short suite opens every sixteenth page, each in the width whose turn it is and every third one by keyboard; with
`--long` all pages are tried, in all widths and by keyboard. The markup of every page is looked at without a browser.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest
import thorough
from browser import accessibility_violations, chromium, scrolling_widths, unreachable_controls
from console_client import ConsoleApp
from console_process import ConsoleProcess
from databases import DatabaseFactory
from example_pages import ARGUMENT, Names, example_console, fill_in, pages
from page_markup import markup_faults
from playwright.sync_api import Browser, Page
from werkzeug.test import TestResponse

from records.database.engine import open_database
from routing.access.permissions import Role
from web.access import LoginStage

WIDTHS = (390, 640, 1280)
"""Pixels: a telephone; a window of 1280 at 200 %, and that window."""
PARTS = 16
WITHOUT_REFRESH = "window.setInterval = () => 0"
"""What refreshes itself would lose the place of the keyboard. A route that ends requests would end the cache too."""
WITHOUT_EXAMPLE = {"secret"}
"""Arguments of pages for people who are not logged in, which have stories of their own."""

Example = tuple[ConsoleProcess, ConsoleApp, Names]
OTHER_PARTS = [pytest.param(part, marks=pytest.mark.long) for part in range(1, PARTS)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def example(module_databases: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    url = module_databases.migrated()
    with closing(open_database(url)) as database:
        process, console, names = example_console(database, url, tmp_path_factory.mktemp("console"))
        process.start()
        yield process, console, names
        process.close()


@pytest.fixture(scope="module")
def markup(example: Example) -> dict[str, str]:
    """The markup of each page that an administrator can open, by its path."""
    _, console, names = example
    staff = console.sign_in(Role.ADMINISTRATOR)
    answers = {path: staff.get(path, buffered=True) for path in pages(console, names).values()}
    assert [path for path, answer in answers.items() if answer.status_code not in (200, 301, 303)] == []
    return {path: answer.text for path, answer in answers.items() if answer.status_code == 200 and _is_page(answer)}


def _is_page(answer: TestResponse) -> bool:
    """False for what a browser saves."""
    return answer.mimetype == "text/html" and "Content-Disposition" not in answer.headers


def barriers(page: Page, width: int, *, by_keyboard: bool) -> Iterator[str]:
    page.set_viewport_size({"width": width, "height": 844})
    yield from accessibility_violations(page)
    if by_keyboard:
        yield from (f"not by keyboard: {control}" for control in unreachable_controls(page))


@pytest.mark.timeout(600)  # axe takes seconds for a page where much else runs
@pytest.mark.parametrize("part", [0, *OTHER_PARTS])
def test_every_page_is_accessible_in_light_and_dark_fits_its_window_and_is_used_by_keyboard(
    example: Example, markup: dict[str, str], browser: Browser, part: int
) -> None:
    process, console, _ = example
    page = process.open_page(browser, console.add_user(Role.ADMINISTRATOR))
    page.add_init_script(WITHOUT_REFRESH)
    found, long = [], thorough.times > 1
    for number, path in enumerate([*markup, "/no-such-page"][part::PARTS]):
        page.goto(process.url + path)
        for width in WIDTHS if long else WIDTHS[number % len(WIDTHS) :][:1]:
            by_keyboard = long or number % 3 == 0
            found += [f"{path}, {width} px: {barrier}" for barrier in barriers(page, width, by_keyboard=by_keyboard)]
        found += [f"{path}: scrolls sideways at {width} px" for width in scrolling_widths(page, *WIDTHS)]
    assert found == [], "\n".join(found)


def test_every_field_of_every_page_has_a_label_and_every_reference_its_element(markup: dict[str, str]) -> None:
    assert len(markup) > 60
    found = [f"{path}: {fault}" for path, text in markup.items() for fault in markup_faults(text)]
    assert found == [], "\n".join(found)


def test_every_page_with_an_argument_has_an_example(example: Example) -> None:
    """Else it would be left out of all that goes through every page: add its argument in `add_examples`."""
    _, console, names = example
    missing = [
        rule.rule
        for rule in console.app.url_map.iter_rules()
        if "GET" in rule.methods
        and console.app.view_functions[rule.endpoint].access_rule.stage is not LoginStage.PUBLIC
        and not WITHOUT_EXAMPLE & set(ARGUMENT.findall(rule.rule))
        and not fill_in(rule, names)
    ]
    assert [rule for rule in missing if not rule.endswith((".wav", ".json", ".csv"))] == []
