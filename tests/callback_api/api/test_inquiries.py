"""The API for what visitors write: also without a trunk, with an e-mail address or a number, in plain text."""

from collections.abc import Iterator

import pytest
from public_server import NUMBER, PARTNER_ORIGIN, VisitorClient, new_idempotency_key, serve_public

from records.database.engine import Database

WRITTEN = {"text": "Où déposer ma demande ?", "email": "zoe@example.org"}


@pytest.fixture
def client_without_trunk(database: Database) -> Iterator[VisitorClient]:
    with serve_public(database, has_outbound_trunk=False) as client:
        yield client


def test_an_inquiry_is_read_again_at_its_address_even_without_a_trunk(client_without_trunk: VisitorClient) -> None:
    client = client_without_trunk
    accepted = client.post("/v1/inquiries", {**WRITTEN, "text": "Une ligne,\r\nune\tautre."})
    assert accepted.status == 202, accepted.data
    read = client.get(accepted.headers["Location"])
    assert read.headers["Cache-Control"] == "no-store"
    inquiry = read.json()
    assert inquiry.pop("written_at")
    assert inquiry == {
        "reference": accepted.json()["reference"],
        "text": "Une ligne,\nune autre.",
        "answers": [],
        "open": True,
    }
    assert client.get(accepted.json()["follow"]).status == 200
    for wrong in (accepted.headers["Location"] + "x", f"{client.url}/v1/inquiries/K7M4-2QXD?key=x"):
        refused = client.get(wrong)
        assert (refused.status, refused.json()["type"]) == (404, "/v1/problems/unknown-inquiry")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": None}, "email"),
        ({"email": "zoe"}, "email"),
        ({"email": "zoe@example.org,x@example.org"}, "email"),
        ({"text": ""}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "gauche \u202e droite"}, "text"),
        ({"name": "Zoé\nBcc: x"}, "name"),
    ],
)
def test_what_nobody_can_answer_or_read_is_refused_with_its_field(
    visitor_client: VisitorClient, changed: dict[str, object], field: str
) -> None:
    refused = visitor_client.post("/v1/inquiries", {**WRITTEN, **changed})
    assert refused.status == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_a_number_alone_is_enough_and_a_premium_number_is_not(visitor_client: VisitorClient) -> None:
    assert visitor_client.post("/v1/inquiries", {"text": "Bonjour", "number": NUMBER}).status == 202
    refused = visitor_client.post("/v1/inquiries", {"text": "Bonjour", "number": "0899 00 00 01"})
    assert (refused.status, refused.json()["type"]) == (422, "/v1/problems/not-callable")


def test_the_same_inquiry_under_one_key_is_one_inquiry_and_foreign_pages_may_not_write(
    visitor_client: VisitorClient,
) -> None:
    key = new_idempotency_key()
    once, again = (visitor_client.post("/v1/inquiries", WRITTEN, Idempotency_Key=key) for _ in range(2))
    assert once.json() == again.json()
    assert visitor_client.post("/v1/inquiries", {**WRITTEN, "text": "Autre"}, Idempotency_Key=key).status == 409
    written = {**WRITTEN, "email": "other@example.org"}
    assert visitor_client.post("/v1/inquiries", written, Origin=PARTNER_ORIGIN).status == 202
    assert visitor_client.post("/v1/inquiries", written, Origin="https://evil.example").status == 403


def test_the_longest_inquiry_in_any_script_fits_into_the_form(visitor_client: VisitorClient) -> None:
    fields = {"text": "字" * 2000, "email": "zi@example.org", "idempotency_key": new_idempotency_key()}
    written = visitor_client.submit_form("/inquiry", fields)
    assert written.status in (200, 303), written.data
