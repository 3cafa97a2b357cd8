"""Every refusal has its problem type and says what to do, in the visitor's language."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from public_server import NUMBER, PARTNER_ORIGIN, VisitorClient

from callback_api.problem_texts import PROBLEMS

ASKED = {"number": NUMBER, "consent_call": True}


def type_of(answer) -> str:
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status
    assert document["title"] and document["detail"]
    return document["type"].removeprefix("/v1/problems/")


@pytest.mark.parametrize(
    ("fields", "name", "wrong"),
    [
        ({"consent_call": True}, "missing-field", ["number"]),
        ({**ASKED, "number": ""}, "missing-field", ["number"]),
        ({"number": NUMBER}, "consent-missing", ["consent_call"]),
        ({**ASKED, "consent_call": False}, "consent-missing", ["consent_call"]),
        ({**ASKED, "consent_call": "true"}, "consent-missing", ["consent_call"]),
        ({**ASKED, "consent_call": 1}, "consent-missing", ["consent_call"]),
        ({**ASKED, "numero": "x", "name": 3}, "unknown-field", ["numero", "name"]),
        ({**ASKED, "number": 639980001}, "invalid-field", ["number"]),
        ({**ASKED, "number": "1" * 41}, "invalid-field", ["number"]),
        ({**ASKED, "name": "x" * 81}, "invalid-field", ["name"]),
        ({**ASKED, "name": "a\x00b"}, "invalid-field", ["name"]),
        ({**ASKED, "name": "a\u202eb"}, "invalid-field", ["name"]),
        ({**ASKED, "language": "de"}, "invalid-field", ["language"]),
        ({**ASKED, "slot": "tomorrow"}, "invalid-field", ["slot"]),
        ({**ASKED, "slot": "2030-03-04T09:00:00"}, "invalid-field", ["slot"]),
        ({**ASKED, "page": "javascript:alert(1)"}, "invalid-field", ["page"]),
        ({**ASKED, "consent_version": "1999-01"}, "invalid-field", ["consent_version"]),
        ({**ASKED, "site": "partner", "topic": "Météo"}, "invalid-field", ["topic"]),
        ([ASKED], "malformed", [""]),
        ("text", "malformed", [""]),
    ],
)
def test_a_wrong_field_is_named(visitor_client: VisitorClient, fields: object, name: str, wrong: list[str]) -> None:
    answer = visitor_client.post("/v1/callbacks", fields)

    assert type_of(answer) == name
    assert {error["field"] for error in answer.json()["errors"]} == set(wrong)
    assert all(error["detail"] for error in answer.json()["errors"])


def test_a_consent_that_is_not_ticked_in_a_form_is_missing(visitor_client: VisitorClient) -> None:
    assert type_of(visitor_client.submit_form("/v1/callbacks", {"number": NUMBER})) == "consent-missing"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("08 99 00 00 01", "premium"),
        ("3250", "short"),
        ("112", "emergency"),
        ("+44 1632 960000", "abroad"),
        ("+881 600000000", "satellite"),
        ("01 99 00 00 00", "own"),
        ("call me", "not-a-number"),
    ],
)
def test_a_number_that_is_not_called_is_refused_with_a_sentence(
    visitor_client: VisitorClient, number: str, reason: str
) -> None:
    french, english = (visitor_client.request_callback(number, language=language) for language in ("fr", "en"))

    assert (type_of(french), french.json()["reason"]) == ("not-callable", reason)
    assert french.json()["detail"] != english.json()["detail"]
    assert number not in english.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({"Accept_Language": "en-GB,en;q=0.8"}, "en"),
        ({"Accept_Language": "de"}, "fr"),
        ({"Accept_Language": ";q=x,,"}, "fr"),
        ({}, "fr"),
    ],
)
def test_a_refusal_is_in_the_browsers_language(
    visitor_client: VisitorClient, headers: dict[str, str], language: str
) -> None:
    answer = visitor_client.post("/v1/callbacks", {}, **headers)

    assert answer.headers["Content-Language"] == language
    assert answer.json()["title"] == PROBLEMS["missing-field"].title.in_language(language)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"number":',
        b"\xff\xfe{}",
        b'{"number": "\xff"}',
        b'{"number": "\\ud800", "consent_call": true}',
        b"[" * 8000,
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b'{"number": ' + b"9" * 10_000 + b"}",
        b"NaN",
    ],
    ids=range(10),
)
def test_malformed_json_is_refused(visitor_client: VisitorClient, body: bytes) -> None:
    answer = visitor_client.send("POST", "/v1/callbacks", body, Content_Type="application/json")

    assert answer.status in (400, 422)
    assert type_of(answer) in ("malformed", "unknown-field", "missing-field", "consent-missing")


def test_a_body_of_another_media_type_is_refused(visitor_client: VisitorClient) -> None:
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", ""):
        answer = visitor_client.send("POST", "/v1/callbacks", json.dumps(ASKED).encode(), Content_Type=kind)
        assert (answer.status, type_of(answer)) == (415, "unsupported-type"), kind


def test_a_body_that_is_too_long_is_refused(visitor_client: VisitorClient) -> None:
    wanted = json.dumps({**ASKED, "name": "x" * 40_000}).encode()

    for kind in ("application/json", "application/x-www-form-urlencoded"):
        assert type_of(visitor_client.send("POST", "/v1/callbacks", wanted, Content_Type=kind)) == "body-too-large"
    assert visitor_client.send("POST", "/v1/callbacks", b"x" * 2_000_000, Content_Type="application/json").status == 413


@pytest.mark.parametrize("path", ["/callback?site=partner", "/inquiry?site=partner", "/nothing"])
def test_a_form_that_is_too_long_is_refused_with_a_page(visitor_client: VisitorClient, path: str) -> None:
    """The page of the refusal asks for the form's site, and the form cannot be read."""
    answer = visitor_client.submit_form(path, {"text": "x" * 40_000}, Accept="text/html")

    assert answer.status == (404 if path == "/nothing" else 413)
    assert b"<main" in answer.data


def test_unknown_paths_methods_and_sites_have_their_problem_types(visitor_client: VisitorClient) -> None:
    missing, wrong = visitor_client.get("/v1/nothing"), visitor_client.send("DELETE", "/v1/slots")

    assert type_of(missing) == "not-found"
    assert (type_of(wrong), wrong.headers["Allow"]) == ("method-not-allowed", "GET, HEAD, OPTIONS")
    assert type_of(visitor_client.get("/v1/slots?site=nowhere")) == "unknown-site"
    assert type_of(visitor_client.request_callback(site="nowhere")) == "unknown-site"
    assert type_of(visitor_client.get("/v1/callbacks/%00?key=%00")) in ("malformed", "unknown-callback")


@pytest.mark.parametrize("key", ["short", "x" * 129, "with a blank in it, and more"])
def test_a_malformed_idempotency_key_is_refused(visitor_client: VisitorClient, key: str) -> None:
    assert type_of(visitor_client.request_callback(headers={"Idempotency_Key": key})) == "key-malformed"


def test_a_slot_that_is_not_offered_is_refused(visitor_client: VisitorClient) -> None:
    far, past = (datetime.now(UTC) + timedelta(days=days) for days in (300, -1))

    for start in (far, past):
        assert type_of(visitor_client.request_callback(slot=start.isoformat())) == "slot-gone"


def test_a_cancelled_callback_cannot_be_changed(visitor_client: VisitorClient) -> None:
    asked = visitor_client.request_callback()
    path, _, key = asked.headers["Location"].removeprefix(visitor_client.url).partition("?")
    visitor_client.post(f"{path}/cancel?{key}", None)

    assert type_of(visitor_client.post(f"{path}/move?{key}", {"slot": None})) == "too-late"


def test_the_type_of_a_problem_is_the_address_of_its_description(visitor_client: VisitorClient) -> None:
    for name, kind in PROBLEMS.items():
        document = visitor_client.get(f"/v1/problems/{name}", Accept_Language="en").json()
        assert (document["status"], document["title"]) == (kind.status, str(kind.title))


def test_pages_of_our_sites_can_read_a_problem(visitor_client: VisitorClient) -> None:
    answer = visitor_client.request_callback("112", headers={"Origin": PARTNER_ORIGIN})

    assert (type_of(answer), answer.headers["Access-Control-Allow-Origin"]) == ("not-callable", PARTNER_ORIGIN)
