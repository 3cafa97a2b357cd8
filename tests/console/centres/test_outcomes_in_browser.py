"""The report on a file of outcomes, on a telephone's screen and on a wide one, in both themes."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import accessibility_violations, chromium, unreachable_controls
from centre_calls import hand_over
from console_client import ConsoleApp
from plan_section import PlanSection, serve_console
from playwright.sync_api import Page
from rich_plan import RICH_PLAN

from routing.access.permissions import Role


def check_page(page: Page, name: str) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{name}-{theme}-{page.viewport_size['width']}.png", full_page=True)
        assert accessibility_violations(page) == [], (name, theme)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    assert unreachable_controls(page) == []


@pytest.mark.long
@pytest.mark.parametrize("width", [390, 1280])
def test_the_report_is_read_and_downloaded(console: ConsoleApp, tmp_path: Path, width: int) -> None:
    PlanSection(console, tmp_path).replace_text(RICH_PLAN)
    console.now = datetime(2030, 3, 4, 12, tzinfo=UTC)
    first, second = (hand_over(console.database, number, "2030-02-12T10:00:00+00:00") for number in (1, 2))
    lines = ["Référence;Résultat", f"{first};nothing", f"{first};answered", f"{second};perdu", "zz;answered"]
    file = tmp_path / "février.csv"
    file.write_text("\n".join(lines))
    staff = console.sign_in(Role.SUPERVISOR)
    with serve_console(console) as url, chromium() as browser:
        context = browser.new_context(base_url=url, locale="fr", viewport={"width": width, "height": 800})
        context.add_cookies([{"name": "standardiste", "value": staff.cookie(), "url": url}])
        page = context.new_page()
        page.goto("/centres/north/2030-02")
        page.get_by_role("button", name="Importer ces résultats").click()
        check_page(page, "refused")
        page.get_by_label("Fichier des résultats").set_input_files(file)
        page.get_by_role("button", name="Importer ces résultats").click()
        page.get_by_role("heading", name="Résultats de").wait_for()
        check_page(page, "report")
        with page.expect_download() as download:
            page.get_by_role("link", name="Télécharger le rapport").press("Enter")
        assert download.value.suggested_filename == "rapport-resultats-north.csv"
        assert "Prises" in Path(download.value.path()).read_text(encoding="utf-8-sig")
        context.close()
