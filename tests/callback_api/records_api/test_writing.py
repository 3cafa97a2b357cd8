"""A program of the organisation changes cards and handles requests: once each, by its rights, and never unseen."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import schemathesis
from api_programs import Program
from hypothesis import given, settings
from public_server import PLAN, VisitorClient, serve_public
from recorded_calls import record_call
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from thorough import examples

from records import changes
from records.actor import Actor, command_line_actor
from records.callbacks import do_not_call
from records.callbacks.callback_queue import will_ring_own_phone
from records.contacts import contact_cards
from records.contacts.consents import list_consents
from records.database.engine import Database
from records.inbox import inbox, treatment
from records.requests import requests
from records.requests.requests import RequestKind
from records.site_keys import (
    CALLBACKS_WRITE_SCOPE,
    CONTACTS_SCOPE,
    CONTACTS_WRITE_SCOPE,
    REQUESTS_SCOPE,
    REQUESTS_WRITE_SCOPE,
)
from records.staff import agents
from records.users import administration
from records.users.invitees import Invitee
from routing.access.permissions import Role

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
ANNE, BASILE = "+33639980001", "+33639980002"
WRITE = (CONTACTS_WRITE_SCOPE, REQUESTS_WRITE_SCOPE, CALLBACKS_WRITE_SCOPE)
# A well-formed number may be none of the card's, and a request may be taken or closed. Whatever key is made up,
# the test sends a true one in its place.
TOO_STRICT = [positive_data_acceptance, ignored_auth]
OPERATOR = command_line_actor("test")


@pytest.fixture
def client(database: Database) -> Iterator[VisitorClient]:
    with serve_public(database, plan=PLAN, clock=lambda: NOON) as client:
        yield client


@pytest.fixture
def program(client: VisitorClient, database: Database) -> Program:
    return Program(client, database, *WRITE, CONTACTS_SCOPE, REQUESTS_SCOPE)


def add_request(database: Database, ref: str = "1.1") -> int:
    who = record_call(database, ref, NOON, ANNE)
    return requests.open_request(
        database, RequestKind.MISSED, call_ref=ref, contact_id=who.contact_id, line_id=1, at=NOON
    ).id


def history(database: Database, request_id: int) -> list[tuple[str, str, str | None]]:
    entries = treatment.get_detail(database, OPERATOR, request_id).entries
    return [(entry.kind.value, entry.by, entry.note) for entry in entries]


def logged(database: Database) -> list[tuple[str, str]]:
    return [(each.kind, each.by) for each in changes.list_changes(database, OPERATOR) if each.by == "CRM"]


def test_a_program_makes_a_card_that_is_found_at_once_and_the_change_log_names_its_key(
    program: Program, database: Database
) -> None:
    members = {"name": "Anne Lefèvre", "numbers": ["06 39 98 00 01"], "emails": ["anne@example.org"], "language": "fr"}
    made = program.post("/v1/contacts", **members)
    assert made.status == 201, made.json()
    card = made.json()
    assert (card["name"], card["numbers"], card["emails"]) == ("Anne Lefèvre", [ANNE], ["anne@example.org"])
    assert made.headers["Location"].endswith(f"/v1/contacts/{card['id']}")
    for typed in ("lefebvre", "0639980001", "anne@example.org"):
        found = program.get(f"/v1/contacts?q={typed}").json()["contacts"]
        assert [each["id"] for each in found] == [card["id"]], typed
    assert logged(database) == [("contact.create", "CRM")]
    assert record_call(database, "1.1", NOON, ANNE).contact_id == card["id"]  # who calls is recognised by it


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({}, "name"),
        ({"numbers": ["12"]}, "numbers"),
        ({"name": "Anne\u202e"}, "name"),
        ({"emails": ["nothing"]}, "emails.0"),
        ({"name": "Anne", "colour": "red"}, "colour"),
    ],
)
def test_a_problem_names_the_member_that_does_not_fit(
    program: Program, database: Database, members: dict[str, object], field: str
) -> None:
    refused = program.post("/v1/contacts", **members)
    assert (refused.status, refused.headers["Content-Type"]) == (422, "application/problem+json")
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert contact_cards.list_page(database, after=0, limit=1) == ((), False)


def test_of_two_programs_that_change_a_card_at_once_the_second_is_told_and_nothing_is_lost(program: Program) -> None:
    card = program.post("/v1/contacts", name="Anne", organisation="Ville", numbers=[ANNE])
    path, seen = f"/v1/contacts/{card.json()['id']}", card.headers["ETag"]
    assert program.change(path, '{"city": "Lyon"}').status == 428
    first = program.change(path, '{"city": "Lyon", "organisation": null}', If_Match=seen)
    assert (first.status, first.json()["city"], first.json()["organisation"]) == (200, "Lyon", None)
    second = program.change(path, '{"name": "Anna"}', If_Match=seen)
    assert (second.status, second.json()["type"]) == (412, "/v1/problems/card-changed")
    now = program.get(path)
    assert (now.json()["name"], now.json()["city"], now.headers["ETag"]) == ("Anne", "Lyon", first.headers["ETag"])
    assert program.change(path, '{"name": "Anna"}', If_Match=now.headers["ETag"]).json()["name"] == "Anna"


def test_the_same_key_is_one_change_and_another_body_under_it_is_refused(program: Program, database: Database) -> None:
    key = str(uuid4())
    first = program.post_once("/v1/contacts", key, name="Anne")
    again = program.post_once("/v1/contacts", key, name="Anne")
    assert (first.status, again.status) == (201, 201) and first.json() == again.json()
    assert len(contact_cards.list_page(database, after=0, limit=9)[0]) == 1
    other = program.post_once("/v1/contacts", key, name="Basile")
    assert (other.status, other.json()["type"]) == (409, "/v1/problems/key-reused")
    assert program.post_once(f"/v1/contacts/{first.json()['id']}/notes", key, note="Anne").status == 409
    assert program.post_once("/v1/contacts", "short", name="Basile").status == 400


def test_notes_consents_and_the_wish_not_to_be_called_are_written_on_the_card(
    program: Program, database: Database
) -> None:
    card = program.post("/v1/contacts", name="Anne", numbers=[ANNE]).json()
    path = f"/v1/contacts/{card['id']}"
    assert program.post(f"{path}/notes", note="Speaks with her hands.\nTwo lines.").status == 201
    assert contact_cards.get_card_detail(database, card["id"]).interactions[0].author == "CRM"
    given = {"purpose": "campaigning", "text_version": "2030-01", "source": "form:fair"}
    assert program.post(f"{path}/consents", **given).status == 201
    assert program.post(f"{path}/consents/withdraw", purpose="campaigning").status == 200
    assert program.post(f"{path}/consents/withdraw", purpose="campaigning").json()["errors"][0]["field"] == "purpose"
    with database.read() as connection:
        (consent,) = list_consents(connection, card["id"], card["numbers"])
    assert (consent.text_version, consent.source, consent.withdrawn_at) == ("2030-01", "form:fair", NOON)
    assert program.post(f"{path}/do-not-call", number=BASILE, source="letter").json()["errors"][0]["field"] == "number"
    assert program.post(f"{path}/do-not-call", number=ANNE, source="letter").status == 201
    refused = program.post(f"{path}/callbacks", number=ANNE)
    assert (refused.status, refused.json()["reason"]) == (409, "opposed")
    assert program.post(f"{path}/do-not-call/withdraw", number=ANNE).status == 200
    assert not do_not_call.is_do_not_call(database, ANNE)
    assert {kind for kind, _ in logged(database)} == {
        *("contact.create", "contact.note", "consent.add", "consent.withdraw"),
        *("do_not_call.add", "do_not_call.remove"),
    }
    assert program.post("/v1/contacts/999/notes", note="Nobody.").status == 404


def test_the_person_of_a_card_comes_into_the_line_of_callbacks_once(program: Program, database: Database) -> None:
    card = program.post("/v1/contacts", name="Anne", numbers=[ANNE]).json()
    path, key = f"/v1/contacts/{card['id']}/callbacks", str(uuid4())
    placed = program.post_once(path, key, number="06 39 98 00 01")
    assert placed.status == 202, placed.json()
    assert program.post_once(path, key, number="06 39 98 00 01").json() == placed.json()
    second = program.post(path, number=ANNE)
    assert (second.status, second.json()["reason"]) == (409, "duplicate")
    (waiting,) = requests.list_open_requests(database)
    assert (waiting.kind, waiting.contact_id, waiting.line) == (RequestKind.CALLBACK, card["id"], ANNE)


def test_a_program_lets_the_telephone_of_its_user_ring_first(program: Program, database: Database) -> None:
    agents.create_sip_accounts(database, {"p01": "secret"})
    margot = agents.add_agent(database, "Margot", language="fr", at=NOON)
    invitees = [
        Invitee("Margot", "margot@example.org", Role.STAFF, "fr", margot.id),
        Invitee("Odile", "odile@example.org", Role.STAFF, "fr"),
    ]
    administration.invite_users(database, OPERATOR, invitees, at=NOON)
    path = f"/v1/requests/{add_request(database)}/call-back"
    refused = program.post(path, user="odile@example.org")  # who has no telephone
    assert (refused.status, refused.json()["errors"][0]["field"]) == (422, "user")
    placed = program.post(path, user="margot@example.org")
    assert placed.status == 202, placed.json()
    assert will_ring_own_phone(database, placed.json()["reference"], at=NOON)
    assert program.post(path).json()["type"] == "/v1/problems/request-closed"

    card = program.post("/v1/contacts", name="Basile", numbers=[BASILE]).json()["id"]
    path = f"/v1/contacts/{card}/callbacks"
    assert program.post(path, number=BASILE, user="x@example.org").json()["errors"][0]["field"] == "user"
    placed = program.post(path, number=BASILE, user="margot@example.org")
    assert will_ring_own_phone(database, placed.json()["reference"], at=NOON)


def test_a_request_is_handled_to_its_end_and_opened_again(program: Program, database: Database) -> None:
    request_id = add_request(database)
    path = f"/v1/requests/{request_id}"
    assert program.post(f"{path}/notes", note="Asked for papers.").status == 201
    moved = program.post(f"{path}/due", due_at="2030-03-05T12:00:00+01:00", reason="Papers come tomorrow.")
    assert moved.json()["due_at"].startswith("2030-03-05T11:00:00")
    assert program.post(f"{path}/hand-over", level=2).json()["level"] == 2
    unknown = program.post(f"{path}/close", outcome="whatever")
    assert (unknown.status, unknown.json()["errors"][0]["field"]) == (422, "outcome")
    closed = program.post(f"{path}/close", outcome="answered", note="By letter.").json()
    assert closed["outcome"] == "answered" and closed["closed_at"]
    assert program.post(f"{path}/close", outcome="answered").json()["type"] == "/v1/problems/request-closed"
    assert program.post(f"{path}/reopen").json()["closed_at"] is None
    assert history(database, request_id) == [
        ("note", "CRM", "Asked for papers."),
        ("due", "CRM", "Papers come tomorrow."),
        ("level", "CRM", None),
        ("closed", "CRM", "By letter."),
        ("reopened", "CRM", None),
    ]


def test_a_request_is_assigned_to_a_user_and_is_then_theirs_alone(program: Program, database: Database) -> None:
    administration.invite_users(database, OPERATOR, [Invitee("Béa", "bea@example.org", Role.STAFF, "fr")], at=NOON)
    request_id = add_request(database)
    path = f"/v1/requests/{request_id}"
    nobody = program.post(f"{path}/assign", user="nobody@example.org")
    assert (nobody.status, nobody.json()["errors"][0]["field"]) == (422, "user")
    assert program.post(f"{path}/assign", user="BEA@example.org", note="Yours.").status == 200
    assert inbox.get_request(database, OPERATOR, request_id).owner == "Béa"
    taken = program.post(f"{path}/close", outcome="answered")
    assert (taken.status, taken.json()["type"]) == (409, "/v1/problems/request-taken")


def test_what_is_the_mediators_is_out_of_a_programs_sight_and_reach(program: Program, database: Database) -> None:
    request_id = add_request(database)
    path = f"/v1/requests/{request_id}"
    assert program.post(f"{path}/hand-over", level=3).status == 204
    for action, members in {
        "notes": {"note": "x"},
        "assign": {"user": "bea@example.org"},
        "hand-over": {"level": 1},
        "due": {"due_at": "2030-03-05T12:00:00Z", "reason": "x"},
        "close": {"outcome": "answered"},
        "reopen": {},
    }.items():
        assert program.post(f"{path}/{action}", **members).status == 404, action
    mediator = Actor(None, Role.MEDIATOR, "M")
    assert [e.kind for e in treatment.get_detail(database, mediator, request_id).entries] == ["level"]


def test_a_number_that_no_card_or_request_can_have_is_found_by_no_method(program: Program) -> None:
    card, request = f"/v1/contacts/{10**17}", f"/v1/requests/{10**17}"
    answers = [program.get(card), program.get(request), program.change(card, '{"city": "Lyon"}')]
    assert [answer.status for answer in answers] == [404, 404, 404]
    assert program.post(f"{card}/notes", note="x").status == program.post(f"{request}/notes", note="x").status == 404


def test_a_key_changes_nothing_beyond_its_scopes(client: VisitorClient, database: Database) -> None:
    request_id = add_request(database)
    card = contact_cards.list_page(database, after=0, limit=1)[0][0].id
    reader = Program(client, database, CONTACTS_SCOPE, REQUESTS_SCOPE)
    assert reader.post("/v1/contacts", name="Anne").status == 403
    assert reader.post(f"/v1/requests/{request_id}/notes", note="x").status == 403
    writer = Program(client, database, CONTACTS_WRITE_SCOPE)
    assert writer.post(f"/v1/contacts/{card}/callbacks", number=ANNE).status == 403
    assert writer.get(f"/v1/contacts/{card}").status == 403
    in_a_page = client.post(f"/v1/contacts/{card}/notes", {"note": "x"}, **{**writer.key, "Origin": client.url})
    assert in_a_page.status == 403


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_to_a_program_is_described_by_the_document(
    program: Program, database: Database, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_url(f"{program.client.url}/v1/openapi.json")
    real = {"contacts": program.post("/v1/contacts", name="Anne", numbers=[ANNE]).json()["id"]}
    real["requests"] = add_request(database)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.method.upper() == "GET" or not operation.path.startswith(("/v1/contacts", "/v1/requests")):
            continue

        @settings(max_examples=examples(3))
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: Case) -> None:
            if mode is GenerationMode.POSITIVE and "id" in case.path_parameters:
                case.path_parameters["id"] = real[case.path.split("/")[2]]
            case.headers = {**(case.headers or {}), "Authorization": program.key["Authorization"]}
            assert case.call_and_validate(excluded_checks=TOO_STRICT).status_code < 500

        asked()
