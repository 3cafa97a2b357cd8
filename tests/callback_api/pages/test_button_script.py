"""The button on a page of another site: one script and one element that contact only our server."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import ports
import pytest
from browser import serve_page, tab_to
from callback_records import end_attempt
from playwright.sync_api import Page, Request, expect
from public_server import PLAN, VisitorClient, serve_public

from callback_api.context import AppContext
from callback_api.pages import status_page
from records.callbacks import callback_attempts, staff_actions
from records.callbacks.attempt_results import AttemptResult
from records.database.engine import Database
from records.requests.requests import RequestKind, list_open_requests
from routing.callbacks.rules import DialFirst

LONGEST = 15_000  # bytes
BUTTON = (
    '<standardiste-callback site="town" lang="{language}"><a href="{url}/callback">Rappel</a></standardiste-callback>'
)

OpenPage = Callable[..., Page]


class Town(NamedTuple):
    """A website with the button at `url`, and the server of the button."""

    url: str
    client: VisitorClient
    database: Database


@pytest.fixture(params=["fr"])
def town(database: Database, request: pytest.FixtureRequest) -> Iterator[Town]:
    with serve_town(database, request.param) as town:
        yield town


@pytest.fixture
def town_without_trunk(database: Database) -> Iterator[Town]:
    with serve_town(database, "fr", has_outbound_trunk=False) as town:
        yield town


@contextmanager
def serve_town(database: Database, language: str, *, has_outbound_trunk: bool = True) -> Iterator[Town]:
    port = ports.free()
    site = f'    - {{name: town, number: "+33199000000", origins: ["http://127.0.0.1:{port}"]}}\n'
    sites, first, others = PLAN.partition("  sites:\n")
    name, _, rest = others.partition("\n")
    plan = f"{sites}{first}{name}\n{site}{rest}"
    with serve_public(database, plan=plan, has_outbound_trunk=has_outbound_trunk) as client:
        script = f'<script src="{client.url}/button.js" async></script>\n'
        body = script + BUTTON.format(url=client.url, language=language)
        with serve_page(port, body) as url:
            yield Town(url, client, database)


def open_form(open_page: OpenPage, town: Town, **options: object) -> Page:
    """The page, with the form in its dialog."""
    page = open_page(town.url, **options)
    page.click("standardiste-callback .open")
    expect(page.locator("#number")).to_be_visible()
    return page


def send(page: Page, number: str) -> None:
    page.fill("#number", number)
    page.check("#consent_call")
    page.click("form button")


def heading(page: Page, text: str) -> None:
    expect(page.locator("dialog h1")).to_have_text(text)
    expect(page.get_by_role("dialog", name=text, exact=True)).to_be_visible()


def test_a_visitor_asks_follows_moves_and_cancels_without_leaving_the_page(town: Town, open_page: OpenPage) -> None:
    asked: list[Request] = []
    page = open_page("about:blank")
    page.on("request", lambda request: asked.append(request))
    page.goto(town.url)
    page.click("standardiste-callback .open")
    heading(page, "Nous vous rappelons")
    expect(page.locator(".lead")).to_have_text("Laissez votre numéro : nous vous rappelons depuis le 01 99 00 00 00.")

    page.click("form button")
    expect(page.locator(".errors")).to_be_focused()
    page.click(".errors a >> nth=0")
    expect(page.locator("#number")).to_be_focused()

    page.fill("#number", "06 39 98 00 01")
    page.check("#consent_call")
    page.dblclick("form button")
    heading(page, "Votre rappel est enregistré")
    (row,) = staff_actions.list_open_callbacks(town.database)
    assert (row.ref, row.line, row.site) == (page.inner_text(".reference"), "+33639980001", "town")

    page.click("text=Choisir un autre moment")
    page.select_option("#slot", index=5)
    page.click("form button")
    heading(page, "Votre rappel est enregistré")
    expect(page.locator(".notice")).to_have_text("C'est noté : le moment a changé.")

    page.click("text=Annuler ce rappel")
    page.click("text=Oui, annuler")
    heading(page, "Votre rappel est annulé")
    assert staff_actions.list_open_callbacks(town.database) == ()

    servers = (f"{town.client.url}/", town.url.partition("/page")[0] + "/page", "data:")
    assert [request.url for request in asked if not request.url.startswith(servers)] == []
    sent = [request.url.partition("?")[0].rpartition("/")[2] for request in asked if request.method == "POST"]
    assert sent == ["callback", "callback", "move", "cancel"]
    assert page.url == town.url
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_form_names_the_page_without_its_query(town: Town, open_page: OpenPage) -> None:
    page = open_form(open_page, town)
    assert town.url.endswith("?visitor=1")
    assert page.input_value("input[name=page]") == town.url.removesuffix("?visitor=1")


def test_without_a_trunk_the_button_offers_to_write(town_without_trunk: Town, open_page: OpenPage) -> None:
    page = open_page(town_without_trunk.url)
    assert page.inner_text("standardiste-callback .open") == "Nous écrire"
    page.click("standardiste-callback .open")
    heading(page, "Nous écrire")
    page.fill("#text", "Où déposer ma demande ?")
    page.fill("#email", "zoe@example.org")
    page.click("form button")
    heading(page, "Votre message nous est parvenu")
    (request,) = list_open_requests(town_without_trunk.database)
    assert request.kind is RequestKind.INQUIRY and page.url == town_without_trunk.url
    assert town_without_trunk.client.get("/button.js").headers["Cache-Control"] == "public, max-age=60"


def test_a_button_from_before_the_trunk_was_removed_leads_to_writing(
    town: Town, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(town.url)
    assert page.inner_text("standardiste-callback .open") == "Rappelez-moi"
    monkeypatch.setattr(AppContext, "has_outbound_trunk", property(lambda context: False))
    page.click("standardiste-callback .open")
    page.get_by_role("link", name="Nous écrire").click()
    heading(page, "Nous écrire")
    page.fill("#text", "Où déposer ma demande ?")
    page.fill("#email", "zoe@example.org")
    page.click("form button")
    heading(page, "Votre message nous est parvenu")  # by the address of its own site, which may send from this page


@pytest.mark.long
def test_the_dialog_refreshes_itself_and_announces_changes_to_screen_readers(
    town: Town, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_page, "FAST_REFRESH_S", 1)
    page = open_form(open_page, town)
    send(page, town.client.unused_number())
    expect(page.locator("dl")).to_be_visible()
    (row,) = staff_actions.list_open_callbacks(town.database)
    page.keyboard.press("Escape")

    attempt = callback_attempts.start_attempt(
        town.database, row.request_id, dial_first=DialFirst.AGENT, at=row.not_before
    )
    assert attempt and callback_attempts.authorize_dial(town.database, attempt.channel_id, at=row.not_before)
    page.click("standardiste-callback .open")

    heading(page, "Nous vous appelons")
    expect(page.locator("dialog [role=status]")).to_have_text("Nous vous appelons")

    callback_attempts.mark_talking(town.database, attempt.channel_id, at=row.not_before)
    end_attempt(town.database, attempt.channel_id, AttemptResult.ANSWERED, at=row.not_before)
    heading(page, "Nous vous avons rappelé")  # without any action of the visitor
    expect(page.locator("dialog [role=status]")).to_have_text("Nous vous avons rappelé")


@pytest.mark.long
def test_everything_can_be_done_by_keyboard(town: Town, open_page: OpenPage) -> None:
    page = open_page(town.url)
    keys = page.keyboard

    tab_to(page, "standardiste-callback .open")
    keys.press("Enter")
    expect(page.locator("dialog h1")).to_be_focused()
    tab_to(page, "#number")
    keys.type(town.client.unused_number())
    keys.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator("standardiste-callback .open")).to_be_focused()

    keys.press("Enter")
    tab_to(page, "#consent_call")
    keys.press("Space")
    keys.press("Enter")
    expect(page.locator("dialog h1")).to_be_focused()
    heading(page, "Votre rappel est enregistré")
    tab_to(page, "dialog .close")
    keys.press("Enter")
    expect(page.locator("dialog")).to_be_hidden()


def test_when_the_server_cannot_be_reached_the_dialog_says_so_and_keeps_what_was_typed(
    town: Town, open_page: OpenPage
) -> None:
    page = open_form(open_page, town)
    page.fill("#name", "Zoé")
    page.context.set_offline(True)
    send(page, town.client.unused_number())

    expect(page.locator(".unreachable")).to_be_focused()
    assert page.get_attribute(".unreachable a", "href") == f"{town.client.url}/callback?language=fr&site=town"
    assert page.input_value("#name") == "Zoé"

    page.context.set_offline(False)
    page.click("form button")
    heading(page, "Votre rappel est enregistré")


def test_a_page_of_an_unknown_origin_gets_only_a_link(town: Town, open_page: OpenPage) -> None:
    script = f'<script src="{town.client.url}/button.js" async></script>'
    with serve_page(ports.free(), script + BUTTON.format(url=town.client.url, language="en")) as url:
        page = open_page(url)
        page.click("standardiste-callback .open")
        expect(page.locator(".unreachable")).to_have_text(re.compile("We couldn't reach the service"))
    assert staff_actions.list_open_callbacks(town.database) == ()


@pytest.mark.parametrize("town", ["en"], indirect=True)
def test_the_button_is_in_the_language_of_its_attribute(town: Town, open_page: OpenPage) -> None:
    page = open_form(open_page, town)
    assert page.inner_text("standardiste-callback .open") == "Call me back"
    heading(page, "We'll call you back")
    assert page.get_attribute("dialog .panel", "lang") == "en"


def test_the_theme_is_the_browsers_or_that_of_the_attribute(town: Town, open_page: OpenPage) -> None:
    page = open_page(town.url)
    element = page.locator("standardiste-callback")

    def shown(browser: str, theme: str) -> str:
        page.emulate_media(color_scheme=browser)
        return element.evaluate(
            "(element, theme) => (element.setAttribute('theme', theme), getComputedStyle(element).colorScheme)", theme
        )

    assert (shown("light", ""), shown("dark", "")) == ("light", "dark")
    assert (shown("light", "dark"), shown("dark", "light")) == ("dark", "light")


def test_without_javascript_there_is_a_link(town: Town, open_page: OpenPage) -> None:
    page = open_page(town.url, java_script_enabled=False)
    page.click("text=Rappel")
    expect(page.locator("h1")).to_have_text("Nous vous rappelons")
    assert page.input_value("input[name=page]") in ("", town.url.partition("page")[0])


def test_the_script_is_small_and_cached_with_an_etag(town: Town) -> None:
    answer = town.client.get("/button.js")
    assert len(answer.data) < LONGEST
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    again = town.client.get("/button.js", If_None_Match=answer.headers["ETag"])
    assert (again.status, again.data) == (304, b"")
