"""An agent answers in the console: a real browser, a real caller, and what both hear."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import browser_agents
import pytest
import raw_sip
from browser import accessibility_violations, scrolling_widths
from browser_agents import SPOKEN_HZ, BrowserAgents, expect_state, heard_since, press, texts, wait_until_heard
from databases import copy_installation
from playwright.sync_api import Browser, Page, expect
from reception import Reception, wait_for
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from caller.phone import CallerId, Phone, PhoneEventKind
from caller.prompt_recognizer import HeardPrompt, PromptRecognizer
from caller.tones import Tone
from live.phone_relay import REFUSED, TAKEN_OVER, TOO_MUCH
from records.staff import presence
from records.staff.presence import PresenceState
from records.users import sessions
from standardiste.settings import RELAY_ADDRESS

CALLER_HZ = 620


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser_agents.browser_with_microphone(tmp_path_factory.mktemp("microphone")) as browser:
        yield browser


@pytest.fixture(scope="module")
def console(prepared_installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserAgents]:
    var = copy_installation(prepared_installation, tmp_path_factory.mktemp("browsers") / "var")
    reception = Reception.for_calls(var, **browser_agents.settings())
    reception.start()
    yield BrowserAgents(reception)
    reception.stop()


@pytest.fixture(autouse=True)
def everybody_leaves(console: BrowserAgents) -> Iterator[None]:
    yield
    console.leave()


def call_the_team(console: BrowserAgents, phone: Phone, number: str = "+33639980001") -> None:
    phone.dial(console.reception.uri(), CallerId(number))
    phone.wait_for(PhoneEventKind.ANSWERED)
    phone.press("0")


def heard_tones(phone: Phone) -> set[int]:
    found = PromptRecognizer({}).recognize(phone.received_audio())
    return {round(each.frequency, -1) for each in found if isinstance(each, Tone)}


@contextmanager
def answered_call(console: BrowserAgents, page: Page, sound: Path, number: str) -> Iterator[Phone]:
    """A caller whom the agent of this page has answered, and whom they hear."""
    with Phone(outgoing_audio=sound) as caller:
        call_the_team(console, caller, number)
        expect_state(page, "ringing")
        press(page, "answer")
        expect_state(page, "talking")
        wait_until_heard(page, CALLER_HZ)
        yield caller


def prompts(console: BrowserAgents, phone: Phone) -> list[str]:
    """What the caller has recognised so far, prompts only."""
    found = console.reception.prompt_recognizer().recognize(phone.received_audio())
    return [each.key for each in found if isinstance(each, HeardPrompt)]


def test_a_caller_is_answered_in_the_page_and_both_hear_each_other(
    console: BrowserAgents, browser: Browser, tone: Callable[[int, float], Path]
) -> None:
    _, user = console.add("Anne Exemple")
    page = console.open_phone(console.sign_in(browser, user))
    with Phone(outgoing_audio=tone(CALLER_HZ, 60)) as caller:
        call_the_team(console, caller)

        expect_state(page, "ringing")
        expect(page.locator('[data-phone="who"]')).to_contain_text("639980001")
        press(page, "answer")
        expect_state(page, "talking")
        wait_until_heard(page, CALLER_HZ)
        wait_for(lambda: SPOKEN_HZ in heard_tones(caller), "the agent's voice", 15)
        press(page, "hang-up")
        assert caller.is_over(5)
        expect_state(page, "ready")
    story = console.reception.wait_for_call_detail()
    assert story.call.disposition == "staff"


def test_a_page_that_is_reloaded_gets_its_caller_back_at_once_who_hears_why_it_was_silent(
    console: BrowserAgents, browser: Browser, tone: Callable[[int, float], Path]
) -> None:
    _, user = console.add("Berthe Exemple")
    page = console.open_phone(console.sign_in(browser, user))
    with answered_call(console, page, tone(CALLER_HZ, 60), "+33639980002") as caller:
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        expect_state(page, "talking")
        wait_until_heard(page, CALLER_HZ)
        reloaded_s = caller.elapsed_s()
        wait_for(lambda: heard_since(caller, reloaded_s, SPOKEN_HZ), "the agent's voice after the reload", 15)
        caller.hangup()
        expect_state(page, "ready")


@pytest.mark.long
def test_a_caller_whose_agents_browser_is_gone_hears_a_sentence_and_is_first_in_the_queue(
    console: BrowserAgents, browser: Browser, tone: Callable[[int, float], Path]
) -> None:
    _, user = console.add("Chloé Exemple")
    other, other_user = console.add("Denis Exemple")
    database = console.reception.database
    presence.set_presence(database, other.id, PresenceState.PAUSED, by="test", at=datetime.now(UTC))
    context = console.sign_in(browser, user)
    page = console.open_phone(context)
    with answered_call(console, page, tone(CALLER_HZ, 90), "+33639980003") as caller:
        context.close()
        wait_for(lambda: "agent-back" in prompts(console, caller), "the sentence", 10)
        second = console.open_phone(console.sign_in(browser, other_user))
        presence.set_presence(
            console.reception.database, other.id, PresenceState.READY, by="test", at=datetime.now(UTC)
        )
        wait_for(lambda: "agent-gone" in prompts(console, caller), "the second sentence", 30)
        expect_state(second, "ringing")
        press(second, "answer")
        wait_until_heard(second, CALLER_HZ)


@pytest.mark.long
def test_a_lost_socket_is_not_heard_and_the_callers_hang_up_reaches_the_page(
    console: BrowserAgents, browser: Browser, tone: Callable[[int, float], Path]
) -> None:
    _, user = console.add("Émile Exemple")
    page = console.open_phone(console.sign_in(browser, user))
    with answered_call(console, page, tone(CALLER_HZ, 60), "+33639980004") as caller:
        pid = console.reception.supervisorctl("pid", "live")
        os.kill(int(pid), signal.SIGKILL)
        expect(page.locator('[data-phone="state"]')).to_have_text(texts(page, "reason_connection"))
        expect(page.locator('[data-phone="state"]')).to_have_text(texts(page, "state_talking"), timeout=30_000)
        wait_until_heard(page, CALLER_HZ)
        assert "agent-back" not in prompts(console, caller)
        caller.hangup()
        expect_state(page, "ready")


@pytest.mark.long
def test_a_second_window_mirrors_the_telephone_and_takes_over_when_the_first_is_closed(
    console: BrowserAgents, browser: Browser
) -> None:
    _, user = console.add("Fanny Exemple")
    context = console.sign_in(browser, user)
    page = console.open_phone(context)
    second = context.new_page()
    second.goto(f"{console.url}/browser-phone")
    expect(second.locator('[data-phone="elsewhere"]')).to_be_visible()
    strip = context.new_page()
    strip.goto(console.url)
    expect(strip.locator("#phone-strip")).to_have_attribute("data-state", "ready")
    page.close()
    expect_state(second, "ready")


def test_who_logs_out_is_not_rung_any_more_and_their_password_is_gone(console: BrowserAgents, browser: Browser) -> None:
    agent, user = console.add("Gaston Exemple")
    context = console.sign_in(browser, user)
    page = console.open_phone(context)
    assert agent.browser_account in console.reception.installation.asterisk_cli.run("database show ps/auth")
    with console.reception.database.write(notify=True) as connection:
        sessions.end_all_sessions(connection, user.id, at=datetime.now(UTC))
    expect_state(page, "refused")
    cli = console.reception.installation.asterisk_cli
    wait_for(lambda: agent.browser_account not in cli.run("database show ps/auth"), "the password to go", 10)
    wait_for(lambda: agent.browser_account not in cli.run("pjsip show contacts"), "the contact to go", 10)


def test_what_a_logged_in_agent_says_over_the_socket_is_their_account_or_refused(console: BrowserAgents) -> None:
    agent, user = console.add("Hélène Exemple")
    other, _ = console.add("Ignace Exemple")
    cookie, own = console.cookie(user), str(agent.browser_account)
    assert console.try_socket(cookie) == 403  # no telephone was asked for in this session
    console.log_in_phone(cookie)
    assert console.try_socket(cookie, origin="https://elsewhere.example.org") == 403
    assert console.try_socket("") == 403

    with console.socket(cookie) as socket:
        socket.send(raw_sip.register(own))
        assert socket.recv(5).startswith("SIP/2.0 401")
        socket.send(raw_sip.invite(own, "0199000000"))
        assert socket.recv(5).startswith("SIP/2.0 401")
    page = "sip:x@y.invalid;transport=ws"
    refused = {
        "a colleague's account": raw_sip.register(str(other.browser_account)),
        "a caller of the operator": raw_sip.invite("+33639980001", "0199000000"),
        "a colleague's password": raw_sip.register(own, user=str(other.browser_account)),
        "a contact that leads elsewhere": raw_sip.register(own, contact=f"<{page};maddr=192.0.2.1>"),
        "the operator's number": raw_sip.register(own, contact="<sip:+33199001234@192.0.2.1>"),
        "a route": raw_sip.register(own, more="Route: <sip:192.0.2.1;lr>\r\n"),
    }
    for what, message in refused.items():
        assert console.close_code(cookie, [message]) == REFUSED, what
    assert console.close_code(cookie, ["\r\n\r\n"] * 300) == TOO_MUCH


def test_asterisk_takes_nothing_from_the_address_of_the_relay_for_an_operator(console: BrowserAgents) -> None:
    """What passes the relay is challenged all the same: a fault in it opens no way to the public numbers."""
    port = console.reception.settings.asterisk_http_port
    options = {"subprotocols": ["sip"], "source_address": (RELAY_ADDRESS, 0)}
    with connect(f"ws://127.0.0.1:{port}/ws", **options) as socket:
        socket.send(raw_sip.invite("+33639980001", "0199000000"))
        assert socket.recv(5).startswith("SIP/2.0 401")
    with connect(f"ws://127.0.0.1:{port}/ws", **options) as socket:
        socket.send(raw_sip.invite("anonymous", "+33199000000"))
        assert socket.recv(5).startswith("SIP/2.0 401")


@pytest.mark.long
def test_the_window_and_the_strip_are_accessible_and_fit_a_mobile(console: BrowserAgents, browser: Browser) -> None:
    _, user = console.add("Jeanne Exemple")
    context = console.sign_in(browser, user, viewport={"width": 390, "height": 844})
    page = console.open_phone(context)
    page.locator('[data-phone="check"] summary').click()
    expect(page.locator('[data-phone="level"]')).not_to_have_js_property("value", 0)
    strip = context.new_page()
    strip.goto(console.url)
    expect(strip.locator("#phone-strip")).to_have_attribute("data-state", "ready")
    for one in (page, strip):
        assert accessibility_violations(one) == []
        assert scrolling_widths(one) == []
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/phone.png", full_page=True)
        strip.screenshot(path=f"{folder}/strip.png")


@pytest.mark.long
def test_the_strip_answers_mutes_and_hangs_up_by_keys_that_can_be_switched_off(
    console: BrowserAgents, browser: Browser, tone: Callable[[int, float], Path]
) -> None:
    _, user = console.add("Karim Exemple")
    context = console.sign_in(browser, user)
    page = console.open_phone(context)
    strip = context.new_page()
    strip.goto(console.url)
    shown = strip.locator("#phone-strip")
    with Phone(outgoing_audio=tone(CALLER_HZ, 60)) as caller:
        call_the_team(console, caller, "+33639980007")
        expect(shown).to_have_attribute("data-state", "ringing")
        strip.keyboard.press("F3")
        expect_state(page, "talking")
        wait_until_heard(page, CALLER_HZ)
        wait_for(lambda: SPOKEN_HZ in heard_tones(caller), "the agent's voice", 15)
        press(strip, "mute")
        expect(page.locator('[data-phone="mute"]')).to_have_attribute("aria-pressed", "true")
        muted_s = caller.elapsed_s() + 1
        strip.goto(f"{console.url}/calls")  # the page is left, the call is not
        expect(shown).to_have_attribute("data-state", "talking")
        press(page, "mute")
        wait_for(lambda: heard_since(caller, muted_s + 1, SPOKEN_HZ), "the voice again", 15)
        press(strip, "hold")
        wait_for(lambda: page.evaluate("window.heard.hertz()") == 0, "the caller's voice to stop", 15)
        page.locator('[data-phone="check"] summary').click()
        page.locator('[data-phone="keys"]').uncheck()
        strip.keyboard.press("F4")
        expect(shown).to_have_attribute("data-state", "talking")
        page.locator('[data-phone="keys"]').check()
        strip.keyboard.press("F4")
        assert caller.is_over(10)


def test_a_page_hears_nothing_more_of_asterisk_when_a_later_one_has_its_telephone(console: BrowserAgents) -> None:
    agent, user = console.add("Odile Exemple")
    cookie, register = console.cookie(user), raw_sip.register(str(agent.browser_account))
    console.log_in_phone(cookie)
    with console.socket(cookie) as first, console.socket(cookie) as second:
        second.send(register)
        assert second.recv(5).startswith("SIP/2.0 401")
        with pytest.raises(ConnectionClosed) as closed:
            first.send(register)
            first.recv(5)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == TAKEN_OVER
