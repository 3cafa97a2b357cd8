"""An administrator erases a person from their card, and sees the end without reloading the page."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from browser import accessibility_violations, chromium, scrolling_widths, unreachable_controls
from canary_person import CANARIES, NAME, files_with
from console_client import ConsoleApp
from plan_section import serve_console
from playwright.sync_api import Browser, Page, expect
from reception import Reception

from records.retention import erasure_queue
from routing.access.permissions import Role
from standardiste.parts import webhooks
from standardiste.parts.console import create_app_context


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def check_page(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=f"{folder}/{name}-{theme}.png", full_page=True)
    assert scrolling_widths(page) == [], name
    assert accessibility_violations(page) == [], name
    assert unreachable_controls(page) == [], name


def test_a_person_is_erased_from_their_card(
    reception: Reception, contact_id: int, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = ConsoleApp.of(create_app_context(reception.installation))
    cookie = console.sign_in(Role.ADMINISTRATOR).cookie()
    for name, value in reception.environment.items():
        monkeypatch.setenv(name, value)  # as the process has it that sends webhooks
    with serve_console(console) as url:
        context = browser.new_context(base_url=url, locale="fr", viewport={"width": 390, "height": 844})
        context.add_cookies([{"name": "standardiste", "value": cookie, "url": url}])
        page = context.new_page()
        page.goto(f"/contacts/{contact_id}")
        page.get_by_role("link", name="Effacer cette personne").click()
        check_page(page, "erase")
        page.get_by_role("checkbox", name=NAME).check()
        page.get_by_role("button", name="Effacer cette personne").press("Enter")
        expect(page.locator("[data-live-part=erasure]")).to_contain_text("en cours")
        check_page(page, "erasing")

        running = webhooks.start_erasing(reception.database, None)
        assert running and webhooks.start_erasing(reception.database, running) is running
        assert running.wait(60) == 0

        expect(page.locator("[data-live-part=erasure]")).to_contain_text("La personne est effacée")
        check_page(page, "erased")
        assert NAME not in page.content()
        answer = page.goto(f"/contacts/{contact_id}")
        assert answer and answer.status == 410
        context.close()
    assert webhooks.start_erasing(reception.database, running) is None
    job = erasure_queue.find_erasure(reception.database, contact_id)
    assert job and job.done_at and job.done_at <= datetime.now(UTC) and job.left == ()
    reception.database.close()
    reception.installation.close()
    assert files_with(reception.settings.var, *CANARIES) == []
