"""What an agent writes of a call and says became of it, and what a wrap-up without an outcome leaves."""

from datetime import datetime, timedelta

import pytest
from recorded_calls import record_call
from sqlalchemy import insert, select, update

from records.actor import Actor
from records.call_events import CallEvent, CallEventKind
from records.calls import callers, calls
from records.calls.call_detail import get_call_detail
from records.calls.call_notes import SavedNote, get_note, save_note
from records.contacts import households
from records.contacts.contact_cards import get_card_detail
from records.database.engine import Database
from records.errors import NotFound
from records.requests.requests import list_open_requests
from records.retention.anonymization import anonymize_calls
from records.schema import CallWriteup, Request, Transfer, User
from records.staff import agents, presence
from records.staff.presence import PresenceState
from records.staff.wrapups import begin_wrapup
from records.users import administration, invitations
from records.users.invitees import Invitee
from records.writeups.outcomes import give_outcome, list_last_outcomes
from records.writeups.requests import open_from_call
from records.writeups.unfinished import await_outcomes, leave_unfinished
from routing.access.permissions import Role

CALL, CALLER = "1.1", "+33639980001"
SUBJECT = "A call without an outcome"


@pytest.fixture
def anne(database: Database, noon: datetime) -> Actor:
    """The user who is the agent at p01, who talked in the call for 20 s; Bob, at p02, did not."""
    agents.create_sip_accounts(database, {"p01": "secret-1", "p02": "secret-2"})
    for name in ("Anne", "Bob"):
        agents.add_agent(database, name, language="fr", at=noon)
    admin = Actor(None, Role.ADMINISTRATOR, "test")
    invitee = Invitee("Anne", "anne@example.org", Role.STAFF, "fr")
    (invited,) = administration.invite_users(database, admin, [invitee], at=noon)
    invitations.accept_invitation(database, invited.secret, "lune pavé citron", at=noon)
    with database.write() as connection:
        connection.execute(update(User).where(User.id == invited.user.id).values(agent_id=1))
    record_call(database, CALL, noon, CALLER)
    told = [(0, CallEventKind.QUEUE_ENTERED), (5, CallEventKind.STAFF_ANSWERED), (25, CallEventKind.STAFF_LEFT)]
    events = [CallEvent(noon + timedelta(seconds=at), kind, {"phone": "p01"}) for at, kind in told]
    calls.add_events(database, CALL, events)
    return Actor(invited.user.id, Role.STAFF, "Anne")


def save(database: Database, anne: Actor, text: str, base: int, noon: datetime) -> SavedNote:
    return save_note(database, anne, 1, CALL, text, base=base, at=noon)


def owners(database: Database) -> list[tuple[int | None, str | None]]:
    with database.read() as connection:
        rows = connection.execute(select(Request.owner_id, Request.subject).where(Request.closed_at.is_(None)))
        return [(row.owner_id, row.subject) for row in rows]


def test_a_note_is_saved_again_and_again(database: Database, anne: Actor, noon: datetime) -> None:
    saved = save(database, anne, "Demande un", 0, noon)
    saved = save(database, anne, "Demande un rendez-vous", saved.version, noon)
    assert get_note(database, 1, CALL) == saved == SavedNote("Demande un rendez-vous", 2)
    assert [each.text for each in get_call_detail(database, CALL).notes] == ["Demande un rendez-vous"]


def test_what_two_pages_write_at_once_is_all_kept(database: Database, anne: Actor, noon: datetime) -> None:
    first = save(database, anne, "Adresse : 3 rue Haute", 0, noon)
    assert save(database, anne, "Rappeler lundi", 0, noon).text == "Adresse : 3 rue Haute\nRappeler lundi"
    assert save(database, anne, "Adresse : 3 rue Haute\nFin", first.version, noon).text.splitlines() == [
        *("Adresse : 3 rue Haute", "Rappeler lundi", "Fin")
    ]


def test_a_call_of_a_colleague_or_of_last_week_takes_no_note(database: Database, anne: Actor, noon: datetime) -> None:
    for agent_id, at in ((2, noon), (1, noon + timedelta(days=7))):
        with pytest.raises(NotFound):
            save_note(database, anne, agent_id, CALL, "x", base=0, at=at)
        with pytest.raises(NotFound):
            give_outcome(database, anne, agent_id, CALL, "answered", at=at)


def test_the_last_outcome_counts(database: Database, anne: Actor, noon: datetime) -> None:
    for outcome in ("answered", "answered", "passed_on"):
        give_outcome(database, anne, 1, CALL, outcome, at=noon)
    detail = get_call_detail(database, CALL)
    said = [each.detail["outcome"] for each in detail.events if each.kind == CallEventKind.WRITTEN_UP]
    assert said == ["answered", "passed_on"]
    assert list_last_outcomes(database, [CALL]) == {CALL: "passed_on"}
    assert detail.staff_outcome == "passed_on"


def test_a_wrapup_without_outcome_leaves_a_request_with_its_agent(
    database: Database, anne: Actor, noon: datetime
) -> None:
    until = noon + timedelta(seconds=60)
    begin_wrapup(database, "p01", until)
    await_outcomes(database, noon)
    leave_unfinished(database, SUBJECT, at=noon + timedelta(seconds=59))
    assert owners(database) == []
    leave_unfinished(database, SUBJECT, at=until)
    assert owners(database) == [(anne.user_id, SUBJECT)]
    await_outcomes(database, noon)  # the events are read again
    leave_unfinished(database, SUBJECT, at=until)
    assert len(owners(database)) == 1

    give_outcome(database, anne, 1, CALL, "answered", at=until)
    assert owners(database) == []


def test_an_outcome_before_the_end_leaves_no_request(database: Database, anne: Actor, noon: datetime) -> None:
    begin_wrapup(database, "p01", noon + timedelta(seconds=60))
    await_outcomes(database, noon)
    give_outcome(database, anne, 1, CALL, "answered", at=noon)
    leave_unfinished(database, SUBJECT, at=noon + timedelta(hours=1))
    assert owners(database) == []


def test_whoever_chooses_to_take_calls_again_without_an_outcome_has_the_request(
    database: Database, anne: Actor, noon: datetime
) -> None:
    begin_wrapup(database, "p01", noon + timedelta(seconds=60))
    await_outcomes(database, noon)
    presence.set_presence(database, 1, PresenceState.READY, by="*21", at=noon + timedelta(seconds=30))
    leave_unfinished(database, SUBJECT, at=noon + timedelta(seconds=31))
    assert owners(database) == [(anne.user_id, SUBJECT)]


def test_after_a_transfer_the_colleague_is_asked(database: Database, anne: Actor, noon: datetime) -> None:
    handed_over = {"call_ref": CALL, "from_agent_id": 1, "to_kind": "person", "to_agent_id": 2, "asked_at": noon}
    with database.write() as connection:
        connection.execute(insert(Transfer).values(**handed_over))
    bob = [(25, CallEventKind.STAFF_ANSWERED), (90, CallEventKind.STAFF_LEFT)]
    events = [CallEvent(noon + timedelta(seconds=at), kind, {"phone": "p02"}) for at, kind in bob]
    calls.add_events(database, CALL, events)
    await_outcomes(database, noon)
    with database.read() as connection:
        assert connection.scalars(select(CallWriteup.agent_id)).all() == [2]


def test_a_request_that_is_opened_in_the_call_is_the_agents_and_there_once(
    database: Database, anne: Actor, noon: datetime
) -> None:
    save(database, anne, "Une aide au logement", 0, noon)
    first = open_from_call(database, anne, 1, CALL, at=noon)
    assert open_from_call(database, anne, 1, CALL, at=noon) == first
    (request,) = list_open_requests(database)
    assert (request.call_ref, request.line) == (CALL, CALLER)
    assert owners(database) == [(anne.user_id, None)]


def test_a_caller_gets_a_name_then_another_person_of_the_number_a_card(
    database: Database, anne: Actor, noon: datetime
) -> None:
    before = get_call_detail(database, CALL).call.contact_id
    assert callers.name_caller(database, anne, 1, CALL, "Léa Exemple", at=noon).id == before
    paul = callers.name_caller(database, anne, 1, CALL, "Paul Exemple", at=noon)
    assert get_call_detail(database, CALL).call.contact_id == paul.id != before
    assert [card.name for card in households.list_people(database, CALLER)] == ["Léa Exemple", "Paul Exemple"]


def test_a_caller_without_a_number_gets_a_new_card_or_one_that_is_there(
    database: Database, anne: Actor, noon: datetime
) -> None:
    record_call(database, "1.2", noon, None)
    calls.add_events(database, "1.2", [CallEvent(noon, CallEventKind.STAFF_ANSWERED, {"phone": "p01"})])
    card = callers.name_caller(database, anne, 1, "1.2", "Zoé Exemple", at=noon)
    assert [each.call_ref for each in get_card_detail(database, card.id).interactions] == ["1.2"]
    known = get_call_detail(database, CALL).call.contact_id
    assert known
    callers.pick_card(database, anne, 1, "1.2", known, at=noon)
    assert get_call_detail(database, "1.2").call.contact_id == known


def test_an_anonymous_call_keeps_its_outcome_without_the_note(database: Database, anne: Actor, noon: datetime) -> None:
    save(database, anne, "Mme Exemple, 3 rue Haute", 0, noon)
    give_outcome(database, anne, 1, CALL, "answered", at=noon)
    with database.write() as connection:
        anonymize_calls(connection, [CALL])
    detail = get_call_detail(database, CALL)
    assert detail.notes == () and detail.staff_outcome == "answered"
