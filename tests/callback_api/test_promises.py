"""What visitors are promised while callbacks are held, and without a trunk that places calls."""

import html
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import switches
from public_server import NUMBER, VisitorClient, new_idempotency_key, serve_public
from sqlalchemy import insert

from records.callbacks import staff_actions
from records.database.engine import Database
from records.overrides import OverrideName
from records.schema import BlackoutPeriod

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def client_at_noon(database: Database) -> Iterator[VisitorClient]:
    with serve_public(database, clock=lambda: NOON) as client:
        yield client


@pytest.fixture
def client_without_trunk(database: Database) -> Iterator[VisitorClient]:
    with serve_public(database, has_outbound_trunk=False) as client:
        yield client


def impose_blackout(database: Database, starts: datetime, ends: datetime) -> None:
    with database.write() as connection:
        row = {"starts_at": starts, "ends_at": ends, "reason": "vote", "by": "anne", "set_at": NOON}
        connection.execute(insert(BlackoutPeriod).values(row))


def parse(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def status_page(client: VisitorClient, follow: object) -> str:
    address = urlsplit(str(follow))
    return client.get(f"{address.path}?{address.query}&language=en").data.decode()


def test_the_form_offers_nothing_inside_a_blackout_period(database: Database, client_at_noon: VisitorClient) -> None:
    impose_blackout(database, NOON - HOUR, NOON + 2 * DAY)
    offered = client_at_noon.get("/v1/slots").json()

    assert parse(offered["soon"]["from"]) == NOON + 2 * DAY
    assert offered["slots"]
    assert all(parse(slot["start"]) >= NOON + 2 * DAY for slot in offered["slots"])
    inside = client_at_noon.request_callback(slot=(NOON + DAY).isoformat())
    assert (inside.status, inside.json()["type"]) == (409, "/v1/problems/slot-gone")
    accepted = client_at_noon.request_callback().json()
    assert parse(accepted["not_before"]) == NOON + 2 * DAY
    assert "2030" not in client_at_noon.get("/callback?language=en").data.decode().split("<option")[1]


def test_a_blackout_period_over_a_chosen_slot_is_told_to_its_visitor(
    database: Database, client_at_noon: VisitorClient
) -> None:
    accepted = client_at_noon.request_callback(slot=(NOON + DAY).isoformat())
    assert "interrupted" not in html.unescape(status_page(client_at_noon, accepted.json()["follow"]))
    impose_blackout(database, NOON + DAY - HOUR, NOON + 3 * DAY)

    page = status_page(client_at_noon, accepted.json()["follow"])
    assert "Our calls are interrupted until then." in page
    assert parse(client_at_noon.get_status(accepted)["not_before"]) == NOON + 3 * DAY


@pytest.mark.parametrize("name", [OverrideName.CALLBACKS, OverrideName.CLOSED])
def test_no_time_is_named_while_nobody_knows_when_calls_resume(
    database: Database, client_at_noon: VisitorClient, name: OverrideName
) -> None:
    switches.set_override(database, name, True, by="anne", at=NOON - HOUR)

    assert client_at_noon.get("/v1/slots").json() | {"timezone": ""} == {
        "soon": {"from": None},
        "slots": [],
        "timezone": "",
    }
    form = client_at_noon.get("/callback?language=en").data.decode()
    assert form.count("<option") == 1
    assert "As soon as our calls resume" in form
    accepted = client_at_noon.request_callback()
    assert accepted.status == 202
    assert "We'll call you as soon as they resume." in html.unescape(
        status_page(client_at_noon, accepted.json()["follow"])
    )


def test_without_a_trunk_no_page_promises_a_callback(database: Database, client_without_trunk: VisitorClient) -> None:
    client = client_without_trunk
    offered, refused = client.get("/v1/slots").json(), client.request_callback()

    assert (offered["soon"], offered["slots"]) == (None, [])
    assert (refused.status, refused.json()["type"]) == (503, "/v1/problems/no-callbacks")
    sent = {"number": NUMBER, "consent_call": "on", "idempotency_key": new_idempotency_key()}
    for page in (client.get("/callback?language=en"), client.submit_form("/callback", sent)):
        text = page.data.decode()
        assert page.status == 503
        assert "+33" in text or "01 99 00 00 00" in text.replace("\xa0", " ")
        assert "<form" not in text and "Ask for another callback" not in text
    assert "/callback" not in client.get("/message?language=en").data.decode()
    button = client.get("/button.js").data.decode()
    assert '"Write to us"' in button and '"Call me back"' not in button
    assert staff_actions.list_open_callbacks(database) == ()
