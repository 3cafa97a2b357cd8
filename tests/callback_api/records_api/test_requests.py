"""What a program of the organisation reads of requests, and that the mediator's are not among them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from public_server import VisitorClient, serve_public
from recorded_calls import record_call
from sqlalchemy import update

from records import site_keys
from records.actor import command_line_actor
from records.database.engine import Database
from records.inbox import resolution, treatment
from records.requests import requests
from records.requests.requests import RequestKind
from records.schema import Request
from records.site_keys import CALLS_SCOPE, NO_SITE, REQUESTS_SCOPE

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
LONG_AGO = datetime(2025, 3, 4, 11, tzinfo=UTC)
ANNE = "+33639980001"


@pytest.fixture
def client(database: Database) -> Iterator[VisitorClient]:
    with serve_public(database) as client:
        yield client


def bearer(database: Database, *scopes: str) -> dict[str, str]:
    _, token = site_keys.create_site_key(database, site_keys.NewKey(NO_SITE, scopes=scopes, label="CRM"), at=NOON)
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


def test_open_requests_are_found_by_kind_level_and_who_has_them(client: VisitorClient, database: Database) -> None:
    new, higher, taken, late = (add_request(database, f"1.{number}") for number in range(4))
    someone = command_line_actor("test")
    treatment.hand_to_level(database, someone, higher, 2, note=None, at=NOON)
    treatment.move_due(database, someone, late, LONG_AGO, reason="It is urgent.", at=NOON)
    with database.write() as connection:
        connection.execute(update(Request).where(Request.id == taken).values(owner_id=7, topic="roads"))
    key = bearer(database, REQUESTS_SCOPE)
    for asked, ids in (
        *(("kind=missed", [new, higher, taken, late]), ("kind=letter", []), ("level=2", [higher])),
        *(("owner=nobody&level=1", [new, late]), ("late=true", [late]), ("late=true&level=2", [])),
    ):
        found = client.get(f"/v1/requests?{asked}", **key).json()["requests"]
        assert [each["id"] for each in found] == ids, asked
    first = client.get("/v1/requests?kind=missed&limit=3", **key).json()
    [rest] = client.get(f"/v1/requests?kind=missed&cursor={first['next']}", **key).json()["requests"]
    assert rest["id"] == late


@pytest.mark.parametrize("wrong", ["kind=parcel", "topic=unheard", "level=3", "owner=anne", "late=maybe"])
def test_what_no_open_request_can_be_is_refused(client: VisitorClient, database: Database, wrong: str) -> None:
    key = bearer(database, REQUESTS_SCOPE)
    refused = client.get(f"/v1/requests?{wrong}", **key)
    assert (refused.status, refused.json()["errors"][0]["field"]) == (422, wrong.partition("=")[0])
    closed = client.get("/v1/requests?state=closed&kind=missed", **key)
    assert (closed.status, closed.json()["errors"][0]["field"]) == (422, "state")


def test_the_mediators_requests_do_not_exist_for_a_program(client: VisitorClient, database: Database) -> None:
    one, two = add_request(database, "1.1"), add_request(database, "1.2")
    treatment.hand_to_level(database, command_line_actor("test"), one, 3, note=None, at=NOON)
    key = bearer(database, REQUESTS_SCOPE)
    assert [each["id"] for each in client.get("/v1/requests?state=all", **key).json()["requests"]] == [two]
    assert client.get(f"/v1/requests/{one}", **key).status == 404


def test_a_key_without_the_scope_reads_no_requests(client: VisitorClient, database: Database) -> None:
    assert client.get("/v1/requests", **bearer(database, CALLS_SCOPE)).status == 403
    assert client.get("/v1/requests").status in (401, 403)
