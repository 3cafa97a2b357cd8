"""A file of contacts goes through the pages by keyboard, on a telephone's screen and on a wide one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import accessibility_violations, chromium, unreachable_controls
from console_client import ConsoleApp
from plan_section import serve_console
from playwright.sync_api import Browser, Page, expect

from records.contacts.contact_cards import find_cards
from records.contacts.imports import imports
from records.database.engine import Database
from routing.access.permissions import Role
from standardiste.contact_imports import ContactImporter

PEOPLE = (
    "Prénom;Nom;Tél. portable;Courriel;Société;Rue;Code postal;Ville;Cotisation\n"
    "Anne;Lefèvre;06 39 98 00 01;anne.lefevre@example.org;Mairie de Lens;12 rue des Lilas;13001;Marseille;20\n"
    "Basile;Martin;0639980002;;;;;;15\n"
    "Chloé;Petit;06 39 98 00 03 / 04 99 00 00 04;chloe@example.org;;;;;\n"
    ";;12;rien;;;;;\n"
)
EARLIER = "Nom;Tél;Courriel\nAnne Lefevre;0639980008;anne.lefevre@example.org\nBasile Martin;0639980002;\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def console(database: Database, tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(database, imports=tmp_path / "imports")


def check_page(page: Page, name: str) -> None:
    """In both themes nothing scrolls sideways, axe finds nothing, and the keyboard reaches everything."""
    if folder := os.environ.get("SHOTS"):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=f"{folder}/{name}-{theme}-{page.viewport_size['width']}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    assert accessibility_violations(page) == [], name
    assert unreachable_controls(page) == []


def work(console: ConsoleApp) -> None:
    importer = ContactImporter(console.database, console.imports, lambda: console.now)
    while job := imports.find_work(console.database):
        assert importer.work(job)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


@pytest.mark.long
@pytest.mark.parametrize("width", [390, 1280])
def test_a_file_is_imported_by_keyboard(console: ConsoleApp, browser: Browser, tmp_path: Path, width: int) -> None:
    staff = console.sign_in(Role.ADMINISTRATOR)
    for name, text in (("earlier", EARLIER), ("people", PEOPLE)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    with serve_console(console) as url:
        context = browser.new_context(base_url=url, locale="fr", viewport={"width": width, "height": 800})
        context.add_cookies([{"name": "standardiste", "value": staff.cookie(), "url": url}])
        page = context.new_page()
        for name in ("earlier", "people"):
            page.goto("/contacts/import")
            check_page(page, f"list-{name}")
            page.set_input_files("#file", tmp_path / f"{name}.csv")
            press(page, "Continuer")
            expect(page.locator("main")).to_contain_text("Anne Lef")
            check_page(page, f"columns-{name}")
            press(page, "Vérifier toutes les lignes")
            expect(page.locator("[data-live-part=import]")).to_contain_text("vérifiée")
            check_page(page, f"checking-{name}")
            work(console)
            page.get_by_role("link", name="Voir le résultat").click()
            expect(page.get_by_role("button", name="Importer")).to_be_visible()
            page.wait_for_load_state()
            check_page(page, f"checked-{name}")
            press(page, "Importer")
            expect(page.locator("[data-live-part=import]")).to_contain_text("importées")
            check_page(page, f"importing-{name}")
            work(console)
            page.get_by_role("link", name="Voir le résultat").click()
            expect(page.locator("main")).to_contain_text("Le fichier est importé")
            page.wait_for_load_state()
            check_page(page, f"done-{name}")
        [anne] = find_cards(console.database, "lefevre")
        assert anne.lines == ("+33639980001", "+33639980008")
        page.get_by_role("link", name="Annuler cette importation").press("Enter")
        expect(page.locator("main")).to_contain_text("Fiche de nouveau supprimée")
        check_page(page, "undo")
        press(page, "Annuler cette importation")
        expect(page.locator("[data-live-part=import]")).to_contain_text("annulées")
        check_page(page, "undoing")
        work(console)
        page.get_by_role("link", name="Voir le résultat").click()
        expect(page.locator("main")).to_contain_text("L'importation est annulée")
        page.wait_for_load_state()
        check_page(page, "undone")
        page.goto("/contacts/export?q=anne")
        check_page(page, "export")
        context.close()
    [anne] = find_cards(console.database, "lefevre")
    assert anne.lines == ("+33639980008",)
