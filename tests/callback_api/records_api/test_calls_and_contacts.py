"""What a program of the organisation reads of calls and contacts, and what it may not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from named_contacts import describe_contact
from public_server import VisitorClient, serve_public
from recorded_calls import record_call

from records import site_keys
from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls import calls
from records.contacts.merges import merge_cards
from records.contacts.search.following import follow_calls
from records.database.engine import Database
from records.site_keys import CALLS_SCOPE, CONTACTS_SCOPE, CREATE_SCOPE, NO_SITE
from records.staff import agents

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
ANNE, BASILE = "+33639980001", "+33639980002"


@pytest.fixture
def client(database: Database) -> Iterator[VisitorClient]:
    with serve_public(database) as client:
        yield client


def bearer(database: Database, *scopes: str) -> dict[str, str]:
    _, token = site_keys.create_site_key(database, site_keys.NewKey(NO_SITE, scopes=scopes, label="CRM"), at=NOON)
    return {"Authorization": f"Bearer {token}"}


def add_call(database: Database, ref: str, caller: str | None, *, hours_ago: int = 0, name: str = "") -> int | None:
    at = NOON - timedelta(hours=hours_ago)
    contact_id = record_call(database, ref, at, caller).contact_id
    calls.add_events(database, ref, [CallEvent(at, CallEventKind.KEY, {"key": "3"})])
    calls.close_call(database, ref, at=at + timedelta(seconds=75), disposition=Disposition.STAFF, cause="16")
    if name and contact_id:
        describe_contact(database, contact_id, name=name)
    return contact_id


def test_a_program_reads_all_calls_page_by_page(client: VisitorClient, database: Database) -> None:
    for number in range(5):
        add_call(database, f"1.{number}", ANNE, hours_ago=number // 2)
    key, seen, cursor = bearer(database, CALLS_SCOPE), [], ""
    while cursor is not None:
        page = client.get(f"/v1/calls?limit=2{f'&cursor={cursor}' if cursor else ''}", **key).json()
        seen += [call["reference"] for call in page["calls"]]
        cursor = page["next"]
    assert sorted(seen) == [f"1.{number}" for number in range(5)] and seen[-1] == "1.4"
    since = client.get("/v1/calls?since=2030-03-04T11:30:00%2B01:00&until=2030-03-04T12:30:00%2B01:00", **key).json()
    assert [call["reference"] for call in since["calls"]] == ["1.1", "1.0"]


def test_a_program_looks_for_calls_by_what_happened_in_them(client: VisitorClient, database: Database) -> None:
    agents.create_desks(database, 1)
    [anne] = agents.add_agents(database, [agents.NewAgent("Anne", "fr", ("fr",))], at=NOON)
    for number, caller in enumerate((ANNE, BASILE, None)):
        add_call(database, f"1.{number}", caller)
    told = (
        *((CallEventKind.WRONG_KEY, {"key": "9"}), (CallEventKind.STAFF_ANSWERED, {"phone": anne.sip_account})),
        (CallEventKind.CENTRE_DIALLED, {"centre": "north", "reference": "r"}),
    )
    for number, (kind, detail) in enumerate(told):
        calls.add_events(database, f"1.{number}", [CallEvent(NOON, kind, detail)])
    follow_calls(database)
    key, ours = bearer(database, CALLS_SCOPE), quote("01 99 00 00 00")
    for asked, refs in (
        *(("key=9", ["1.0"]), (f"agent={anne.id}", ["1.1"]), ("centre=north", ["1.2"]), ("from=0002", ["1.1"])),
        *(("outcome=answered&key=3", ["1.2", "1.1", "1.0"]), ("outcome=abandoned", []), ("centre=south", [])),
        *((f"number={ours}&key=9", ["1.0"]), (f"agent={anne.id}&key=9", []), ("key=%23", [])),
    ):
        found = client.get(f"/v1/calls?{asked}", **key).json()["calls"]
        assert [call["reference"] for call in found] == refs, asked
    first = client.get("/v1/calls?key=3&limit=1", **key).json()
    [second] = client.get(f"/v1/calls?key=3&limit=1&cursor={first['next']}", **key).json()["calls"]
    assert second["reference"] == "1.1"


@pytest.mark.parametrize(
    "wrong", ["key=12", "key=a", "agent=anne", "centre=No+centre", "from=12", "number=0639980001", "outcome=maybe"]
)
def test_a_value_that_no_call_can_have_is_refused_and_says_what_can(
    client: VisitorClient, database: Database, wrong: str
) -> None:
    refused = client.get(f"/v1/calls?{wrong}", **bearer(database, CALLS_SCOPE))
    assert refused.status == 422
    [error] = refused.json()["errors"]
    assert error["field"] == wrong.partition("=")[0]


def test_a_call_is_shown_with_what_happened_in_it(client: VisitorClient, database: Database) -> None:
    contact_id, key = add_call(database, "1.1", ANNE), bearer(database, CALLS_SCOPE)
    call = client.get("/v1/calls/1.1", **key).json()
    assert (call["caller"], call["contact"], call["outcome"]) == (ANNE, contact_id, "staff")
    assert [(event["kind"], event["detail"]) for event in call["events"]] == [("key", {"key": "3"})]
    assert client.get("/v1/calls/9.9", **key).status == 404
    add_call(database, "1.2", None)
    assert client.get("/v1/calls/1.2", **key).json()["caller"] is None


def test_contacts_are_found_and_listed_and_a_merged_card_leads_to_the_one_that_stayed(
    client: VisitorClient, database: Database
) -> None:
    anne, basile = add_call(database, "1.1", ANNE, name="Anne Lefèvre"), add_call(database, "1.2", BASILE)
    key = bearer(database, CONTACTS_SCOPE)
    found = client.get("/v1/contacts?q=lefebvre+ane", **key).json()
    assert [card["name"] for card in found["contacts"]] == ["Anne Lefèvre"] and found["next"] is None
    first = client.get("/v1/contacts?limit=1", **key).json()
    rest = client.get(f"/v1/contacts?limit=1&cursor={first['next']}", **key).json()
    assert [card["id"] for card in first["contacts"] + rest["contacts"]] == [anne, basile] and rest["next"] is None
    assert anne and basile
    merge_cards(database, anne, basile, by="Anne", at=NOON)
    assert sorted(client.get(f"/v1/contacts/{basile}", **key).json()["numbers"]) == [ANNE, BASILE]
    assert client.get("/v1/contacts/999999999999999", **key).status == 404


@pytest.mark.parametrize("path", ["/v1/calls", "/v1/calls/1.1", "/v1/contacts", "/v1/contacts/1"])
def test_nothing_is_read_without_the_scope_or_from_a_page(client: VisitorClient, database: Database, path: str) -> None:
    add_call(database, "1.1", ANNE)
    refused = client.get(path)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    other = CONTACTS_SCOPE if "calls" in path else CALLS_SCOPE
    assert client.get(path, **bearer(database, CREATE_SCOPE, other)).status == 403
    whole = bearer(database, CALLS_SCOPE, CONTACTS_SCOPE)
    assert client.get(path, Origin=client.url, **whole).status == 403
    allowed = client.get(path, **whole)
    assert (allowed.status, allowed.headers["Cache-Control"]) == (200, "no-store")
    assert ANNE not in refused.data.decode()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/calls?limit=0", "limit"),
        ("/v1/calls?limit=201", "limit"),
        ("/v1/calls?limit=%D9%A3", "limit"),
        ("/v1/calls?since=2030-03-04", "since"),
        ("/v1/calls?since=0001-01-01T00:00:00%2B14:00", "since"),
        ("/v1/calls?until=9999-12-31T23:59:59-14:00", "until"),
        ("/v1/calls?cursor=noon_1.1", "cursor"),
        ("/v1/calls?cursor=1_", "cursor"),
        ("/v1/contacts?cursor=-1", "cursor"),
        ("/v1/contacts?cursor=9999999999999999", "cursor"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(client: VisitorClient, database: Database, path: str, field: str) -> None:
    refused = client.get(path, **bearer(database, CALLS_SCOPE, CONTACTS_SCOPE))
    assert (refused.status, [error["field"] for error in refused.json()["errors"]]) == (422, [field])
