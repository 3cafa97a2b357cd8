"""The note about a call is saved while it is typed, in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import accessibility_violations, chromium, scrolling_widths
from console_process import ConsoleProcess, running_console
from playwright.sync_api import Browser, Page, expect
from recorded_calls import record_call
from sqlalchemy import update

from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.calls.call_notes import get_note
from records.database.engine import Database
from records.schema import User as Users
from records.staff import agents
from records.staff.own_calls import begin_ring
from routing.access.permissions import Role

CALL, NOTE = "1.1", "#pop-note"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(database: Database, database_url: str, tmp_path: Path, browser: Browser) -> Iterator[Page]:
    """Any page of an agent who talks."""
    with running_console(database, database_url, tmp_path) as process:
        yield _open(process, browser)


def _open(process: ConsoleProcess, browser: Browser) -> Page:
    now = datetime.now(UTC)
    agents.create_sip_accounts(process.database, {"p01": "secret"})
    anne = agents.add_agent(process.database, "Anne Exemple", language="fr", at=now)
    user = process.add_user(Role.STAFF, "Anne Exemple")
    with process.database.write() as connection:
        connection.execute(update(Users).where(Users.id == user.id).values(agent_id=anne.id))
    record_call(process.database, CALL, now, "+33639980001")
    begin_ring(process.database, "p01", CALL, now)
    told = [CallEvent(now, CallEventKind.QUEUE_ENTERED), CallEvent(now, CallEventKind.STAFF_ANSWERED, {"phone": "p01"})]
    calls.add_events(process.database, CALL, told)
    page = process.open_page(browser, user, viewport={"width": 390, "height": 844})
    page.goto(f"{process.url}/own")
    return page


def test_a_note_outlives_a_reload_and_two_pages_lose_nothing(page: Page, database: Database) -> None:
    found = accessibility_violations(page) + [f"scrolls sideways at {each} px" for each in scrolling_widths(page, 390)]
    page.locator(NOTE).press_sequentially("Acte de naissance")
    page.reload()  # before the pause after which it is saved
    expect(page.locator(NOTE)).to_have_value("Acte de naissance")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(NOTE)).to_have_value("Acte de naissance")
    for each, words in ((page, "Urgent"), (other, "Rappeler lundi")):
        each.locator(NOTE).press("Control+End")
        each.locator(NOTE).press_sequentially(f"\n{words}")
    for each in (page, other):
        expect(each.locator(".pop.note [role=status]")).to_have_text("C'est enregistré.")
    page.goto(page.url.replace("/own", f"/own-call/{CALL}/caller?q=exemple"))
    found += accessibility_violations(page) + [f"scrolls sideways at {each} px" for each in scrolling_widths(page, 390)]
    assert set(get_note(database, 1, CALL).text.split("\n")) == {"Acte de naissance", "Urgent", "Rappeler lundi"}
    assert found == [], "\n".join(found)
