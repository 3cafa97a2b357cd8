"""The console as a process of its own, used with a real browser."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from browser import accessibility_violations, chromium, scrolling_widths, tab_to
from console_process import PASSWORD, ConsoleProcess, running_console
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from recorded_calls import record_call

from records import changes, overrides
from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind
from records.calls import calls
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

    press(page, ".sections a[href='/agents']")
    press(page, ".subnav a[href='/people']")
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
    tab_to(page, "main a.button[href='/people']")
    page.keyboard.press("?")
    expect(shortcuts).to_be_visible()
    page.keyboard.press("Escape")
    changes_key = page.locator("a[data-key]", has_text="Journal").get_attribute("data-key")
    page.keyboard.press(changes_key or "")
    expect(page.locator("h1")).to_have_text("Journal")
    expect(page.locator("tbody tr")).to_have_count(
        len(changes.list_changes(process.database, command_line_actor("test")))
    )

    press(page, ".me summary")
    press(page, ".menu a[href='/own']")
    tab_to(page, "#shortcuts")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.good")).to_have_text("C'est enregistré.")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_have_count(0)

    press(page, ".me summary")
    press(page, ".log-out")
    expect(page.locator("h1")).to_have_text("Se connecter")
    assert faults == []

    fill(page, "#email", "anne@example.org")
    fill(page, "#password", "mot de passe faux")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("est incorrect")
    page.wait_for_load_state("networkidle")  # a request that the end cancels is a warning in the log
    assert process.stop() == 0
    log = process.log.read_text()
    assert "POST /login: 403" in log and "GET /welcome/<secret>: 200" in log
    for word in ("Anne", "Basile", "example.org", "lune", "faux", secret, key, link.rpartition("/")[2]):
        assert word not in log
    assert {(json.loads(line)["process"], json.loads(line)["level"]) for line in log.splitlines()} == {
        ("console", "info")
    }


@pytest.mark.long
def test_a_list_is_imported_and_the_pages_before_the_login_are_accessible(
    process: ConsoleProcess, browser: Browser, tmp_path: Path
) -> None:
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

    page = process.open_page(browser, locale="en")
    page.goto(f"{process.url}/login")
    expect(page.locator("h1")).to_have_text("Log in")
    page.click("main button")
    found += accessibility_violations(page)
    assert found == [], "\n".join(found)


@pytest.mark.long
def test_closed_now_takes_two_clicks_on_today_and_is_undone_with_one(process: ConsoleProcess, browser: Browser) -> None:
    page = process.open_page(browser, process.add_user(Role.SUPERVISOR, "Anne Exemple"))
    page.goto(process.url)
    page.click("#lever-closed > summary")
    page.click("#lever-closed button[type=submit]")
    expect(page.locator(".notice.good")).to_contain_text("le prochain appelant l'entend")
    expect(page.locator(".strip .pill")).to_contain_text("Fermé")
    (closed,) = overrides.list_overrides(process.database)
    assert (closed.name, closed.ends_at is not None) == ("closed", True)  # it ends by itself
    found = accessibility_violations(page)
    page.click(".switched button")
    expect(page.locator(".switched")).to_have_count(0)
    assert overrides.list_overrides(process.database) == ()

    page.click("#lever-closed > summary")
    page.click("#words-closed > summary")
    for width in (390, 640, 1280):  # 640: 1280 at 200 %
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width} px: {barrier}" for barrier in accessibility_violations(page)]
        found += [f"scrolls sideways at {each} px" for each in scrolling_widths(page, width)]
    assert found == [], "\n".join(found)


def test_what_is_typed_and_the_focus_survive_when_the_page_refreshes_itself(
    process: ConsoleProcess, browser: Browser
) -> None:
    page = process.open_page(browser, process.add_user(Role.SUPERVISOR, "Anne Exemple"))
    page.goto(process.url)
    page.click("#lever-closed > summary")
    page.click("#words-closed > summary")
    page.fill("#closed-words_fr", "En raison de la tempête")
    record_call(process.database, "7.1", datetime.now(UTC), "+33639980001")
    event = CallEvent(datetime.now(UTC), CallEventKind.QUEUE_ENTERED, {"language": "fr"})
    calls.add_events(process.database, "7.1", [event])
    expect(page.locator("[data-live-part=waiting] li")).to_have_count(1)
    expect(page.locator("#closed-words_fr")).to_be_focused()
    assert page.input_value("#closed-words_fr") == "En raison de la tempête"
    expect(page.locator(".strip .count").first).to_have_text(re.compile("1"))


@pytest.mark.long
def test_the_frame_is_a_side_bar_that_folds_and_a_bar_at_the_bottom_of_a_phone(
    process: ConsoleProcess, browser: Browser
) -> None:
    anne = process.add_user(Role.ADMINISTRATOR, "Anne Exemple")
    page = process.open_page(browser, anne, viewport={"width": 1280, "height": 800})
    page.goto(process.url)
    with page.expect_response("**/display"):
        page.click(".fold")
    expect(page.locator("body")).to_have_class(re.compile("folded"))
    page.click(".me summary")
    with page.expect_response("**/display"):
        page.click("[name=theme][value=dark]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{process.url}/plan")  # both are remembered
    expect(page.locator("body")).to_have_class(re.compile("folded"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    found = accessibility_violations(page)

    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".sections li.extra").first).to_be_hidden()
    page.click(".more")
    page.click(".sections li.extra a[href='/changes']")
    expect(page.locator("h1")).to_have_text("Journal")
    page.click(".me summary")
    page.keyboard.press("Escape")
    expect(page.locator(".me summary")).to_be_focused()
    page.click(".me summary")
    page.click("[name=language][value=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Change log")
    found += accessibility_violations(page)
    assert found == [], "\n".join(found)


def _is_fault(message: ConsoleMessage) -> bool:
    """True for a refused script, style or picture; the 422 of a form with errors is none."""
    return message.type == "error" and "status of 422" not in message.text
