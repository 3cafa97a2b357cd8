"""The page of an agent shows who calls while their desk phone rings: a real call, and a real browser."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import chromium
from databases import copy_installation
from playwright.sync_api import Browser, Page, expect
from reception import Reception, wait_for
from sqlalchemy import update

from caller.phone import CallerId, Phone, PhoneEventKind
from caller.scripted_call import Press
from console.app import create_app
from records.actor import command_line_actor
from records.callbacks.do_not_call import add_do_not_call
from records.calls.call_detail import get_call_detail
from records.contacts import households
from records.contacts.card_changes import CardFields, create_card
from records.plan import plan_versions
from records.requests import requests
from records.schema import User as Users
from records.staff import agents, presence
from records.users import administration, sessions
from records.users.invitees import Invitee
from routing.access.permissions import Role
from standardiste.parts.console import create_app_context

pytestmark = pytest.mark.long

CALLER = "+33639980711"
GREETING = "greeting-33199000000"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def staffed(prepared_installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    """A reception with its console, and `serve-live`."""
    var = tmp_path_factory.mktemp("staffed") / "var"
    staffed = Reception.for_calls(
        copy_installation(prepared_installation, var), parts="asterisk, calls, switch, console, live"
    )
    text = plan_versions.get_current_version(staffed.database).text  # type: ignore[union-attr]
    text = re.sub(r"ring_s: \d+", "ring_s: 40", text).replace("wrapup_s: 0", "wrapup_s: 8\n  outcome: required")
    plan_versions.save_plan(staffed.database, text, author="test", at=datetime.now(UTC))
    staffed.start()
    yield staffed
    staffed.stop()


@pytest.fixture(scope="module")
def anne(staffed: Reception) -> agents.Agent:
    person = agents.add_agent(staffed.database, "Anne Exemple", language="fr", at=datetime.now(UTC))
    wait_for(lambda: all(one.applied_at for one in presence.list_presences(staffed.database)), "the member")
    return person


def add_household(reception: Reception) -> None:
    """Two people of the number that calls; it does not want to be called back."""
    admin, now = command_line_actor("test"), datetime.now(UTC)
    create_card(reception.database, admin, CardFields(name="Léa Exemple", organisation="Mairie"), [CALLER], at=now)
    households.add_person(reception.database, admin, CALLER, "Paul Exemple", at=now)
    add_do_not_call(reception.database, CALLER, "letter", by="test", at=now)


def open_page(reception: Reception, browser: Browser, agent: agents.Agent) -> Page:
    """Any page of the console, of the user who is this agent, once it is told of changes."""
    database, now = reception.database, datetime.now(UTC)
    invitee = Invitee(agent.name, "anne@example.org", Role.STAFF, "fr")
    (invited,) = administration.invite_users(database, command_line_actor("test"), [invitee], at=now)
    with database.write() as connection:
        connection.execute(update(Users).where(Users.id == invited.user.id).values(agent_id=agent.id))
    app = create_app(create_app_context(reception.installation))
    signed = app.session_interface.get_signing_serializer(app)
    assert signed
    secret = sessions.start_session(database, invited.user.id, second_factor=True, at=now)
    url = reception.settings.console_local_url
    context = browser.new_context(locale="fr", viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": "standardiste", "value": signed.dumps({"token": secret}), "url": url}])
    page = context.new_page()
    with page.expect_request_finished(lambda request: request.url.endswith("/strip")):
        page.goto(f"{url}/own")
    return page


def test_who_calls_is_on_the_page_while_the_desk_phone_rings(
    staffed: Reception, anne: agents.Agent, browser: Browser
) -> None:
    add_household(staffed)
    page = open_page(staffed, browser, anne)
    pop = page.locator("section.pop")
    expect(pop).to_have_count(0)
    with staffed.desk_phone(anne, auto_answer=False) as phone, ThreadPoolExecutor(1) as caller:
        calling = caller.submit(
            staffed.call, Press(keys="0", during=GREETING), caller=CallerId(CALLER), may_be_silent=True, max_seconds=30
        )
        phone.wait_for(PhoneEventKind.INCOMING)
        expect(pop).to_contain_text("Votre téléphone sonne")
        expect(pop.locator("h2")).to_have_text("Léa Exemple")
        expect(pop).to_contain_text("06 39 98 07 11")
        expect(pop).to_contain_text("ne souhaite pas être rappelé")
        expect(pop.locator(".story")).to_contain_text("a tapé 0")
        page.get_by_role("button", name="Paul Exemple").click()
        expect(pop.locator("h2")).to_have_text("Paul Exemple")
        phone.reject()
        expect(page.locator("section.pop")).to_have_count(0, timeout=90_000)  # another ring, then the caller gives up
        calling.result(150)


def test_the_card_stays_in_the_call_and_in_the_wrap_up(
    staffed: Reception, anne: agents.Agent, browser: Browser
) -> None:
    page = open_page(staffed, browser, anne)
    pop = page.locator("section.pop")
    with staffed.desk_phone(anne, auto_answer=False) as phone, Phone() as caller:
        caller.dial(staffed.uri(), CallerId("+33639980712"))
        caller.wait_for(PhoneEventKind.ANSWERED)
        caller.press("0")
        phone.wait_for(PhoneEventKind.INCOMING)
        expect(pop).to_contain_text("Votre téléphone sonne")
        phone.answer()
        expect(pop).to_contain_text("Vous êtes en communication")
        page.locator("#pop-note").fill("Demande un acte de naissance")
        caller.hangup()
        expect(pop).to_contain_text("Vous venez de raccrocher")
        expect(page.locator(".pop.outcome")).to_contain_text("une demande pour cet appel reste à votre nom")
        expect(pop).to_have_count(0, timeout=30_000)  # the wrap-up is over
    wait_for(lambda: requests.list_open_requests(staffed.database), "the request that the wrap-up leaves")
    (left,) = requests.list_open_requests(staffed.database)
    detail = get_call_detail(staffed.database, left.call_ref or "")
    assert [note.text for note in detail.notes] == ["Demande un acte de naissance"]
    assert left.subject == "Un appel sans issue"
