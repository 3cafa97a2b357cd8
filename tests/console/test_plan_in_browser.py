"""The plan changed by keyboard alone, and every page of its room under the rules of accessibility."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import barriers, chromium, tab_to
from plan_room import SEED, PlanRoom, change, save, served
from playwright.sync_api import Browser, Page, expect
from staff_console import Console

from routing.permissions import Role
from routing.plan_text import parse

SPECIAL = "    exceptions:\n      2030-12-24: {open: closed, fr: Fermé, en: Closed}\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def room(console: Console, tmp_path: Path) -> PlanRoom:
    return PlanRoom(console, tmp_path)


@pytest.fixture
def page(room: PlanRoom, browser: Browser) -> Iterator[Page]:
    staff = room.console.signed_in(Role.SUPERVISOR)
    save(staff, change(staff, "/plan/text", text=SEED.replace("  always:\n", f"  always:\n{SPECIAL}")))
    with served(room.console) as url:
        context = browser.new_context(base_url=url, locale="fr")
        context.add_cookies([{"name": "standardiste", "value": staff.cookie(), "url": url}])
        yield context.new_page()
        context.close()


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def test_a_menu_is_changed_listened_to_and_saved_by_keyboard(room: PlanRoom, page: Page) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto("/plan")
    press(page, "a[href='/plan/menu/main']")
    press(page, "#down-0")
    expect(page.locator("#down-1")).to_be_focused()
    tab_to(page, "#fr-2")
    page.keyboard.press("Control+A")
    page.keyboard.type("Pour écouter l'actualité")
    tab_to(page, "#key-3")
    page.keyboard.press("Enter")  # as in any form: checked, and no row moves

    expect(page.locator("h1")).to_have_text("Avant d'enregistrer")
    expect(page.locator(".came")).to_have_count(2)
    press(page, "button[value=listen]")
    expect(page.locator("audio")).to_be_focused()
    assert (
        page.evaluate(
            "new Promise(done => { const a = document.querySelector('audio'); a.onloadedmetadata = () =>"
            " done(a.duration); if (a.readyState) done(a.duration); })"
        )
        > 3
    )
    press(page, "button[value=save]")

    expect(page.locator(".notice.good")).to_contain_text("dès le prochain appel")
    menu = parse(room.text).menus["main"]
    assert [choice.key for choice in menu.choices] == ["2", "1", "3", "4", "0", "*"]
    assert menu.choices[2].texts["fr"] == "Pour écouter l'actualité"
    assert faults == []


def test_no_page_of_the_room_has_a_barrier(room: PlanRoom, page: Page) -> None:
    paths = (
        "",
        "/call",
        "/hours/always",
        "/menu/main",
        "/number/+33199000000",
        "/waits",
        "/text",
        "/history",
        "/version/2",
    )
    for path in paths:
        page.goto(f"/plan{path}")
        assert barriers(page) == [], path
    page.goto("/plan/hours/always")
    page.fill("#mon-1-to", "25:00")
    page.fill("#en-0", "")
    page.click("#add")
    expect(page.locator("#from-1")).to_be_focused()
    page.press("#mon-1-to", "Enter")
    expect(page.locator(".errors")).to_be_focused()
    assert barriers(page) == []
    page.fill("#mon-1-to", "20:00")
    page.fill("#en-0", "Closed")
    page.press("#mon-1-to", "Enter")
    expect(page.locator("h1")).to_have_text("Avant d'enregistrer")
    assert barriers(page) == []
