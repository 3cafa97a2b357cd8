"""The first page: who waits, who is there, what waits for the user; and the strip of every page."""

from datetime import timedelta

import audio_services
import plan_variants
import pytest
from console_client import NOON, ConsoleApp, ConsoleUser
from recorded_calls import record_call
from sqlalchemy import update

from console.check_services import CheckReport, CheckServices
from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.check_result import CheckResult
from records.schema import User as Users
from records.staff import agents, presence
from records.staff.presence import PresenceState
from records.staff.wrapups import MAX_LENGTHENINGS, begin_wrapup
from records.users.sessions import IDLE_TIMEOUT
from routing.access.permissions import Role
from routing.plan.parsing import parse_plan
from translations.message import translatable

MINUTE = timedelta(minutes=1)


@pytest.fixture
def anne(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(Role.ADMINISTRATOR)


def wait(console: ConsoleApp, ref: str, caller: str | None, minutes: float, **more: object) -> None:
    """A caller who has waited for so long."""
    began = console.now - minutes * MINUTE
    record_call(console.database, ref, began, caller, **more)
    calls.add_events(console.database, ref, [CallEvent(began, CallEventKind.QUEUE_ENTERED, {"language": "fr"})])


def test_who_waits_is_listed_longest_wait_first_without_whole_numbers(console: ConsoleApp, anne: ConsoleUser) -> None:
    assert "Personne n&#39;attend" in anne.get("/").text
    wait(console, "1.1", "+33639980001", 2)
    wait(console, "1.2", None, 5.5)
    wait(console, "1.3", None, 1, withheld=False)
    page = anne.get("/refresh").text
    assert page.index("Numéro masqué") < page.index("06 39 ·· ·· 01") < page.index("Numéro inconnu")
    assert "5 min 30 s" in page and "2 min 00 s" in page and "0639980001" not in page
    assert "3 appelants en attente" in page
    calls.close_call(console.database, "1.3", at=console.now, disposition=None, cause=None)
    calls.add_events(console.database, "1.2", [CallEvent(console.now, CallEventKind.STAFF_ANSWERED, {"phone": "p01"})])
    calls.close_call(console.database, "1.1", at=console.now, disposition=None, cause=None)
    assert "Personne n&#39;attend" in anne.get("/refresh").text


def test_an_agent_sees_their_presence_on_every_page_and_changes_it(console: ConsoleApp, anne: ConsoleUser) -> None:
    agents.create_sip_accounts(console.database, {"p01": "secret"})
    agent = agents.add_agent(console.database, "Anne Exemple", language="fr", at=NOON)
    assert "Prendre une pause" not in anne.get("/own").text
    with console.database.write() as connection:
        connection.execute(update(Users).values(agent_id=agent.id))
    assert "Prendre une pause" in anne.get("/own").text

    answer = anne.post("/strip/presence", {"state": "paused", "back": "/own?x=1"})
    assert (answer.status_code, answer.location) == (303, "/own?x=1")
    assert presence.list_presences(console.database)[0].state is PresenceState.PAUSED
    assert "Reprendre les appels" in anne.get("/own").text
    anne.post("/strip/presence", {"state": "asleep"})
    assert presence.list_presences(console.database)[0].state is PresenceState.PAUSED


def test_an_agent_chooses_why_they_take_a_break_and_only_supervisors_read_it(
    console: ConsoleApp, anne: ConsoleUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = "  pauses: [{name: lunch, title: {fr: Déjeuner, en: Lunch}}, {name: call, title: Rappels}]"
    text = plan_variants.PLAN.read_text().replace("\nstaff:\n", f"\nstaff:\n{pauses}\n")
    monkeypatch.setattr(audio_services, "PLAN", parse_plan(text))
    colleague, supervisor = console.sign_in(Role.STAFF), console.sign_in(Role.SUPERVISOR)
    agents.create_sip_accounts(console.database, {"p01": "secret"})
    agent = agents.add_agent(console.database, "Anne Exemple", language="fr", at=NOON)
    with console.database.write() as connection:
        connection.execute(update(Users).where(Users.name == "Personne 1").values(agent_id=agent.id))

    assert '<button class="quiet" type="submit" name="pause" value="lunch"' in anne.get("/own").text
    anne.post("/strip/presence", {"pause": "gone"})
    assert presence.list_presences(console.database)[0].state is PresenceState.READY
    anne.post("/strip/presence", {"pause": "lunch"})
    (now,) = presence.list_presences(console.database)
    assert (now.state, now.reason) == (PresenceState.PAUSED, "lunch")

    assert "(Déjeuner)" in anne.get("/own").text and "(Déjeuner)" in supervisor.get("/refresh").text
    assert "En pause" in colleague.get("/refresh").text and "Déjeuner" not in colleague.get("/refresh").text


def test_an_agent_lengthens_their_wrapup_a_few_times_and_ends_it_and_a_supervisor_reads_its_end(
    console: ConsoleApp, anne: ConsoleUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = plan_variants.PLAN.read_text().replace("\nstaff:\n", "\nstaff:\n  more_wrapup_s: 60\n")
    monkeypatch.setattr(audio_services, "PLAN", parse_plan(text))
    supervisor = console.sign_in(Role.SUPERVISOR)
    agents.create_sip_accounts(console.database, {"p01": "secret"})
    agent = agents.add_agent(console.database, "Anne Exemple", language="fr", at=NOON)
    with console.database.write() as connection:
        connection.execute(update(Users).where(Users.name == "Personne 1").values(agent_id=agent.id))
    assert "Plus de temps" not in anne.get("/own").text
    anne.post("/strip/wrapup", {})
    assert presence.list_presences(console.database)[0].wrapup_until is None

    begin_wrapup(console.database, "p01", console.now + timedelta(seconds=20))
    assert 'data-left-s="20"' in anne.get("/own").text
    for _ in range(MAX_LENGTHENINGS):
        assert "Plus de temps" in anne.get("/own").text
        anne.post("/strip/wrapup", {})
    page = anne.get("/own").text
    assert 'data-left-s="200"' in page and "Plus de temps" not in page
    end = f"{console.now + timedelta(seconds=200):%M:%S}"
    assert f":{end}" in supervisor.get("/refresh").text.partition("post-appel jusqu")[2][:30]

    anne.post("/strip/presence", {"state": "ready"})
    assert "data-left-s" not in anne.get("/own").text and "post-appel" not in supervisor.get("/refresh").text


@pytest.mark.parametrize("back", ["//example.com/plan", "https://example.com/", "/no-such-page", "javascript:x", "\\x"])
def test_a_form_of_the_frame_leads_nowhere_else(anne: ConsoleUser, back: str) -> None:
    answer = anne.post("/display", {"theme": "dark", "back": back})
    assert answer.location in ("/", "/plan")
    assert 'data-theme="dark"' in anne.get("/own").text


def test_the_display_is_kept_in_the_browser_and_the_language_with_the_user(anne: ConsoleUser) -> None:
    anne.post("/display", {"side_bar": "folded", "back": "/own"})
    assert 'class="inside folded"' in anne.get("/own").text
    anne.post("/display", {"language": "en", "theme": "purple", "back": "/own"})
    page = anne.get("/own").text
    assert '<html lang="en">' in page and "data-theme" not in page


def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(console: ConsoleApp, anne: ConsoleUser) -> None:
    for _ in range(5):
        console.advance_clock(minutes=IDLE_TIMEOUT / MINUTE / 4)
        anne.get("/refresh", headers={"Sec-Fetch-Dest": "empty"})
    assert anne.get("/refresh", headers={"Sec-Fetch-Dest": "empty"}).status_code == 401
    assert anne.get("/").status_code == 303


def test_warnings_come_from_the_checks_with_what_to_do(console: ConsoleApp) -> None:
    asked = []
    results = (
        CheckResult("disk", False, translatable("The disk is full."), translatable("Run `standardiste backup`.")),
        CheckResult("page", True, translatable("Staff can log in to the console.")),
    )
    context = console.app.extensions["app_context"]
    report = CheckServices(lambda: CheckReport(NOON, results), lambda: asked.append(1))
    object.__setattr__(context, "check_services", report)
    anne = console.sign_in(Role.ADMINISTRATOR)
    page = anne.get("/").text
    assert "The disk is full." in page and "<code>standardiste backup</code>" in page
    assert "log in to the console" not in page
    assert anne.post("/checks").status_code == 303 and asked == [1]
    assert "The disk is full." not in console.sign_in(Role.STAFF).get("/").text
