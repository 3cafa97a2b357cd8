"""The console as a process of its own, used with a real browser."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from browser import accessibility_violations, chromium, tab_to, unreachable_controls
from console_process import PASSWORD, ConsoleProcess, running_console
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from records import changes
from records.actor import command_line_actor
from records.database.engine import Database
from records.users import invitations
from routing.access.permissions import Role

CSV = "nom;email;rôle\nÉlie Exemple;elie@example.org;superviseur\nSans adresse;non;standard\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def process(database: Database, database_url: str, tmp_path: Path) -> Iterator[ConsoleProcess]:
    with running_console(database, database_url, tmp_path) as opened:
        yield opened


def fill(page: Page, selector: str, text: str) -> None:
    tab_to(page, selector)
    page.keyboard.type(text)


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def test_the_first_administrator_signs_up_invites_and_logs_out_by_keyboard_alone(
    process: ConsoleProcess, browser: Browser
) -> None:
    faults: list[str] = []
    ours = (process.url, "data:")
    page = process.open_page(browser)
    page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
    page.on("request", lambda request: None if request.url.startswith(ours) else faults.append(request.url))
    secret = invitations.create_first_invitation(process.database, at=datetime.now(UTC))
    page.goto(f"{process.url}/welcome/{secret}")

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    fill(page, "#name", "Anne Exemple")
    fill(page, "#email", "anne@example.org")
    fill(page, "#new", PASSWORD)
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Double authentification")
    press(page, "summary")
    key = page.inner_text("code.secret").replace(" ", "")
    fill(page, "#code", pyotp.TOTP(key).now())
    fill(page, "#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    press(page, "main a.button")

    press(page, "nav a[href='/people']")
    press(page, "a[href='/people/invite']")
    press(page, "main button")
    expect(page.locator(".errors")).to_be_focused()
    press(page, ".errors li:first-child a")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("Basile Exemple")
    fill(page, "#email", "basile@example.org")
    page.keyboard.press("Enter")
    link = page.input_value("#link")
    assert link.startswith(f"{process.url}/welcome/")

    tab_to(page, "#link")
    page.keyboard.press("?")
    shortcuts = page.get_by_role("dialog", name="Raccourcis clavier")
    expect(shortcuts).to_be_hidden()  # in a field, "?" is a character
    tab_to(page, "main a.button")
    page.keyboard.press("?")
    expect(shortcuts).to_be_visible()
    page.keyboard.press("Escape")
    changes_key = page.locator("a[data-key]", has_text="Journal").get_attribute("data-key")
    page.keyboard.press(changes_key or "")
    expect(page.locator("h1")).to_have_text("Journal")
    expect(page.locator("tbody tr")).to_have_count(
        len(changes.list_changes(process.database, command_line_actor("test")))
    )

    press(page, "a[href='/own']")
    tab_to(page, "#shortcuts")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.good")).to_have_text("C'est enregistré.")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_have_count(0)

    press(page, ".me button")
    expect(page.locator("h1")).to_have_text("Se connecter")
    assert faults == []

    fill(page, "#email", "anne@example.org")
    fill(page, "#password", "mot de passe faux")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("ne vont pas ensemble")
    page.wait_for_load_state("networkidle")  # a request that the end cancels is a warning in the log
    assert process.stop() == 0
    log = process.log.read_text()
    assert "POST /login: 403" in log and "GET /welcome/<secret>: 200" in log
    for word in ("Anne", "Basile", "example.org", "lune", "faux", secret, key, link.rpartition("/")[2]):
        assert word not in log
    assert {(json.loads(line)["process"], json.loads(line)["level"]) for line in log.splitlines()} == {
        ("console", "info")
    }


def test_a_list_is_imported_and_every_page_is_accessible_in_light_and_dark_and_by_keyboard(
    process: ConsoleProcess, browser: Browser, tmp_path: Path
) -> None:
    """Visits every page without arguments, new ones included, and one with an argument."""
    anne = process.add_user(Role.ADMINISTRATOR, "Anne Exemple")
    page = process.open_page(browser, anne)
    page.goto(f"{process.url}/people/import")
    page.set_input_files("#file", {"name": "liste.csv", "mimeType": "text/csv", "buffer": CSV.encode("utf-8-sig")})
    page.click("main button")
    expect(page.locator("tr.bad")).to_have_count(1)
    found = accessibility_violations(page)
    page.dblclick("main button")

    expect(page.locator("h1")).to_have_text("1 invitation")
    with page.expect_download() as download:
        page.click("a[download]")
    download.value.save_as(tmp_path / "links.csv")
    head, row = (tmp_path / "links.csv").read_text("utf-8-sig").splitlines()
    assert (head, row.split(";")[0]) == ("email;link", "elie@example.org")
    page.goto(row.split(";")[1])
    expect(page.locator("main")).to_contain_text("Bonjour Élie Exemple")
    found += accessibility_violations(page)

    plain = {
        rule.rule
        for rule in process.app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments and "." not in rule.rule
    }
    page = process.open_page(browser, anne)
    for path in sorted({*plain, f"/people/{anne.id}", "/no-such-page"} - {"/", "/health", "/login"}):
        page.goto(process.url + path)
        found += [f"{path}: not by keyboard: {control}" for control in unreachable_controls(page)]
        found += [f"{path}: {barrier}" for barrier in accessibility_violations(page)]

    page = process.open_page(browser, locale="en")
    page.goto(f"{process.url}/login")
    expect(page.locator("h1")).to_have_text("Log in")
    page.click("main button")
    found += accessibility_violations(page)
    assert found == [], "\n".join(found)


def _is_fault(message: ConsoleMessage) -> bool:
    """True for a refused script, style or picture; the 422 of a form with errors is none."""
    return message.type == "error" and "status of 422" not in message.text
