"""Who may ask for callbacks: pages of the organisation's sites, its servers, and visitors limited by their address."""

import os
from datetime import UTC, datetime

import pytest
from public_server import PARTNER_ORIGIN, PLAN, UNLIMITED, VisitorClient, serve_public

from records import site_keys
from records.callbacks import staff_actions
from records.database.engine import Database

FOREIGN = "https://www.example.net"
ADDRESSES = int(os.environ.get("CALLBACK_POSTS", "1000")) // 10
"""How many addresses ask for one number; more in the long run (tests/records/callbacks/test_concurrency.py)."""
ONE_EACH = PLAN.replace(UNLIMITED, "{address_hour: 1, network_hour: 2}")


def type_of(answer) -> str:
    return answer.json()["type"].removeprefix("/v1/problems/")


def preflight(client: VisitorClient, origin: str):
    return client.send("OPTIONS", "/v1/callbacks", Origin=origin, Access_Control_Request_Method="POST")


def test_pages_of_a_site_may_ask_and_read_the_response(visitor_client: VisitorClient, database: Database) -> None:
    allowed, asked = (
        preflight(visitor_client, PARTNER_ORIGIN),
        visitor_client.request_callback(headers={"Origin": PARTNER_ORIGIN}),
    )

    assert allowed.status == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == PARTNER_ORIGIN
    assert "Idempotency-Key" in allowed.headers["Access-Control-Allow-Headers"]
    assert (asked.status, asked.headers["Access-Control-Allow-Origin"]) == (202, PARTNER_ORIGIN)
    assert "Origin" in asked.headers["Vary"]
    assert [row.site for row in staff_actions.list_open_callbacks(database)] == ["partner"]


@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", f"{PARTNER_ORIGIN}.example.net", f"{PARTNER_ORIGIN}:8443", "http://www.example.org"]
)
def test_pages_of_other_sites_may_not(visitor_client: VisitorClient, database: Database, origin: str) -> None:
    asked, allowed = visitor_client.request_callback(headers={"Origin": origin}), preflight(visitor_client, origin)

    assert (asked.status, type_of(asked)) == (403, "origin-refused")
    assert allowed.status == 403
    assert "Access-Control-Allow-Origin" not in asked.headers | allowed.headers
    assert visitor_client.submit_form("/callback", {"number": "06 39 98 00 01"}, Origin=origin).status == 403
    assert staff_actions.list_open_callbacks(database) == ()


def test_a_page_asks_for_its_own_site_only(visitor_client: VisitorClient) -> None:
    refused = visitor_client.request_callback(site="www", headers={"Origin": PARTNER_ORIGIN})

    assert (refused.status, type_of(refused)) == (403, "origin-refused")


def test_a_server_with_a_key_is_not_limited_by_address(database: Database) -> None:
    _, token = site_keys.create_site_key(
        database, site_keys.NewKey("partner", scopes=[site_keys.CREATE_SCOPE], label="shop"), at=datetime.now(UTC)
    )
    with serve_public(database, plan=ONE_EACH) as client:
        bearer = {"Authorization": f"Bearer {token}", "Origin": "", "X_Forwarded_For": "192.0.2.1"}
        asked = [client.request_callback(client.unused_number(), headers=bearer) for _ in range(4)]

    assert [answer.status for answer in asked] == [202] * 4
    assert {row.site for row in staff_actions.list_open_callbacks(database)} == {"partner"}


def test_a_key_is_valid_only_for_its_site_and_scope(visitor_client: VisitorClient, database: Database) -> None:
    now = datetime.now(UTC)
    _, narrow = site_keys.create_site_key(
        database, site_keys.NewKey("partner", scopes=["callbacks:read"], label="narrow"), at=now
    )
    revoked, old = site_keys.create_site_key(
        database, site_keys.NewKey("partner", scopes=[site_keys.CREATE_SCOPE], label="old"), at=now
    )
    _, good = site_keys.create_site_key(
        database, site_keys.NewKey("partner", scopes=[site_keys.CREATE_SCOPE], label="good"), at=now
    )
    site_keys.revoke_site_key(database, revoked.id, at=now)

    def name(authorization: str, **fields: object) -> str:
        return type_of(visitor_client.request_callback(headers={"Authorization": authorization}, **fields))

    assert name(f"Bearer {narrow}") == "scope-missing"
    assert name(f"Bearer {good}", site="www") == "unknown-site"
    for wrong in (f"Bearer {old}", "Bearer nonsense", "Bearer", "Basic dXNlcjpwYXNz", "nonsense"):
        assert name(wrong) == "key-refused", wrong
    assert visitor_client.request_callback(headers={"Authorization": "Bearer"}).headers["WWW-Authenticate"] == "Bearer"


def test_too_many_requests_from_one_address_or_network_are_refused(database: Database) -> None:
    with serve_public(database, plan=ONE_EACH) as client:

        def ask(address: str):
            return client.request_callback(client.unused_number(), headers={"X_Forwarded_For": address})

        assert ask("192.0.2.1").status == 202
        again = ask("192.0.2.1")
        assert (again.status, type_of(again)) == (429, "too-many")
        assert 0 < int(again.headers["Retry-After"]) <= 3600
        # The same address in other forms, and a forged entry before that of our own proxy.
        for same in ("::ffff:192.0.2.1", "192.0.2.1:4711", "198.51.100.7, 192.0.2.1"):
            assert ask(same).status == 429, same
        assert ask("192.0.2.2").status == 202
        assert ask("192.0.2.3").status == 429  # the third of its network
        assert ask("2001:db8::1").status == 202
        assert ask("2001:db8::2").status == 429  # one customer has the whole /64


def test_without_trusted_proxies_a_forwarded_address_is_not_believed(database: Database) -> None:
    with serve_public(database, plan=ONE_EACH, trusted_proxies=0) as client:
        asked = [
            client.request_callback(client.unused_number(), headers={"X_Forwarded_For": f"192.0.2.{n}"}) for n in (1, 2)
        ]

    assert [answer.status for answer in asked] == [202, 429]


def test_one_number_requested_from_many_addresses_has_one_open_callback(
    visitor_client: VisitorClient, database: Database
) -> None:
    asked = [
        visitor_client.request_callback(headers={"X_Forwarded_For": f"10.{n // 256}.{n % 256}.1"})
        for n in range(ADDRESSES)
    ]

    assert {answer.status for answer in asked} == {202}
    assert len(staff_actions.list_open_callbacks(database)) == 1
