"""Writing to the organisation in a real browser, and reading its answer there."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from browser import accessibility_violations, tab_to
from inquiries import request_of
from playwright.sync_api import Page, expect
from public_server import VisitorClient

from records.actor import command_line_actor
from records.database.engine import Database
from records.inbox.inbox import close_request
from records.inquiries.acceptance import AcceptedInquiry
from records.inquiries.answers import answer_inquiry

OpenPage = Callable[..., Page]
ANNE = command_line_actor("anne")
TEXT = "Où déposer ma demande ?\n<b>Merci</b> https://example.org/x"


def answer(database: Database, page: Page, text: str) -> int:
    """Staff answer the inquiry that the page shows; gives its request."""
    inquiry = AcceptedInquiry(page.locator(".reference").inner_text(), "")
    request_id = request_of(database, inquiry)
    answer_inquiry(database, ANNE, request_id, text, by_mail=False, at=datetime.now(UTC))
    return request_id


@pytest.mark.parametrize("scripts", [pytest.param(True, marks=pytest.mark.long), False])
def test_a_visitor_writes_and_reads_the_answer_on_the_page_of_their_link(
    visitor_client: VisitorClient, database: Database, open_page: OpenPage, scripts: bool
) -> None:
    page = open_page(f"{visitor_client.url}/callback", java_script_enabled=scripts)
    page.get_by_role("link", name="Nous écrire").click()
    page.fill("#text", TEXT)
    page.fill("#email", "zoe@example.org")
    page.click("form button")
    expect(page.locator("h1")).to_have_text("Votre message nous est parvenu")
    expect(page.locator(".lead")).to_contain_text("Un e-mail vous préviendra")
    request_id = answer(database, page, "Au guichet 2.\nhttps://example.org/y")
    page.reload()
    expect(page.locator("h1")).to_have_text("Nous vous avons répondu")
    assert page.locator(".answer .words").inner_text() == "Au guichet 2.\nhttps://example.org/y"
    assert page.locator(".words.soft").inner_text() == TEXT  # as it was typed: no bold inquiry
    assert page.locator(".words a, .words b").count() == 0
    close_request(database, ANNE, request_id, "answered", note=None, at=datetime.now(UTC))
    page.reload()
    page.get_by_role("link", name="Écrire un autre message").click()
    expect(page.locator("#text")).to_be_visible()


def test_every_error_is_said_beside_its_field_and_what_was_typed_stays(
    visitor_client: VisitorClient, open_page: OpenPage
) -> None:
    page = open_page(f"{visitor_client.url}/inquiry")
    page.click("form button")
    expect(page.locator(".errors li")).to_have_count(2)
    expect(page.locator("#text-error")).to_have_text("Écrivez votre message.")
    expect(page.locator("#email-error")).to_contain_text("Indiquez une adresse e-mail ou un numéro")
    assert accessibility_violations(page) == []
    page.fill("#text", "\n\nDeux lignes vides d'abord")
    page.fill("#email", "zoe")
    page.click("form button")
    expect(page.locator("#email-error")).to_have_text("Écrivez une seule adresse, par exemple anne@example.org.")
    assert page.input_value("#text").strip() == "Deux lignes vides d'abord"
    page.fill("#email", "")
    page.fill("#number", "0899 00 00 01")
    page.click("form button")
    expect(page.locator("#number-error")).to_be_visible()
    page.fill("#number", "06 39 98 00 01")
    page.click("form button")
    expect(page.locator(".lead")).to_contain_text("gardez son lien")


@pytest.mark.long
def test_an_inquiry_is_written_in_the_panel_of_the_button(visitor_client: VisitorClient, open_page: OpenPage) -> None:
    page = open_page(f"{visitor_client.url}/demo")
    page.locator("standardiste-callback").get_by_role("button").first.click()
    page.get_by_role("link", name="Nous écrire").click()
    page.get_by_label("Votre message").fill("Bonjour")
    page.get_by_label("Votre adresse e-mail").fill("zoe@example.org")
    page.get_by_role("button", name="Envoyer le message").click()
    expect(page.get_by_role("heading", level=1, name="Votre message nous est parvenu")).to_be_visible()


@pytest.mark.long
def test_an_inquiry_is_written_with_the_keyboard_alone(visitor_client: VisitorClient, open_page: OpenPage) -> None:
    page = open_page(f"{visitor_client.url}/inquiry?language=en", locale="en")
    for field, typed in (("#text", "Hello"), ("#email", "zoe@example.org")):
        tab_to(page, field)
        page.keyboard.type(typed)
    tab_to(page, "form button")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Your message has reached us")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_the_pages_are_accessible_and_fit_a_small_screen(
    visitor_client: VisitorClient, database: Database, open_page: OpenPage, scheme: str
) -> None:
    narrow: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": 390, "height": 800}}
    page = open_page(f"{visitor_client.url}/inquiry", **narrow)
    assert accessibility_violations(page) == []
    page.fill("#text", "x" * 300)
    page.fill("#email", "zoe@example.org")
    page.click("form button")
    expect(page.locator("dl")).to_be_visible()
    answer(database, page, "y" * 300)
    page.reload()
    assert accessibility_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
