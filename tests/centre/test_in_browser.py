"""The pages of a centre in a browser, on a telephone's screen and on a wide one, in both themes and languages."""

import os
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import ports
import pytest
import waitress_thread
from browser import TIMEOUT_MS, accessibility_violations, chromium, unreachable_controls
from centre_calls import hand_over
from centre_client import CentreApp
from centre_people import PASSWORD, add_person, end, ring, tell
from playwright.sync_api import Page

from records.call_events import CallEventKind
from records.database.engine import Database
from records.schema import Contact
from routing.centres.codes import derive_code
from routing.centres.people import CentreRole
from standardiste.parts import web_server


def check_page(page: Page, name: str) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{name}-{theme}-{page.viewport_size['width']}.png", full_page=True)
        assert accessibility_violations(page) == [], (name, theme)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    assert unreachable_controls(page) == []


@pytest.mark.long
@pytest.mark.parametrize(("width", "locale"), [(390, "fr"), (1280, "en")])
def test_an_agent_handles_a_call_by_keyboard_alone(database: Database, width: int, locale: str) -> None:
    now = datetime.now(UTC)
    centre = CentreApp(database, now)
    zoe = add_person(database, now, role=CentreRole.SUPERVISOR, language=locale)
    hand_over(database, 2, (now - timedelta(hours=3)).isoformat())
    reference = ring(database, 1, now - timedelta(seconds=20))
    tell(database, 1, now - timedelta(seconds=10), CallEventKind.CENTRE_ANSWERED)
    with database.write() as connection:
        connection.execute(Contact.__table__.update().values(name="Jeanne Lefebvre-Delacroix"))
    port = ports.free()
    server = web_server.create_web_server(
        centre.app,
        IPv4Address("127.0.0.1"),
        port,
        "centre_port",
        threads=4,
        max_connections=100,
        max_body_bytes=1 << 20,
    )
    with waitress_thread.running(server), chromium() as browser:
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{port}", locale=locale, viewport={"width": width, "height": 800}
        )
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.goto(f"/calls/{reference}")
        check_page(page, "login")
        page.locator("#email").fill(zoe.email)
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Jeanne Lefebvre-Delacroix").wait_for()
        page.locator(".brand").press("Enter")
        check_page(page, "code")
        page.locator("#code").focus()
        page.keyboard.type("0000" if derive_code(reference) != "0000" else "0001")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        check_page(page, "wrong")
        page.locator("#code").fill(derive_code(reference))
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Jeanne Lefebvre-Delacroix").wait_for()
        page.locator("[name=level2]").press("Enter")
        page.locator(".wrong").first.wait_for()
        check_page(page, "refused")
        page.locator("[name=outcome]").first.press("Space")
        page.locator("#note").fill("Veut le formulaire B12.")
        page.locator("[name=level2]").press("Enter")
        page.get_by_role("status").wait_for()
        check_page(page, "card")
        page.locator("header nav a").last.press("Enter")
        page.locator("dl.figures").wait_for()
        check_page(page, "figures")
        page.goto("/missing")
        check_page(page, "missing")
        end(database, 1, datetime.now(UTC) - timedelta(minutes=5) + timedelta(seconds=4))
        centre.now = datetime.now(UTC)
        page.goto(f"/calls/{reference}")
        page.get_by_role("heading", name="Jeanne Lefebvre-Delacroix").wait_for()
        page.locator("#code").wait_for()  # the card has closed by itself
        centre.now = datetime.now(UTC)
        page.goto(f"/calls/{reference}")
        check_page(page, "nothing")
        context.close()
