"""Two cards of one person in a real browser: found, compared, merged, undone, by keyboard alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import accessibility_violations, chromium, scrolling_widths, tab_to
from console_process import ConsoleProcess, running_console
from named_contacts import describe_contact
from playwright.sync_api import Browser, Page, Route, expect
from recorded_calls import record_call

from records.contacts.contact_cards import get_card_detail
from records.contacts.duplicates.following import propose_duplicates
from records.database.engine import Database
from routing.access.permissions import Role

HOME = {"postcode": "75002", "city": "Paris"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def process(database: Database, database_url: str, tmp_path: Path) -> Iterator[ConsoleProcess]:
    now = datetime.now(UTC)
    for number, (name, street) in enumerate(
        (("Jeanne Lefèvre", "12 rue de la Paix"), ("LEFEBVRE Jeanne", "12 r. de la Paix"))
    ):
        contact_id = record_call(database, f"1.{number}", now, f"+3363998000{number}").contact_id
        describe_contact(database, contact_id, name=name, street=street, **HOME)
    propose_duplicates(database, now)
    with running_console(database, database_url, tmp_path) as opened:
        yield opened


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


@pytest.mark.long
def test_a_pair_is_merged_with_a_choice_and_separated_again_by_keyboard(
    process: ConsoleProcess, browser: Browser
) -> None:
    page = process.open_page(browser, process.add_user(Role.STAFF, "Claire Exemple"))
    before = [get_card_detail(process.database, card) for card in (1, 2)]
    page.goto(f"{process.url}/contacts/1")
    expect(page.locator("p.notice")).to_contain_text("Très probablement la même personne")
    press(page, "p.notice a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Une seule personne ?")
    found, sideways = accessibility_violations(page), scrolling_widths(page)
    tab_to(page, "input[name=name][value=kept]")
    page.keyboard.press("ArrowDown")
    press(page, "button[value=merge]")

    expect(page.get_by_role("status").filter(has_text="Les deux fiches")).to_be_visible()
    found, sideways = found + accessibility_violations(page), sideways + scrolling_widths(page)
    merged = get_card_detail(process.database, 2).card
    assert (merged.id, merged.name, merged.street) == (1, "LEFEBVRE Jeanne", "12 rue de la Paix")
    press(page, "form[action$=undo] button")
    expect(page.get_by_role("status").filter(has_text="de nouveau deux")).to_be_visible()
    assert [get_card_detail(process.database, card) for card in (1, 2)] == before

    page.goto(f"{process.url}/contacts/duplicates")
    found, sideways = found + accessibility_violations(page), sideways + scrolling_widths(page)
    assert (found, sideways) == ([], [])


def test_a_name_that_is_typed_before_the_script_has_come_is_searched_for(
    process: ConsoleProcess, browser: Browser
) -> None:
    page = process.open_page(browser, process.add_user(Role.STAFF, "Claire Exemple"))
    held: list[Route] = []
    page.route("**/search.js*", lambda route: held.append(route))
    with page.expect_request("**/search.js*"):
        page.goto(f"{process.url}/contacts", wait_until="commit")

    page.fill("input[name=q]", "jeane lefevre")
    assert held
    held[0].continue_()

    expect(page.get_by_role("link", name="Jeanne Lefèvre")).to_be_visible()
