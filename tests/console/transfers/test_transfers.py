"""The page on which an agent hands a caller over, what the receiver sees before it rings, and what each is told."""

import re
from datetime import timedelta

import pytest
from console_client import ConsoleApp, ConsoleUser
from page_markup import markup_faults
from recorded_calls import record_call
from sqlalchemy import update

from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.inbox import inbox
from records.schema import User as Users
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState
from records.staff.wrapups import begin_wrapup
from records.transfers import transfers
from records.transfers.consultations import claim_steps, list_consulted
from records.transfers.transfers import Transfer
from routing.access.permissions import Role

SECOND = timedelta(seconds=1)
REF = "1700000001.1"


@pytest.fixture
def people(console: ConsoleApp) -> list[Agent]:
    """Alice, of level 1, who talks with a caller; Bob and Carl, of levels 2 and 3."""
    agents.create_desks(console.database, 3)
    people = [
        agents.add_agent(console.database, name, language="fr", rank=rank, at=console.now)
        for name, rank in (("Alice", 1), ("Bob", 2), ("Carl", 3))
    ]
    record_call(console.database, REF, console.now)
    add(console, CallEventKind.QUEUE_ENTERED)
    add(console, CallEventKind.STAFF_ANSWERED, phone=people[0].sip_account)
    return people


@pytest.fixture
def alice(console: ConsoleApp, people: list[Agent]) -> ConsoleUser:
    return sign_in(console, people[0])


def sign_in(console: ConsoleApp, agent: Agent, role: Role = Role.STAFF) -> ConsoleUser:
    user = console.sign_in(role)
    with console.database.write() as connection:
        connection.execute(update(Users).where(Users.id == user.user.id).values(agent_id=agent.id))
    return user


def add(console: ConsoleApp, kind: CallEventKind, **detail: object) -> None:
    console.now += SECOND
    calls.add_events(console.database, REF, [CallEvent(console.now, kind, detail)])


def start(console: ConsoleApp) -> Transfer:
    """What the process does that speaks with Asterisk."""
    (transfer,) = transfers.claim_transfers(console.database, at=console.now)
    add(console, CallEventKind.TRANSFERRED, phone=transfer.from_account, to=str(transfer.target.kind), target="")
    add(console, CallEventKind.STAFF_LEFT, phone=transfer.from_account)
    return transfer


def test_the_receiver_reads_the_note_before_their_telephone_rings_and_nobody_else_does(
    console: ConsoleApp, people: list[Agent], alice: ConsoleUser
) -> None:
    bob, carl = sign_in(console, people[1]), sign_in(console, people[2])
    page = alice.get("/transfer").text
    assert markup_faults(page) == []
    assert "Bob" in page and "Niveau 2" in page and "peut prendre l&#39;appel" in page
    answer = alice.post("/transfer", {"to": f"person-{people[1].id}", "note": "Devis du 3 mars"})
    assert answer.status_code == 303
    assert "Devis du 3 mars" in bob.get("/strip").text  # nothing has rung yet
    assert "Devis du 3 mars" not in carl.get("/strip").text + alice.get("/strip").text
    assert "en cours de transfert vers Bob" in alice.get("/strip").text
    start(console)
    add(console, CallEventKind.STAFF_ANSWERED, phone=people[1].sip_account)
    assert "Alice vous a transféré cet appelant" in bob.get("/strip").text
    assert "a été pris en charge" in alice.get("/strip").text
    calls.close_call(console.database, REF, at=console.now, disposition=None, cause=None)
    assert "Devis du 3 mars" not in bob.get("/strip").text
    story = alice.get(f"/calls/{REF}").text
    assert "transféré à un collègue" in story and "Alice" in story and "Bob" in story


def test_a_level_is_told_until_one_of_it_has_answered(
    console: ConsoleApp, people: list[Agent], alice: ConsoleUser
) -> None:
    bob, carl = sign_in(console, people[1]), sign_in(console, people[2])
    alice.post("/transfer", {"to": "level-2", "note": "Un litige"})
    assert "Un litige" in bob.get("/strip").text and "Un litige" not in carl.get("/strip").text
    start(console)
    add(console, CallEventKind.TRANSFER_RETURNED, to="level")
    assert "Un litige" not in bob.get("/strip").text
    assert "il revient vers vous" in alice.get("/strip").text


@pytest.mark.parametrize("state", ["paused", "out", "talking", "wrapup"])
def test_nobody_is_free_so_nothing_happens_and_a_request_is_left_instead(
    console: ConsoleApp, people: list[Agent], alice: ConsoleUser, state: str
) -> None:
    carl = people[2]
    if state == "talking":
        record_call(console.database, "2.2", console.now, "+33639980002")
        told = [CallEvent(console.now, CallEventKind.STAFF_ANSWERED, {"phone": carl.sip_account})]
        calls.add_events(console.database, "2.2", told)
    elif state == "wrapup":
        begin_wrapup(console.database, carl.sip_account, console.now + 60 * SECOND)
    else:
        presence.set_presence(console.database, carl.id, PresenceState(state), by="x", at=console.now)
    mediator = sign_in(console, carl, Role.MEDIATOR)
    for to in ("level-3", f"person-{carl.id}"):
        refused = alice.post("/transfer", {"to": to, "note": "Confidentiel"})
        assert refused.status_code == 422
        assert "Personne ne peut y prendre l&#39;appel" in refused.text and "Confidentiel" in refused.text
    assert transfers.claim_transfers(console.database, at=console.now) == ()
    assert alice.post("/transfer/request", {"to": "level-3", "note": "Confidentiel"}).status_code == 303
    assert "Confidentiel" not in alice.get("/inbox").text
    assert [row.request.level for row in inbox.list_inbox(console.database, mediator.user.actor)] == [3]
    assert "en communication" not in alice.get("/transfer").text or "Vous parlez avec" in alice.get("/transfer").text


@pytest.mark.parametrize("to", ["", "person-0639980001", "+33639980001", "level-1", "level-9", "centre-1", "person-²"])
def test_a_number_or_anything_else_is_no_destination(
    console: ConsoleApp, people: list[Agent], alice: ConsoleUser, to: str
) -> None:
    assert alice.post("/transfer", {"to": to}).status_code == 422
    assert transfers.claim_transfers(console.database, at=console.now) == ()


def test_who_is_in_no_call_hands_nobody_over(console: ConsoleApp, people: list[Agent], alice: ConsoleUser) -> None:
    bob = sign_in(console, people[1])
    assert "Vous n&#39;êtes pas en communication" in bob.get("/transfer").text
    assert bob.post("/transfer", {"to": f"person-{people[2].id}"}).status_code == 303
    assert "n&#39;est celui d&#39;aucun agent" in console.sign_in(Role.STAFF).get("/transfer").text
    assert "hand-over" in alice.get("/strip").text and "hand-over" not in bob.get("/strip").text
    assert transfers.claim_transfers(console.database, at=console.now) == ()


def test_a_transfer_that_asterisk_was_not_asked_for_in_time_does_not_happen(
    console: ConsoleApp, people: list[Agent], alice: ConsoleUser
) -> None:
    alice.post("/transfer", {"to": "level-2"})
    assert transfers.claim_transfers(console.database, at=console.now + transfers.EXPIRY) == ()
    transfer = start(console)
    transfers.fail_transfer(console.database, transfer.id, at=console.now)
    assert "n&#39;a pas été transféré" in alice.get("/strip").text


def test_who_speaks_first_is_offered_what_is_possible_and_the_colleague_reads_the_note_meanwhile(
    console: ConsoleApp, people: list[Agent], alice: ConsoleUser
) -> None:
    bob, carl = sign_in(console, people[1]), sign_in(console, people[2])
    form = {"to": f"person-{people[1].id}", "note": "Devis du 3 mars", "speak_first": "yes"}
    assert alice.post("/transfer", form).status_code == 303
    assert "veut d&#39;abord vous parler" in bob.get("/strip").text and "Devis du 3 mars" in bob.get("/strip").text
    page = alice.get("/transfer").text
    assert markup_faults(page) == [] and steps(page) == ["back"]
    (transfer,) = transfers.claim_transfers(console.database, at=console.now)
    assert transfer.speaks_first
    add(console, CallEventKind.CONSULTED, phone=transfer.from_account, to="person", target=transfer.to_account)
    add(console, CallEventKind.CONSULT_ANSWERED, phone=people[1].sip_account)
    assert steps(alice.get("/transfer/refresh").text) == ["leave", "join", "back"]
    assert "Vous parlez avec Bob" in alice.get("/transfer").text
    assert alice.post("/transfer", {"to": f"person-{people[1].id}"}).status_code == 422  # Bob is in a call
    assert carl.get("/strip").text.count("Devis") == 0
    alice.post("/transfer/step", {"step": "join"})
    assert [step for _, step in claim_steps(console.database, at=console.now)] == ["join"]
    assert claim_steps(console.database, at=console.now) == ()
    add(console, CallEventKind.STAFF_ANSWERED, phone=people[1].sip_account)
    assert steps(alice.get("/transfer").text) == ["leave", "back"]
    assert "hand-over" in alice.get("/strip").text and "hand-over" in bob.get("/strip").text
    add(console, CallEventKind.STAFF_LEFT, phone=people[0].sip_account)
    assert steps(alice.get("/transfer").text) == [] and "Devis du 3 mars" in bob.get("/strip").text
    story = alice.get(f"/calls/{REF}").text
    assert "d&#39;abord parlé avec un collègue" in story and "Le collègue a répondu" in story


@pytest.mark.parametrize("step", ["join", "leave", "hang-up", ""])
def test_a_step_that_is_not_possible_now_changes_nothing(
    console: ConsoleApp, people: list[Agent], alice: ConsoleUser, step: str
) -> None:
    alice.post("/transfer", {"to": "level-2", "speak_first": "yes"})
    transfers.claim_transfers(console.database, at=console.now)
    alice.post("/transfer/step", {"step": step})
    assert claim_steps(console.database, at=console.now) == ()
    assert "plus possible" in alice.get("/transfer").text


def test_a_step_that_asterisk_was_not_asked_for_in_time_is_not_taken(
    console: ConsoleApp, people: list[Agent], alice: ConsoleUser
) -> None:
    alice.post("/transfer", {"to": "level-2", "speak_first": "yes"})
    transfers.claim_transfers(console.database, at=console.now)
    alice.post("/transfer/step", {"step": "back"})
    assert claim_steps(console.database, at=console.now + transfers.EXPIRY) == ()


def test_with_whom_somebody_speaks_first(console: ConsoleApp, people: list[Agent], alice: ConsoleUser) -> None:
    agents.create_desks(console.database, 4)
    agents.add_agent(console.database, "Zoé", language="en", rank=2, at=console.now)
    alice.post("/transfer", {"to": "level-2", "speak_first": "yes"})
    (transfer,) = transfers.claim_transfers(console.database, at=console.now)
    assert list_consulted(console.database, transfer, at=console.now) == (people[1].sip_account,)
    add(console, CallEventKind.CONSULT_BACK, phone=people[0].sip_account)
    assert "de nouveau avec vous" in alice.get("/strip").text
    refused = alice.post("/transfer", {"to": "centre", "speak_first": "yes"})
    assert refused.status_code == 422 and "pas avec le centre" in refused.text


def steps(page: str) -> list[str]:
    return re.findall(r'name="step" value="(\w+)"', page)
