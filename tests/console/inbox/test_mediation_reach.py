"""What is the mediator's is out of everybody else's reach: by every form, every request of the API, every event."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from console_client import ConsoleApp
from every_address import fill_addresses, read_document
from mediator_files import CANARY, hand_to_mediator
from public_server import serve_public
from sqlalchemy import select

from records import site_keys
from records.schema import OutboxEvent
from records.site_keys import (
    CALLBACKS_WRITE_SCOPE,
    CONTACTS_WRITE_SCOPE,
    CREATE_SCOPE,
    NO_SITE,
    REQUESTS_WRITE_SCOPE,
)
from records.webhooks import endpoints
from routing.access.permissions import Role, has_permission
from web.access import LoginStage

OTHERS = [role for role in Role if role is not Role.MEDIATOR]
ENDS_SESSIONS = ("/logout", "/account/", "/people/")
SKIPPED = ("/erase", "/undo", "/remove", "/delete", "/inbox/mediation")
"""What takes the requests away that are looked for; and the emergency, whose reason is written down."""
FIELDS = {
    **{"note": "x", "name": "x", "text": "x", "reason": "x", "subject": "x", "q": "e", "do": "close", "id": "1"},
    **{"outcome": "answered", "to": "level-1", "topic": "", "due": "2030-05-05T10:00", "writes": "y", "line": "x"},
}


@pytest.fixture
def sealed(console_with_requests: ConsoleApp) -> tuple[int, ...]:
    console = console_with_requests
    endpoints.add_endpoint(
        console.database,
        "https://hooks.example.org/",
        "whsec_c2VjcmV0",
        kinds=("*",),
        full_numbers=True,
        at=console.now,
    )
    return hand_to_mediator(console.database, console.add_user(Role.MEDIATOR).actor, console.now)


@pytest.fixture
def console(console_with_requests: ConsoleApp, sealed: tuple[int, ...]) -> ConsoleApp:
    assert sealed
    return console_with_requests


def forms(console: ConsoleApp, role: Role) -> Iterator[str]:
    """Every address to which this role may send something."""
    for rule in console.app.url_map.iter_rules():
        access = console.app.view_functions[rule.endpoint].access_rule
        is_open = access.stage is LoginStage.SIGNED_IN and (access.right is None or has_permission(role, access.right))
        is_left_out = rule.rule.startswith(ENDS_SESSIONS) or any(each in rule.rule for each in SKIPPED)
        if "POST" in rule.methods and is_open and not is_left_out:
            yield from fill_addresses(console.database, rule.rule)


def events(console: ConsoleApp) -> list[tuple[str, str]]:
    with console.database.read() as connection:
        rows = connection.execute(select(OutboxEvent.kind, OutboxEvent.data).order_by(OutboxEvent.at))
        return [(row.kind, json.dumps(row.data)) for row in rows]


def still_theirs(console: ConsoleApp) -> bool:
    return CANARY in console.sign_in(Role.MEDIATOR).get("/inbox").text


@pytest.mark.parametrize("role", OTHERS)
def test_no_form_that_anybody_else_sends_answers_with_a_trace_of_them(console: ConsoleApp, role: Role) -> None:
    staff, sent = console.sign_in(role), 0
    for path in [*forms(console, role)]:
        with staff.post(path, FIELDS, follow_redirects=True) as answer:
            assert CANARY not in read_document(answer.get_data()), path
            assert answer.status_code < 500, path
        sent += 1
    assert sent > 3 and still_theirs(console)
    for kind, data in events(console):
        assert CANARY not in data, kind


def test_what_the_mediator_does_with_them_is_in_no_event(console: ConsoleApp, sealed: tuple[int, ...]) -> None:
    """Each form of a request is sent for each of theirs."""
    mediator, before, sent = console.sign_in(Role.MEDIATOR), len(events(console)), 0
    for rule in console.app.url_map.iter_rules():
        if rule.rule.startswith("/inbox/<int") and "POST" in rule.methods and "hand-over" not in rule.rule:
            for request_id in sealed:
                path = rule.rule.replace("<int:request_id>", str(request_id))
                assert mediator.post(path, {**FIELDS, "note": CANARY, "text": CANARY}).status_code < 500, rule.rule
                sent += 1
    assert sent > 20
    told = [(kind, data) for kind, data in events(console)[before:] if kind.startswith(("request.", "callback."))]
    assert told == []


def test_a_draft_and_a_view_of_the_mediators_are_seen_by_nobody_else(
    console: ConsoleApp, sealed: tuple[int, ...]
) -> None:
    mediator = console.sign_in(Role.MEDIATOR)
    for request_id in sealed:
        assert mediator.post(f"/inbox/{request_id}/draft", {"note": CANARY, "writes": "y"}).status_code == 204
    mediator.post("/inbox/views", {"name": CANARY, "level": "3"})
    assert CANARY in mediator.get("/inbox").text
    for role in OTHERS:
        staff = console.sign_in(role)
        for path in ("/inbox", "/inbox/refresh", "/inbox?level=3", "/inbox?state=closed", "/strip", "/refresh", "/own"):
            assert CANARY not in read_document(staff.get(path).get_data()), (role, path)


def test_nothing_that_a_program_writes_reaches_them_or_is_answered_with_them(
    console: ConsoleApp, sealed: tuple[int, ...]
) -> None:
    """Every POST and PATCH of the API, with a body that has every member that any of them takes."""
    scopes = (CREATE_SCOPE, CONTACTS_WRITE_SCOPE, REQUESTS_WRITE_SCOPE, CALLBACKS_WRITE_SCOPE)
    _, token = site_keys.create_site_key(
        console.database, site_keys.NewKey(NO_SITE, scopes=scopes, label="CRM"), at=console.now
    )
    key, sent = {"Authorization": f"Bearer {token}"}, 0
    with serve_public(console.database) as program:
        described = program.get("/v1/openapi.json").json()
        for path, methods in described["paths"].items():
            for method, operation in methods.items():
                if method not in ("post", "patch"):
                    continue
                for body in bodies(described, operation):
                    for address in fill_addresses(console.database, path):
                        data = json.dumps(body).encode()
                        kind = {"Content-Type": "application/json", "If-Match": "*"}
                        answer = program.send(method.upper(), address, data, **key, **kind)
                        assert answer.status < 500 and CANARY not in read_document(answer.data), address
                        sent += 1
                        if address.startswith(tuple(f"/v1/requests/{each}/" for each in sealed)):
                            assert answer.status == 404, (address, answer.status, answer.data)
    assert sent > 40 and still_theirs(console)


def bodies(described: dict[str, Any], operation: dict[str, Any]) -> Iterator[dict[str, object]]:
    """An empty body, and one with the required members."""
    values = {"number": "+33639980007", "user": "anne@example.org", "level": 1, "due_at": "2030-05-05T10:00:00+02:00"}
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    yield {}
    if content:
        schema = content["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        required = described["components"]["schemas"].get(name, schema).get("required", [])
        yield {member: values.get(member, "answered") for member in required}
