"""An overflow centre says what became of the calls that it was given: once each, of its own calls, and in time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from public_server import VisitorClient, serve_public
from recorded_calls import record_call
from rich_plan import RICH_PLAN
from urllib3 import BaseHTTPResponse

from records import site_keys
from records.call_events import CallEvent, CallEventKind
from records.calls.call_detail import get_call_detail
from records.calls.calls import add_events
from records.database.engine import Database
from records.plan import plan_versions
from records.site_keys import CALLS_SCOPE, CREATE_SCOPE, NO_SITE, OUTCOMES_SCOPE

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
NORTH, SOUTH, UNKNOWN = "a" * 32, "b" * 32, "c" * 32


class Centre:
    """The programs of a centre, with its key."""

    def __init__(self, client: VisitorClient, key: dict[str, str]) -> None:
        self.client, self.key = client, key

    def report(self, reference: str, key: str = "", **members: object) -> BaseHTTPResponse:
        headers = self.key | {"Origin": ""} | ({"Idempotency_Key": key} if key else {})
        return self.client.post(f"/v1/calls/{reference}/outcome", members, **headers)


class Clock:
    """What time it is for the server."""

    now = NOON + timedelta(minutes=5)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(database: Database, clock: Clock) -> Iterator[VisitorClient]:
    with serve_public(database, plan=RICH_PLAN, clock=clock) as client:
        yield client


def bearer(database: Database, scope: str = OUTCOMES_SCOPE, centre: str | None = "north") -> dict[str, str]:
    _, token = site_keys.create_site_key(
        database, site_keys.NewKey(NO_SITE, scopes=[scope], label="Nord", centre=centre), at=NOON
    )
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def north(client: VisitorClient, database: Database) -> Centre:
    give_call(database, "1.1", "north", NORTH)
    give_call(database, "1.2", "south", SOUTH)
    return Centre(client, bearer(database))


def give_call(database: Database, ref: str, centre: str, reference: str, at: datetime = NOON) -> None:
    """A call that the centre has been given, and that still lasts."""
    record_call(database, ref, at)
    dialled = CallEvent(at, CallEventKind.CENTRE_DIALLED, {"centre": centre, "reference": reference})
    add_events(database, ref, [dialled, CallEvent(at, CallEventKind.CENTRE_ANSWERED, {"centre": centre})])


def told(database: Database, ref: str = "1.1") -> list[tuple[str, str | None]]:
    return [(each.outcome, each.note) for each in get_call_detail(database, ref).outcomes]


def test_an_outcome_is_stored_beside_the_call_also_while_it_lasts(north: Centre, database: Database) -> None:
    answer = north.report(NORTH, outcome="answered", note="Wants a receipt.")
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "reference": NORTH,
        "outcome": "answered",
        "note": "Wants a receipt.",
        "reported_at": "2030-03-04T11:05:00Z",
        "corrects": None,
    }
    assert told(database) == [("answered", "Wants a receipt.")]
    program = bearer(database, CALLS_SCOPE, None)
    [shown] = north.client.get("/v1/calls/1.1", **program).json()["centre_outcomes"]
    assert (shown["centre"], shown["outcome"], shown["note"]) == ("north", "answered", "Wants a receipt.")


def test_the_same_outcome_again_is_one_outcome_and_one_answer(north: Centre, database: Database, clock: Clock) -> None:
    first = north.report(NORTH, outcome="answered", note="Wants a receipt.").json()
    clock.now += timedelta(hours=1)
    assert north.report(NORTH, outcome="answered", note="Wants a receipt.").json() == first
    assert len(told(database)) == 1


def test_programs_that_report_at_once_store_one_outcome(north: Centre, database: Database) -> None:
    start, answers = Barrier(4), []

    def report() -> None:
        start.wait(10)
        answers.append(north.report(NORTH, outcome="answered").json())

    threads = [Thread(target=report) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4 and all(answer == answers[0] for answer in answers)
    assert told(database) == [("answered", None)]


def test_another_outcome_corrects_the_first_and_both_stay(north: Centre, database: Database, clock: Clock) -> None:
    key = str(uuid4())
    first = north.report(NORTH, key, outcome="answered").json()
    clock.now += timedelta(hours=1)
    assert north.report(NORTH, outcome="nothing", note="It was a fax.").json()["corrects"] == "answered"
    assert told(database) == [("answered", None), ("nothing", "It was a fax.")]
    assert north.report(NORTH, key, outcome="answered").json() == first  # the first request, sent again late
    assert len(told(database)) == 2
    assert north.report(NORTH, key, outcome="nothing").status == 409


@pytest.mark.parametrize("reference", [SOUTH, UNKNOWN, "1.1", "x" * 3000, "%00", "%F0%9F%90%A6", "..%2e", "%27--"])
@pytest.mark.parametrize("members", [{"outcome": "answered"}, {"outcome": "nonsense"}, {"sms": 1}])
def test_a_foreign_call_is_like_one_that_never_was(
    north: Centre, database: Database, reference: str, members: dict[str, object]
) -> None:
    unknown, other = north.report(UNKNOWN, **members), north.report(reference, **members)
    assert (other.status, other.json()) == (unknown.status, unknown.json()) and other.status == 404
    assert told(database, "1.2") == []


def test_an_outcome_that_the_contract_does_not_name_is_refused_with_those_that_it_names(
    north: Centre, database: Database
) -> None:
    refused = north.report(NORTH, outcome="transferred")
    assert refused.status == 422
    [error] = refused.json()["errors"]
    assert error["field"] == "outcome" and "answered, nothing" in error["detail"]
    assert north.report(NORTH, outcome="answered", note="é" * 2000).status == 200
    assert north.report(NORTH, outcome="answered", note="é" * 2001).status == 422
    assert north.report(NORTH, outcome="answered", note="\u0007").status == 422
    assert north.report(NORTH).status == 422
    assert len(told(database)) == 1


def test_without_a_contract_every_outcome_of_the_plan_may_be_reported(north: Centre, database: Database) -> None:
    south = Centre(north.client, bearer(database, centre="south"))
    assert south.report(SOUTH, outcome="nothing").status == 200
    assert south.report(SOUTH, outcome="nonsense").status == 422
    assert south.report(NORTH, outcome="nothing").status == 404


def test_outcomes_are_taken_for_a_month(north: Centre, database: Database, clock: Clock) -> None:
    clock.now = NOON + timedelta(days=31)
    assert north.report(NORTH, outcome="answered").status == 200
    clock.now += timedelta(days=1)
    late = north.report(NORTH, outcome="nothing")
    assert (late.status, late.json()["type"]) == (409, "/v1/problems/outcome-late")
    assert "31" in late.json()["detail"]
    assert told(database) == [("answered", None)]


def test_the_key_ends_a_month_after_the_contract(north: Centre, database: Database, clock: Clock) -> None:
    plan_versions.save_plan(
        database, RICH_PLAN.replace("until: 2035-12-31", "until: 2030-03-04"), author="test", at=NOON
    )
    give_call(database, "1.3", "north", "d" * 32, NOON + timedelta(days=1))
    clock.now = NOON + timedelta(days=31)
    assert north.report(NORTH, outcome="answered").status == 200  # a call of the last day
    assert north.report("d" * 32, outcome="answered").status == 200  # the next day it was still given a call
    clock.now += timedelta(days=1)
    for reference in (NORTH, UNKNOWN):
        ended = north.report(reference, outcome="answered")
        assert (ended.status, ended.json()["type"]) == (403, "/v1/problems/contract-ended")
    assert told(database) == [("answered", None)]


def test_a_call_is_reported_by_the_contract_of_its_day(north: Centre, database: Database, clock: Clock) -> None:
    """A new contract took the old one's place, and names other outcomes."""
    new = RICH_PLAN.replace("from: 2026-01-01", "from: 2030-03-05").replace("[answered, nothing]", "[nothing]")
    plan_versions.save_plan(database, new, author="test", at=NOON)
    give_call(database, "1.3", "north", "d" * 32, NOON + timedelta(days=1))
    clock.now = NOON + timedelta(days=1, hours=1)
    assert north.report(NORTH, outcome="answered").status == 200
    assert north.report("d" * 32, outcome="answered").status == 422
    assert north.report("d" * 32, outcome="nothing").status == 200


def test_the_key_of_a_centre_opens_nothing_else_and_no_other_key_reports(north: Centre, database: Database) -> None:
    client = north.client
    for path in ("/v1/calls", "/v1/calls/1.1", f"/v1/calls/{NORTH}", "/v1/contacts", "/v1/requests"):
        assert client.get(path, **north.key).status == 403, path
    assert client.post("/v1/callbacks", {"number": "06 39 98 00 01"}, **north.key).status in (403, 422)
    for scope, centre in ((CALLS_SCOPE, None), (CREATE_SCOPE, "north"), (OUTCOMES_SCOPE, None)):
        other = Centre(client, bearer(database, scope, centre))
        assert other.report(NORTH, outcome="answered").status == 403
    assert Centre(client, {}).report(NORTH, outcome="answered").status == 401
    page = client.post(f"/v1/calls/{NORTH}/outcome", {"outcome": "answered"}, **north.key, Origin=client.url)
    assert page.status == 403
    [key, *_] = site_keys.list_site_keys(database)
    site_keys.revoke_site_key(database, key.id, at=NOON)
    assert north.report(NORTH, outcome="answered").status == 401
    assert told(database) == []
