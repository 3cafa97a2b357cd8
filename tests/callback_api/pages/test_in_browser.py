"""The pages in a real browser: with and without JavaScript, by keyboard, in light and dark."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from browser import accessibility_violations, tab_to
from playwright.sync_api import Page, expect
from public_server import PLAN, VisitorClient, new_idempotency_key, serve_public
from urllib3 import BaseHTTPResponse

from callback_api import consents
from records.callbacks import callback_attempts, staff_actions
from records.callbacks.attempt_results import AttemptResult, finish_attempt
from records.database.engine import Database
from routing.callbacks.rules import DialFirst
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.plan import parsing

OFFICE_HOURS = PLAN.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-12:30, 13:30-18:00")
MONDAY_EVENING = datetime(2030, 3, 4, 17, 40, tzinfo=UTC)  # 18:40 in Paris
TUESDAY_MORNING = datetime(2030, 3, 5, 9, 40, tzinfo=UTC)

OURS = "01 99 00 00 00".replace(" ", "\N{NO-BREAK SPACE}")

OpenPage = Callable[..., Page]


class PublicPages(NamedTuple):
    """The pages at `url`; it is Monday evening there, or another `time[0]`."""

    client: VisitorClient
    database: Database
    time: list[datetime]

    @property
    def url(self) -> str:
        return self.client.url

    def start_call(self, ref: str) -> str:
        """Start the call to the visitor; returns its channel."""
        now, request_id = self.time[0], staff_actions.get_callback_detail(self.database, ref).row.request_id
        attempt = callback_attempts.start_attempt(self.database, request_id, dial_first=DialFirst.AGENT, at=now)
        assert attempt and callback_attempts.authorize_dial(self.database, attempt.channel_id, at=now)
        return attempt.channel_id

    def end_call(self, channel: str, result: AttemptResult) -> None:
        plan = parsing.parse_plan(OFFICE_HOURS)
        hours = plan.hours["always"]
        finish_attempt(
            self.database,
            channel,
            result,
            CallbackTerms(plan.callbacks, Calendar(hours, plan.timezone)),
            at=self.time[0],
        )


@pytest.fixture
def pages(database: Database) -> Iterator[PublicPages]:
    time = [MONDAY_EVENING]
    with serve_public(database, plan=OFFICE_HOURS, clock=lambda: time[0]) as client:
        yield PublicPages(client, database, time)


def test_the_organisation_is_named_above_the_form_and_in_every_title(database: Database, open_page: OpenPage) -> None:
    named = PLAN.replace("country: FR", 'country: FR\norganisation: {fr: "Mairie d’Exemple", en: "Exemple town hall"}')
    with serve_public(database, plan=named) as client:
        page = open_page(f"{client.url}/callback")
        expect(page).to_have_title("Nous vous rappelons – Mairie d’Exemple")
        expect(page.locator("main .sender")).to_have_text("Mairie d’Exemple")
        page.goto(client.request_callback(client.unused_number(), language="en").json()["follow"])
        expect(page).to_have_title("Your callback is booked – Exemple town hall")
        assert accessibility_violations(page) == []


def send(page: Page, number: str) -> None:
    page.fill("#number", number)
    page.check("#consent_call")
    page.click("form button")


def ask(open_page: OpenPage, pages: PublicPages, path: str = "/callback", **options: object) -> Page:
    """The status page of a visitor whose callback has just been accepted."""
    page = open_page(pages.url + path, **options)
    send(page, pages.client.unused_number())
    expect(page.locator("dl")).to_be_visible()
    return page


def reference(page: Page) -> str:
    return page.inner_text(".reference")


def hidden_field(answer: BaseHTTPResponse, field: str) -> str:
    """The value of a hidden field of the form."""
    (value,) = re.findall(f'name="{field}" value="([^"]+)"', answer.data.decode())
    return value


def with_no_break_times(text: str) -> str:
    """The text with no-break spaces in its times."""
    return text.replace(" h ", "\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}")


def heading(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_have_text(text)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_slot_is_cut_on_a_telephone_and_the_form_says_what_becomes_of_the_data(
    pages: PublicPages, open_page: OpenPage, language: str
) -> None:
    page = open_page(f"{pages.url}/callback?language={language}", viewport={"width": 390, "height": 844})
    cut = page.evaluate(
        """() => {
            const list = document.querySelector("#slot"), style = getComputedStyle(list);
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = style.font;
            const room = list.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 24;
            return [...list.options].map((each) => each.text).filter((text) => pen.measureText(text).width > room);
        }"""
    )
    assert cut == [] and page.locator("#slot option").count() > 5
    privacy = page.inner_text(".privacy")
    assert ("3 mois" if language == "fr" else "3 months") in privacy
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    "javascript", [pytest.param(True, marks=pytest.mark.long), False], ids=["with-javascript", "without-javascript"]
)
def test_a_visitor_asks_follows_moves_and_cancels(pages: PublicPages, open_page: OpenPage, javascript: bool) -> None:
    page = open_page(f"{pages.url}/callback?site=partner", java_script_enabled=javascript)
    assert page.locator("#slot option").first.inner_text() == with_no_break_times("Dès que possible (demain, 9 h 00)")
    assert page.locator("#slot optgroup").first.get_attribute("label") == "Demain, mardi 5 mars"
    assert not page.is_checked("#consent_call") and not page.is_checked("#consent_news")

    page.select_option("#slot", label=with_no_break_times("Mardi 5, 9 h 00 – 9 h 30"))
    page.fill("#name", "Zoé")
    page.select_option("#topic", label="Presse")
    send(page, "06.39.98-00 01")

    heading(page, "Votre rappel est enregistré")
    expect(page.locator(".lead")).to_have_text("Nous vous appelons demain, mardi 5 mars, entre 9 h 00 et 9 h 30.")
    assert page.locator("dd").all_inner_texts()[1:] == [
        with_no_break_times("Demain, mardi 5 mars, entre 9 h 00 et 9 h 30"),
        "06 39 98 00 01".replace(" ", "\N{NO-BREAK SPACE}"),
        OURS,
        "Presse",
    ]
    (row,) = staff_actions.list_open_callbacks(pages.database)
    assert (row.ref, row.line, row.name, row.topic) == (reference(page), "+33639980001", "Zoé", "Presse")

    page.click("text=Choisir un autre moment")
    assert page.locator("#slot option:checked").inner_text() == with_no_break_times("Mardi 5, 9 h 00 – 9 h 30")
    page.select_option("#slot", label=with_no_break_times("Mercredi 6, 17 h 30 – 18 h 00"))
    page.click("form button")
    heading(page, "Votre rappel est enregistré")
    expect(page.locator(".notice")).to_have_text("C'est noté : le moment a changé.")
    expect(page.locator(".moment")).to_have_text("Mercredi 6 mars, entre 17 h 30 et 18 h 00")

    page.click("text=suivre, déplacer ou annuler")
    page.click("text=Annuler ce rappel")
    page.click("text=Non, garder ce rappel")
    page.click("text=Annuler ce rappel")
    page.click("text=Oui, annuler")
    heading(page, "Votre rappel est annulé")
    assert staff_actions.list_open_callbacks(pages.database) == ()


def test_everything_can_be_done_by_keyboard(pages: PublicPages, open_page: OpenPage) -> None:
    page = open_page(f"{pages.url}/callback")
    keys = page.keyboard

    tab_to(page, "form button")
    keys.press("Enter")
    expect(page.locator(".errors")).to_be_focused()
    tab_to(page, ".errors a >> nth=0")
    keys.press("Enter")
    expect(page.locator("#number")).to_be_focused()
    keys.type(pages.client.unused_number())
    tab_to(page, "#slot")
    keys.press("ArrowDown")
    tab_to(page, "#consent_call")
    keys.press("Space")
    keys.press("Enter")

    heading(page, "Votre rappel est enregistré")
    expect(page.locator(".moment")).to_have_text("Demain, mardi 5 mars, entre 9 h 00 et 9 h 30")
    tab_to(page, "text=Annuler ce rappel")
    keys.press("Enter")
    tab_to(page, "form button")
    keys.press("Enter")
    heading(page, "Votre rappel est annulé")


def test_errors_are_listed_and_beside_their_fields_and_what_was_typed_stays(
    pages: PublicPages, open_page: OpenPage
) -> None:
    page = open_page(f"{pages.url}/callback?site=partner")
    page.fill("#number", "0033 (0)8 99 . 12 34 56")
    page.select_option("#slot", index=3)
    page.fill("#name", "Zoé" * 40)
    page.select_option("#topic", label="Adhésion")
    page.check("#consent_news")
    page.click("form button")

    expect(page.locator(".errors")).to_be_focused()
    assert page.title() == "Erreur – Nous vous rappelons"
    listed = page.locator(".errors li").all_inner_texts()
    assert [line.partition(" – ")[0] for line in listed] == [
        "Votre numéro de téléphone",
        "Votre prénom",
        "Votre accord",
    ]
    for field in ("number", "name", "consent_call"):
        assert page.get_attribute(f"#{field}", "aria-invalid") == "true"
        beside = page.inner_text(f"#{field}-error")
        assert any(line.endswith(beside) for line in listed)
        assert f"{field}-error" in page.get_attribute(f"#{field}", "aria-describedby").split()
    assert page.input_value("#number") == "0033 (0)8 99 . 12 34 56"
    assert page.input_value("#name") == "Zoé" * 40
    assert page.locator("#slot option:checked").inner_text() == with_no_break_times("Mardi 5, 10 h 00 – 10 h 30")
    assert page.input_value("#topic") == "Adhésion"
    assert page.is_checked("#consent_news") and not page.is_checked("#consent_call")
    assert staff_actions.list_open_callbacks(pages.database) == ()


def test_a_slot_that_is_no_longer_available_is_reported_and_another_can_be_chosen(
    pages: PublicPages, open_page: OpenPage
) -> None:
    page = open_page(f"{pages.url}/callback")
    page.select_option("#slot", index=1)
    pages.time[0] = datetime(2030, 3, 5, 8, 45, tzinfo=UTC)

    send(page, pages.client.unused_number())
    expect(page.locator("#slot-error")).to_have_text(re.compile("n'est plus disponible. Choisissez-en un autre"))
    page.select_option("#slot", index=1)
    page.click("form button")

    expect(page.locator(".moment")).to_have_text("Aujourd'hui, mardi 5 mars, entre 10 h 30 et 11 h 00")


def test_a_double_click_sends_the_form_once_and_reloading_does_not_send_it(
    pages: PublicPages, open_page: OpenPage
) -> None:
    page = open_page(f"{pages.url}/callback")
    page.fill("#number", pages.client.unused_number())
    page.check("#consent_call")
    page.dblclick("form button")
    expect(page.locator("dl")).to_be_visible()
    (row,) = staff_actions.list_open_callbacks(pages.database)

    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.reload()

    assert set(sent) == {"GET"}
    assert staff_actions.list_open_callbacks(pages.database) == (row,)
    assert reference(page) == row.ref


def test_a_changed_form_that_was_sent_before_is_shown_again_with_a_new_key(pages: PublicPages) -> None:
    fields = {"consent_call": "on", "idempotency_key": new_idempotency_key(), "language": "en"}
    first = pages.client.submit_form("/callback", {**fields, "number": pages.client.unused_number()})
    again = pages.client.submit_form("/callback", {**fields, "number": pages.client.unused_number()})

    assert (first.status, again.status) == (303, 409)
    assert "Your first request has been recorded." in again.data.decode()
    assert hidden_field(again, "idempotency_key") != fields["idempotency_key"]


@pytest.mark.parametrize("key", ["short", "x" * 300, "with a blank in it, and more"])
def test_a_form_with_a_malformed_key_gets_a_new_one(pages: PublicPages, key: str) -> None:
    fields = {"idempotency_key": key, "number": pages.client.unused_number()}
    again = pages.client.submit_form("/callback", fields)
    promised = pages.client.submit_form("/callback", {**fields, "consent_call": "on"})

    assert (again.status, promised.status) == (422, 303)
    assert hidden_field(again, "idempotency_key") != key and len(hidden_field(again, "idempotency_key")) == len(
        new_idempotency_key()
    )


def test_a_consent_to_an_unknown_version_is_asked_for_again(pages: PublicPages) -> None:
    fields = {"number": pages.client.unused_number(), "consent_call": "on", "consent_version": "1999-01"}
    again = pages.client.submit_form("/callback", fields)

    assert again.status == 422 and "Cochez la première case" in again.data.decode()
    assert "checked" not in again.data.decode()
    assert hidden_field(again, "consent_version") == consents.VERSION
    assert staff_actions.list_open_callbacks(pages.database) == ()


@pytest.mark.long
def test_the_page_refreshes_itself_and_announces_changes_to_screen_readers(
    pages: PublicPages, open_page: OpenPage
) -> None:
    pages.time[0] = TUESDAY_MORNING
    page = ask(open_page, pages)
    expect(page.locator(".lead")).to_have_text(re.compile("dès qu'une personne est libre"))

    channel = pages.start_call(reference(page))
    heading(page, "Nous vous appelons")
    expect(page.locator("[role=status]")).to_have_text("Nous vous appelons")
    expect(page.locator("text=Annuler ce rappel")).to_be_hidden()

    callback_attempts.mark_talking(pages.database, channel, at=TUESDAY_MORNING)
    pages.end_call(channel, AttemptResult.ANSWERED)
    page.reload()
    heading(page, "Nous vous avons rappelé")
    assert page.get_attribute("main", "data-refresh-s") is None


def test_without_javascript_the_browser_reloads_the_page(pages: PublicPages) -> None:
    client = pages.client
    sent = client.submit_form("/callback", {"number": client.unused_number(), "consent_call": "on"})
    waiting = client.get(sent.headers["Location"]).data.decode()
    assert '<noscript><meta http-equiv="refresh" content="150"></noscript>' in waiting

    pages.time[0] = TUESDAY_MORNING
    assert 'content="15"' in client.get(sent.headers["Location"]).data.decode()


@pytest.mark.long
def test_a_visitor_who_was_missed_reads_so_and_can_choose_another_time(pages: PublicPages, open_page: OpenPage) -> None:
    pages.time[0] = TUESDAY_MORNING
    page = ask(open_page, pages)
    pages.end_call(pages.start_call(reference(page)), AttemptResult.NOANSWER)
    page.reload()
    expect(page.locator(".lead")).to_have_text(
        "Nous n'avons pas pu vous joindre. Nous essayons de nouveau aujourd'hui, mardi 5 mars, à partir de 10 h 50."
    )

    pages.time[0] += timedelta(minutes=10)
    pages.end_call(pages.start_call(reference(page)), AttemptResult.BUSY)
    page.reload()
    heading(page, "Nous n'avons pas pu vous joindre")
    page.click("text=Choisir un autre moment")
    page.select_option("#slot", index=1)
    page.click("form button")
    heading(page, "Votre rappel est enregistré")


@pytest.mark.long
def test_it_is_too_late_to_cancel_or_move_while_it_rings(pages: PublicPages, open_page: OpenPage) -> None:
    pages.time[0] = TUESDAY_MORNING
    page = ask(open_page, pages)
    link, ref = page.url, reference(page)
    page.click("text=Annuler ce rappel")
    pages.start_call(ref)
    page.click("form button")
    heading(page, "Nous vous appelons")
    expect(page.locator(".notice")).to_have_text(re.compile("il ne peut plus être changé"))

    page.goto(link.replace("?", "/move?"))
    page.click("form button")
    expect(page.locator(".notice")).to_have_text(re.compile("il ne peut plus être changé"))


def test_error_pages_say_what_to_do_and_which_number_to_call(database: Database, pages: PublicPages) -> None:
    client = pages.client
    unknown = client.get("/callback/K7M4-2QXD?key=wrong&language=en")
    nowhere = client.get("/nowhere", Accept="text/html", Accept_Language="en")
    foreign = client.submit_form("/callback", {"number": "06 39 98 00 01"}, Origin="https://www.example.com")
    assert [answer.status for answer in (unknown, nowhere, foreign)] == [404, 404, 403]
    for answer in (unknown, nowhere, foreign):
        assert OURS in answer.data.decode()
    assert "No callback belongs to this link." in unknown.data.decode()
    assert "There is no such page." in nowhere.data.decode()

    with serve_public(database, plan=OFFICE_HOURS.replace("address_hour: 1000000", "address_hour: 1")) as full:
        fields = {"number": "06 39 98 00 01", "consent_call": "on"}
        kept, refused = (full.submit_form("/callback", fields, X_Forwarded_For="192.0.2.1") for _ in range(2))
    assert (kept.status, refused.status) == (303, 429)
    assert re.search("Réessayez dans [0-9]+ minutes", refused.data.decode())


def test_every_page_has_strict_security_headers_and_sets_no_cookie(pages: PublicPages) -> None:
    sent = pages.client.submit_form("/callback", {"number": pages.client.unused_number(), "consent_call": "on"})
    for path in ("/callback", "/demo", "/nowhere", sent.headers["Location"]):
        headers = pages.client.get(path, Accept="text/html").headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in headers


def test_the_browser_gets_no_cookie_and_contacts_no_other_server(pages: PublicPages, open_page: OpenPage) -> None:
    asked: list[str] = []
    page = open_page("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{pages.url}/demo")
    page.click("standardiste-callback .open")
    send(page, pages.client.unused_number())
    expect(page.locator("dl")).to_be_visible()
    page.click("text=suivre, déplacer ou annuler")
    heading(page, "Votre rappel est enregistré")

    assert asked and all(url.startswith(f"{pages.url}/") for url in asked)
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("language", ["fr", pytest.param("en", marks=pytest.mark.long)])
def test_every_page_is_accessible_in_light_and_dark(pages: PublicPages, open_page: OpenPage, language: str) -> None:
    def clean(name: str, shown: str) -> None:
        expect(page.locator(shown)).to_be_visible()
        assert accessibility_violations(page) == [], name
        assert page.evaluate("document.documentElement.lang") == language
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{name} is too wide"

    asked = f"{pages.url}/callback?site=partner&language={language}"
    page = open_page(asked, viewport={"width": 360, "height": 780}, locale=language)
    clean("form", "#number")
    page.click("form button")
    clean("errors", ".errors")
    send(page, pages.client.unused_number())
    clean("status", "dl")
    page.click(".actions a >> nth=0")
    clean("move", "#slot")
    page.click("form button")
    clean("moved", ".notice")
    page.click(".actions a >> nth=1")
    clean("cancel", "form button")
    page.click("form button")
    clean("cancelled", "dl")
    page.goto(f"{pages.url}/callback/K7M4-2QXD?key=wrong&language={language}")
    clean("refused", "h1")
    page.goto(f"{pages.url}/message?language={language}")
    clean("message of the day", "h1")

    page.goto(f"{pages.url}/demo?language={language}")
    page.click("standardiste-callback .open")
    clean("form of the button", "#number")
    page.click("form button")
    clean("errors of the button", ".errors")
    send(page, pages.client.unused_number())
    clean("status of the button", "dl")
    page.keyboard.press("Escape")
    clean("demonstration", "standardiste-callback .open")
