"""What a program of the organisation reads of requests, and that the mediator's are not among them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from public_server import VisitorClient, serve_public
from recorded_calls import record_call

from records import site_keys
from records.actor import command_line_actor
from records.database.engine import Database
from records.inbox import resolution, treatment
from records.requests import requests
from records.requests.requests import RequestKind
from records.site_keys import CALLS_SCOPE, NO_SITE, REQUESTS_SCOPE

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
ANNE = "+33639980001"


@pytest.fixture
def client(database: Database) -> Iterator[VisitorClient]:
    with serve_public(database) as client:
        yield client


def bearer(database: Database, *scopes: str) -> dict[str, str]:
    _, token = site_keys.create_site_key(database, NO_SITE, scopes=scopes, label="CRM", at=NOON)
    return {"Authorization": f"Bearer {token}"}


def add_request(database: Database, ref: str) -> int:
    contact_id = record_call(database, ref, NOON, ANNE).contact_id
    who = {"contact_id": contact_id, "line_id": 1}
    return requests.open_request(database, RequestKind.MISSED, call_ref=ref, **who, at=NOON).id


def test_requests_are_read_page_by_page_and_by_what_became_of_them(client: VisitorClient, database: Database) -> None:
    ids = [add_request(database, f"1.{number}") for number in range(3)]
    resolution.resolve_request(database, ids[1], by="Anne", outcome="answered", at=NOON)
    key = bearer(database, REQUESTS_SCOPE)
    first = client.get("/v1/requests?limit=1", **key).json()
    assert [each["id"] for each in first["requests"]] == [ids[0]]
    second = client.get(f"/v1/requests?limit=1&cursor={first['next']}", **key).json()
    assert [(each["id"], each["number"]) for each in second["requests"]] == [(ids[2], ANNE)]
    assert second["next"] is None
    (closed,) = client.get("/v1/requests?state=closed", **key).json()["requests"]
    assert (closed["id"], closed["outcome"], closed["call"]) == (ids[1], "answered", "1.1")
    assert len(client.get("/v1/requests?state=all", **key).json()["requests"]) == 3
    assert client.get(f"/v1/requests/{ids[1]}", **key).json() == closed
    assert client.get("/v1/requests?state=half", **key).status == 422
    assert client.get("/v1/requests/999", **key).status == 404


def test_the_mediators_requests_do_not_exist_for_a_program(client: VisitorClient, database: Database) -> None:
    one, two = add_request(database, "1.1"), add_request(database, "1.2")
    treatment.hand_to_level(database, command_line_actor("test"), one, 3, note=None, at=NOON)
    key = bearer(database, REQUESTS_SCOPE)
    assert [each["id"] for each in client.get("/v1/requests?state=all", **key).json()["requests"]] == [two]
    assert client.get(f"/v1/requests/{one}", **key).status == 404


def test_a_key_without_the_scope_reads_no_requests(client: VisitorClient, database: Database) -> None:
    assert client.get("/v1/requests", **bearer(database, CALLS_SCOPE)).status == 403
    assert client.get("/v1/requests").status in (401, 403)
