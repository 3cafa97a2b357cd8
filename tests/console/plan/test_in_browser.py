"""The plan edited by keyboard alone, and the accessibility of all its pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import accessibility_violations, chromium, tab_to
from console_client import ConsoleApp
from plan_section import SEED, PlanSection, confirm_change, serve_console, submit_change
from playwright.sync_api import Browser, Page, expect

from routing.access.permissions import Role
from routing.plan.parsing import parse_plan

SPECIAL = "    exceptions:\n      2030-12-24: {open: closed, fr: Fermé, en: Closed}\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def page(plan_section: PlanSection, browser: Browser) -> Iterator[Page]:
    staff = plan_section.console.sign_in(Role.SUPERVISOR)
    confirm_change(staff, submit_change(staff, "/plan/text", text=SEED.replace("  always:\n", f"  always:\n{SPECIAL}")))
    with serve_console(plan_section.console) as url:
        context = browser.new_context(base_url=url, locale="fr")
        context.add_cookies([{"name": "standardiste", "value": staff.cookie(), "url": url}])
        yield context.new_page()
        context.close()


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def test_a_menu_is_edited_played_and_saved_by_keyboard(plan_section: PlanSection, page: Page) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto("/plan")
    press(page, ".overview a[href='/plan/menu/main']")
    press(page, "#down-0")
    expect(page.locator("#down-1")).to_be_focused()
    tab_to(page, "#fr-2")
    page.keyboard.press("Control+A")
    page.keyboard.type("Pour écouter l'actualité")
    tab_to(page, "#key-3")
    page.keyboard.press("Enter")  # Enter reviews the change and moves no row

    expect(page.locator("h1")).to_have_text("Avant d'enregistrer")
    expect(page.locator(".added")).to_have_count(2)
    press(page, "button[value='hear:fr:menu-main-3']")
    expect(page.locator("audio")).to_be_focused()
    assert (
        page.evaluate(
            "new Promise(done => { const a = document.querySelector('audio'); a.onloadedmetadata = () =>"
            " done(a.duration); if (a.readyState) done(a.duration); })"
        )
        > 1
    )
    page.locator("button[value=save]").focus()
    page.keyboard.press("Enter")

    expect(page.locator(".notice.good")).to_contain_text("dès le prochain appel")
    menu = parse_plan(plan_section.text).menus["main"]
    assert [choice.key for choice in menu.choices] == ["2", "1", "3", "4", "0", "*"]
    assert menu.choices[2].texts["fr"] == "Pour écouter l'actualité"
    assert faults == []


@pytest.mark.long
def test_the_errors_of_a_calendar_and_the_review_are_accessible(page: Page) -> None:
    page.goto("/plan/hours/always")
    page.fill("#mon-1-to", "25:00")
    page.fill("#en-0", "")
    page.click("#add")
    expect(page.locator("#from-1")).to_be_focused()
    page.press("#mon-1-to", "Enter")
    expect(page.locator(".errors")).to_be_focused()
    assert accessibility_violations(page) == []
    page.fill("#mon-1-to", "20:00")
    page.fill("#en-0", "Closed")
    page.press("#mon-1-to", "Enter")
    expect(page.locator("h1")).to_have_text("Avant d'enregistrer")
    assert accessibility_violations(page) == []


def test_the_ending_of_a_sentence_follows_its_key_and_what_a_choice_makes_needless_is_hidden(page: Page) -> None:
    page.goto("/plan/new/menu")
    page.fill("#key-0", "*")
    ending = page.locator("[data-ending='fr-0']")
    expect(ending).to_have_text("…, tapez étoile.")
    page.fill("#fr-0", "")
    expect(ending).to_be_hidden()
    page.goto("/plan/new/number")
    expect(page.locator("[id='price_text.fr']")).to_be_hidden()
    page.select_option("#price", "application")
    expect(page.locator("[id='price_text.fr']")).to_be_visible()
