"""What an agent does with their call on its card: note, outcome, request, and who calls; colleagues cannot."""

import csv
import io

import pytest
from console_client import ConsoleApp, ConsoleUser
from recorded_calls import record_call
from sqlalchemy import update

from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.contacts import households
from records.requests.requests import list_open_requests
from records.schema import User as Users
from records.staff import agents
from records.staff.own_calls import begin_ring
from routing.access.permissions import Role

CALL, CALLER = "1.1", "+33639980001"


@pytest.fixture
def anne(console: ConsoleApp) -> ConsoleUser:
    """An agent who talks with the caller of the call 1.1."""
    agents.create_sip_accounts(console.database, {"p01": "secret", "p02": "secret"})
    agent = agents.add_agent(console.database, "Anne", language="fr", at=console.now)
    user = console.add_user(Role.STAFF, name="Anne")
    with console.database.write() as connection:
        connection.execute(update(Users).where(Users.id == user.id).values(agent_id=agent.id))
    record_call(console.database, CALL, console.now, CALLER)
    begin_ring(console.database, "p01", CALL, console.now)
    answered = CallEvent(console.now, CallEventKind.STAFF_ANSWERED, {"phone": "p01"})
    calls.add_events(console.database, CALL, [CallEvent(console.now, CallEventKind.QUEUE_ENTERED), answered])
    return console.sign_in(user=user)


def test_the_note_stands_on_the_card_of_the_call_and_in_its_story(console: ConsoleApp, anne: ConsoleUser) -> None:
    fields = {"note": "Demande un acte de naissance", "version": "0"}
    answer = anne.post(f"/own-call/{CALL}/note", fields, headers={"Accept": "application/json"})
    assert answer.json == {"text": "Demande un acte de naissance", "version": 1}
    assert "Demande un acte de naissance</textarea>" in anne.get("/strip").text
    colleague = console.sign_in(Role.STAFF)
    assert "Demande un acte de naissance" in colleague.get(f"/calls/{CALL}").text
    assert "Demande un acte de naissance" not in colleague.get("/strip").text


def test_the_outcome_stands_in_the_story_the_history_and_the_table(console: ConsoleApp, anne: ConsoleUser) -> None:
    anne.post(f"/own-call/{CALL}/outcome", {"outcome": "passed_on"})
    assert 'value="passed_on" id="pop-outcome-passed_on" aria-pressed="true"' in anne.get("/strip").text
    (card,) = households.list_people(console.database, CALLER)
    for path in (f"/calls/{CALL}", f"/contacts/{card.id}"):
        assert "Transmis" in anne.get(path).text
    table = console.sign_in(Role.ADMINISTRATOR).post("/calls/export?period=year", {"format": "csv"})
    assert table.status_code == 200
    rows = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][-1] == "Transmis"


def test_an_outcome_that_the_plan_does_not_have_changes_nothing(console: ConsoleApp, anne: ConsoleUser) -> None:
    anne.post(f"/own-call/{CALL}/outcome", {"outcome": "lost"})
    assert 'aria-pressed="true"' not in anne.get("/strip").text.partition("pop-outcome")[2]


def test_a_request_is_opened_from_the_call(console: ConsoleApp, anne: ConsoleUser) -> None:
    answer = anne.post(f"/own-call/{CALL}/request")
    (request,) = list_open_requests(console.database)
    assert answer.headers["Location"].endswith(f"/{request.id}") and request.call_ref == CALL


def test_a_caller_is_named_or_found(console: ConsoleApp, anne: ConsoleUser) -> None:
    anne.post(f"/own-call/{CALL}/caller", {"name": "Léa Exemple"})
    assert "Léa Exemple" in anne.get("/strip").text
    assert "Léa Exemple" in anne.get(f"/own-call/{CALL}/caller?q=exemple").text
    refused = anne.post(f"/own-call/{CALL}/caller", {"name": " "})
    assert refused.status_code == 422 and "Écrivez le nom" in refused.text


@pytest.mark.parametrize("what", ["note", "outcome", "request", "caller"])
def test_the_call_of_a_colleague_is_not_found(console: ConsoleApp, anne: ConsoleUser, what: str) -> None:
    other = console.add_user(Role.STAFF)
    agent = agents.add_agent(console.database, "Bob", language="fr", at=console.now)
    with console.database.write() as connection:
        connection.execute(update(Users).where(Users.id == other.id).values(agent_id=agent.id))
    fields = {"note": "x", "outcome": "answered", "name": "Léa"}
    for user in (console.sign_in(user=other), console.sign_in(Role.STAFF)):
        assert user.post(f"/own-call/{CALL}/{what}", fields).status_code == 404
