"""A program opens a request for a letter, a fax or a visit: once, on the right card, and out of sight at level 3."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import plan_variants
import pytest
from api_programs import Program
from public_server import SITES, VisitorClient, serve_public
from recorded_calls import record_call
from sqlalchemy import select

from records.actor import Actor, command_line_actor
from records.contacts.contact_cards import Card, get_card_detail, list_page
from records.database.engine import Database
from records.inbox import inbox, treatment
from records.requests import balance, requests
from records.requests.due_times import fill_due_times
from records.schema import OutboxEvent
from records.site_keys import CONTACTS_SCOPE, CONTACTS_WRITE_SCOPE, REQUESTS_SCOPE, REQUESTS_WRITE_SCOPE
from records.users import administration
from records.users.invitees import Invitee
from records.webhooks import endpoints
from routing.access.permissions import Role
from routing.plan import parsing

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
ANNE, BASILE = "+33639980001", "+33639980002"
OPERATOR, MEDIATOR = command_line_actor("test"), Actor(None, Role.MEDIATOR, "M")
PLAN = f"""{plan_variants.plan_with(callbacks=SITES)}
requests:
  topics:
    - {{name: billing, title: {{fr: Facturation, en: Billing}}, level: 2, due_h: 2}}
    - {{name: mediation, title: {{fr: Médiation, en: Mediation}}, level: 3}}
"""
LETTER = {"channel": "letter", "text": "The bill of May is wrong.\nPlease look."}


@pytest.fixture
def client(database: Database) -> Iterator[VisitorClient]:
    with serve_public(database, plan=PLAN, clock=lambda: NOON) as client:
        yield client


@pytest.fixture
def program(client: VisitorClient, database: Database) -> Program:
    return Program(client, database, CONTACTS_WRITE_SCOPE, REQUESTS_WRITE_SCOPE, CONTACTS_SCOPE, REQUESTS_SCOPE)


@pytest.fixture
def receiver(database: Database) -> None:
    endpoints.add_endpoint(
        database, "https://hooks.example.org/", "whsec_c2VjcmV0", kinds=("request.*",), full_numbers=True, at=NOON
    )


def told(database: Database) -> list[tuple[str, int]]:
    with database.read() as connection:
        rows = connection.execute(select(OutboxEvent.kind, OutboxEvent.data))
        return sorted((row.kind, row.data["request"]) for row in rows)


def add_user(database: Database, email: str, role: Role) -> None:
    administration.invite_users(database, OPERATOR, [Invitee("Béa", email, role, "fr")], at=NOON)


def all_cards(database: Database) -> tuple[Card, ...]:
    return list_page(database, after=0, limit=9)[0]


@pytest.mark.usefixtures("receiver")
def test_a_letter_waits_in_the_inbox_with_its_topic_text_and_owner_and_the_balance_holds(
    program: Program, database: Database
) -> None:
    card = program.post("/v1/contacts", name="Anne Lefèvre", numbers=[ANNE]).json()["id"]
    add_user(database, "bea@example.org", Role.STAFF)
    members = {**LETTER, "subject": "Bill of May", "topic": "billing", "contact": card, "user": "bea@example.org"}
    opened = program.post("/v1/requests", **members)
    assert opened.status == 201, opened.json()
    request = opened.json()
    assert opened.headers["Location"].endswith(f"/v1/requests/{request['id']}")
    assert (request["kind"], request["subject"], request["topic"]) == ("letter", "Bill of May", "billing")
    assert (request["level"], request["contact"], request["number"]) == (2, card, ANNE)
    (row,) = inbox.list_inbox(database, OPERATOR)
    assert (row.request.id, row.name, row.owner) == (request["id"], "Anne Lefèvre", "Béa")
    history = treatment.get_detail(database, OPERATOR, request["id"]).entries
    assert [(each.kind, each.by, each.value, each.note) for each in history] == [
        ("opened", "CRM", "letter", LETTER["text"]),
        ("person", "CRM", "Béa", None),
    ]
    assert [each.channel for each in get_card_detail(database, card).interactions] == ["letter"]
    assert told(database) == [("request.changed", request["id"]), ("request.opened", request["id"])]
    fill_due_times(database, parsing.parse_plan(PLAN).due_time)
    due_at = datetime.fromisoformat(program.get(f"/v1/requests/{request['id']}").json()["due_at"])
    assert due_at == NOON + timedelta(hours=2)
    counted = balance.count_balance(database, OPERATOR, NOON)
    assert (counted.received, counted.open, counted.holds) == (1, 1, True)
    assert balance.count_contradictions(database) == 0


def test_a_number_or_an_address_finds_the_card_or_makes_one_and_changes_none(
    program: Program, database: Database
) -> None:
    caller = record_call(database, "1.1", NOON, ANNE).contact_id
    by_number = program.post("/v1/requests", **LETTER, number="06 39 98 00 01", email="anne@example.org").json()
    assert (by_number["contact"], by_number["number"]) == (caller, ANNE)
    made = program.post("/v1/requests", **{**LETTER, "channel": "email"}, email="Zoe@Example.org").json()
    again = program.post("/v1/requests", **LETTER, email="zoe@example.org").json()
    assert made["contact"] == again["contact"] != caller
    assert [card.emails for card in all_cards(database)] == [(), ("Zoe@Example.org",)]


def test_sent_again_under_its_key_it_is_one_request_on_one_card(program: Program, database: Database) -> None:
    key = str(uuid4())
    first, second = (program.post_once("/v1/requests", key, **LETTER, number=BASILE) for _ in range(2))
    assert (first.status, second.status, first.json()) == (201, 201, second.json())
    assert len(requests.list_open_requests(database)) == len(all_cards(database)) == 1
    other = program.post_once("/v1/requests", key, **LETTER, number=ANNE)
    assert (other.status, other.json()["type"]) == (409, "/v1/problems/key-reused")


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({}, "contact"),
        ({"contact": 999}, "contact"),
        ({"contact": 0}, "contact"),
        ({"contact": 1, "number": BASILE}, "number"),
        ({"contact": 1, "email": "zoe@example.org"}, "email"),
        ({"number": "12"}, "number"),
        ({"email": "nothing"}, "email"),
        ({"number": ANNE, "channel": "pigeon"}, "channel"),
        ({"number": ANNE, "text": "  "}, "text"),
        ({"number": ANNE, "text": "x" * 4_001}, "text"),
        ({"number": ANNE, "subject": "two\nlines"}, "subject"),
        ({"number": ANNE, "topic": "weather"}, "topic"),
        ({"number": ANNE, "user": "nobody@example.org"}, "user"),
        ({"number": ANNE, "topic": "mediation", "user": "bea@example.org"}, "user"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_made(
    program: Program, database: Database, members: dict[str, object], field: str
) -> None:
    record_call(database, "1.1", NOON, ANNE)
    add_user(database, "bea@example.org", Role.STAFF)
    refused = program.post("/v1/requests", **{**LETTER, **members})
    assert refused.status == 422, refused.data
    (error,) = refused.json()["errors"]
    assert error["field"] == field and error["detail"]
    assert requests.list_open_requests(database) == () and len(all_cards(database)) == 1


@pytest.mark.usefixtures("receiver")
def test_a_topic_of_the_mediator_puts_it_out_of_sight_of_programs_webhooks_and_the_card(
    program: Program, database: Database
) -> None:
    add_user(database, "mediator@example.org", Role.MEDIATOR)
    caller, key = record_call(database, "1.1", NOON, ANNE).contact_id or 0, str(uuid4())
    members = {**LETTER, "number": ANNE, "topic": "mediation", "user": "mediator@example.org"}
    for _ in range(2):
        opened = program.post_once("/v1/requests", key, **members)
        assert (opened.status, opened.data) == (204, b"")
    (row,) = inbox.list_inbox(database, MEDIATOR)
    assert (row.request.level, row.owner, row.request.contact_id) == (3, "Béa", caller)
    assert program.get("/v1/requests?state=all").json()["requests"] == []
    assert program.get(f"/v1/requests/{row.request.id}").status == 404
    assert inbox.list_inbox(database, OPERATOR) == () and told(database) == []
    assert [each.call_ref for each in get_card_detail(database, caller).interactions] == ["1.1"]
    seen = get_card_detail(database, caller, actor=MEDIATOR)
    assert [each.channel for each in seen.interactions if not each.call_ref] == ["letter"]


def test_a_key_that_only_reads_opens_nothing(client: VisitorClient, database: Database) -> None:
    reader = Program(client, database, REQUESTS_SCOPE, CONTACTS_WRITE_SCOPE)
    assert reader.post("/v1/requests", **LETTER, number=ANNE).status == 403
    assert requests.list_open_requests(database) == ()
