"""Handing a caller over in a real browser, by keyboard, on the screen of a telephone."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from browser import accessibility_violations, chromium, scrolling_widths, tab_to, unreachable_controls
from console_process import ConsoleProcess, running_console
from playwright.sync_api import Browser, Page, expect
from recorded_calls import record_call
from sqlalchemy import update

from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.database.engine import Database
from records.schema import User as Users
from records.staff import agents
from records.staff.agents import Agent
from records.transfers import transfers
from records.transfers.consultations import Step, claim_steps
from routing.access.permissions import Role

PICTURES = os.environ.get("TRANSFER_PICTURES", "")
"""A folder for pictures of the pages, to look at them."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def process(database: Database, database_url: str, tmp_path: Path) -> Iterator[ConsoleProcess]:
    with running_console(database, database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def people(process: ConsoleProcess) -> list[Agent]:
    """Alice, who talks with a caller; Bob and Carl of levels 2 and 3, of whom Carl is away."""
    now = datetime.now(UTC) - timedelta(minutes=2)
    agents.create_desks(process.database, 3)
    people = [
        agents.add_agent(process.database, name, language="fr", rank=rank, at=now)
        for name, rank in (("Alice Exemple", 1), ("Bob Exemple", 2), ("Carl Exemple", 3))
    ]
    record_call(process.database, "1.1", now)
    answered = CallEvent(now, CallEventKind.STAFF_ANSWERED, {"phone": people[0].sip_account})
    calls.add_events(process.database, "1.1", [answered])
    return people


def open_as(process: ConsoleProcess, browser: Browser, agent: Agent, path: str) -> Page:
    user = process.add_user(Role.STAFF, agent.name)
    with process.database.write() as connection:
        connection.execute(update(Users).where(Users.id == user.id).values(agent_id=agent.id))
    page = process.open_page(browser, user, viewport={"width": 390, "height": 844})
    page.goto(process.url + path)
    return page


def take_picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


@pytest.mark.long
def test_a_caller_is_handed_over_by_keyboard_and_the_receiver_reads_the_note(
    process: ConsoleProcess, browser: Browser, people: list[Agent]
) -> None:
    bob = open_as(process, browser, people[1], "/")
    alice = open_as(process, browser, people[0], "/")
    tab_to(alice, "#hand-over")
    alice.keyboard.press("Enter")
    expect(alice.locator("#to")).to_be_visible()
    found = accessibility_violations(alice) + [f"scrolls at {each} px" for each in scrolling_widths(alice, 390)]
    found += unreachable_controls(alice)
    take_picture(alice, "choose-dark")
    alice.emulate_media(color_scheme="light")
    take_picture(alice, "choose")
    alice.locator(f"[value=person-{people[1].id}]").focus()
    alice.keyboard.press("Space")
    tab_to(alice, "#note")
    alice.keyboard.type("Demande un devis; a déjà appelé deux fois.")
    alice.keyboard.press("Tab")
    alice.keyboard.press("Enter")
    expect(bob.locator(".handover")).to_contain_text("Demande un devis")
    expect(alice.locator(".handover")).to_contain_text("en cours de transfert vers Bob Exemple")
    found += accessibility_violations(bob) + [f"scrolls at {each} px" for each in scrolling_widths(bob, 390)]
    bob.emulate_media(color_scheme="light")
    take_picture(bob, "note")
    bob.set_viewport_size({"width": 1280, "height": 800})
    take_picture(bob, "note-wide")
    assert [one.note for one in transfers.claim_transfers(process.database, at=datetime.now(UTC))] != [None]
    assert found == [], "\n".join(found)


@pytest.mark.long
def test_an_agent_speaks_first_by_keyboard_and_sees_what_is_possible_as_it_changes(
    process: ConsoleProcess, browser: Browser, people: list[Agent]
) -> None:
    alice, bob = people[:2]
    page = open_as(process, browser, alice, "/transfer")
    page.locator(f"[value=person-{bob.id}]").focus()
    page.keyboard.press("Space")
    tab_to(page, "[name=speak_first]")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Le téléphone de votre collègue sonne")
    (transfer,) = transfers.claim_transfers(process.database, at=datetime.now(UTC))
    answered = CallEvent(datetime.now(UTC), CallEventKind.CONSULT_ANSWERED, {"phone": bob.sip_account})
    calls.add_events(process.database, transfer.call_ref, [answered])
    expect(page.locator("main")).to_contain_text("Vous parlez avec Bob Exemple", timeout=20_000)
    found = accessibility_violations(page) + [f"scrolls at {each} px" for each in scrolling_widths(page, 390)]
    found += unreachable_controls(page)
    take_picture(page, "speak-first-dark")
    page.emulate_media(color_scheme="light")
    take_picture(page, "speak-first")
    tab_to(page, "#step-join")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Vous parlez avec Bob Exemple")
    assert [step for _, step in claim_steps(process.database, at=datetime.now(UTC))] == [Step.JOIN]
    assert found == [], "\n".join(found)
