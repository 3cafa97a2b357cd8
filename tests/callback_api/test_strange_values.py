"""Ids, numbers and dates that nobody can mean, in every address and form of the public pages and the API."""

from datetime import UTC, datetime

import pytest
from public_server import PLAN, VisitorClient, new_idempotency_key
from strange_values import DATES, NUMBERS, paths_with_unknown_ids

from callback_api.app import create_app
from callback_api.context import AppContext
from records.database.engine import Database
from records.site_keys import CREATE_SCOPE, NO_SITE, OUTCOMES_SCOPE, NewKey, create_site_key
from routing.plan import parsing
from standardiste.commands.key import TOOL_SCOPES

QUERY_FIELDS = ("site", "key", "page", "language", "slot", "since", "until", "limit", "cursor", "q")
SCOPES = (CREATE_SCOPE, *TOOL_SCOPES)


def test_an_unknown_id_is_404_in_every_route_and_no_query_breaks_a_page(database: Database) -> None:
    plan = parsing.parse_plan(PLAN)
    app = create_app(AppContext(database, lambda: plan, "http://localhost"))
    client, tried = app.test_client(), 0
    _, token = create_site_key(database, NewKey(NO_SITE, scopes=SCOPES, label="CRM"), at=datetime.now(UTC))
    _, centres = create_site_key(
        database, NewKey(NO_SITE, scopes=(OUTCOMES_SCOPE,), label="North", centre="north"), at=datetime.now(UTC)
    )
    keys = {"tool": {"Authorization": f"Bearer {token}"}, "centre": {"Authorization": f"Bearer {centres}"}}
    for url in app.url_map.iter_rules():
        for path in paths_with_unknown_ids(url):
            for method in sorted(url.methods & {"GET", "POST"}):
                body = {"json": {"slot": None}} if path.startswith("/v1") and method == "POST" else {}
                status = client.open(f"{path}?key=x", method=method, headers=_headers(path, keys), **body).status_code
                assert status == 404, (method, path[:80], status)
                tried += 1
        if not url.arguments and "GET" in url.methods:
            for value in (*NUMBERS, *DATES):
                status = client.get(
                    url.rule, query_string=dict.fromkeys(QUERY_FIELDS, value), headers=_headers(url.rule, keys)
                ).status_code
                assert status < 500, (url.rule, value[:40], status)
    assert tried > 50


def _headers(path: str, keys: dict[str, dict[str, str]]) -> dict[str, str]:
    """With the key where nobody reads without one."""
    if path.endswith("/outcome"):
        return keys["centre"]
    return keys["tool"] if path.startswith(("/v1/calls", "/v1/contacts", "/v1/requests")) else {}


@pytest.mark.parametrize("date", DATES)
def test_a_slot_of_another_age_is_refused_with_what_would_be_accepted(visitor_client: VisitorClient, date: str) -> None:
    accepted = visitor_client.request_callback(visitor_client.unused_number())
    link = accepted.headers["Location"].replace("?", "/move?")
    by_form = {"number": visitor_client.unused_number(), "consent_call": "on", "slot": date}

    for answer in (
        visitor_client.request_callback(visitor_client.unused_number(), slot=date),
        visitor_client.post(link.removeprefix(visitor_client.url), {"slot": date}),
    ):
        assert answer.status == 422, answer.data
        (error,) = answer.json()["errors"]
        assert error["field"] == "slot" and "2030-03-04T09:00:00Z" in error["detail"]
    assert visitor_client.submit_form("/callback", by_form | {"idempotency_key": new_idempotency_key()}).status == 422
    page = accepted.json()["follow"].removeprefix(visitor_client.url).replace("?", "/move?")
    assert visitor_client.submit_form(page, {"slot": date}).status in (422, 409)
