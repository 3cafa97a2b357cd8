"""A visitor asks for a callback, follows it, moves it and cancels it through the API."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from example_numbers import example_numbers, may_be_called
from phonenumbers import PhoneNumberType
from public_server import LINE, NUMBER, PLAN, VisitorClient, serve_public
from sqlalchemy import select

from callback_api import callback_service, consents
from records.callbacks import do_not_call, staff_actions
from records.database.engine import Database
from records.schema import Consent

PARIS = ZoneInfo("Europe/Paris")
SUNDAY_NIGHT = datetime(2030, 3, 3, 23, 0, tzinfo=UTC)
OFFICE_HOURS = PLAN.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00")


def test_a_callback_is_accepted_followed_moved_and_cancelled(visitor_client: VisitorClient) -> None:
    asked = visitor_client.request_callback(NUMBER, name="Zoé", language="en")
    accepted = asked.json()

    assert asked.status == 202
    assert (accepted["status"], accepted["calls_from"], accepted["calls_from_shown"]) == (
        "waiting",
        "+33199000000",
        "01 99 00 00 00",
    )
    assert accepted["follow"].startswith(f"{visitor_client.url}/callback/{accepted['reference']}?key=")
    assert visitor_client.get(accepted["follow"]).status == 200
    followed = visitor_client.get_status(asked)
    assert (followed["status"], followed["slot"], followed["can_cancel"], followed["can_move"]) == (
        "waiting",
        None,
        True,
        True,
    )

    slot = visitor_client.get("/v1/slots").json()["slots"][3]
    path, _, key = asked.headers["Location"].removeprefix(visitor_client.url).partition("?")
    moved = visitor_client.post(f"{path}/move?{key}", {"slot": slot["start"]})
    assert (moved.status, moved.json()["slot"], moved.json()["not_before"]) == (200, slot, slot["start"])
    assert visitor_client.post(f"{path}/move?{key}", {"slot": None}).json()["slot"] is None

    cancelled = visitor_client.post(f"{path}/cancel?{key}", None)
    assert (cancelled.status, cancelled.json()["status"], cancelled.json()["can_move"]) == (200, "cancelled", False)
    assert visitor_client.get_status(asked)["status"] == "cancelled"


def test_a_plain_html_form_is_accepted_like_json(visitor_client: VisitorClient, database: Database) -> None:
    fields = {"number": NUMBER, "consent_call": "on", "name": "", "topic": "Presse", "slot": "", "site": "partner"}

    assert visitor_client.submit_form("/v1/callbacks", fields).status == 202

    (row,) = staff_actions.list_open_callbacks(database)
    assert (row.line, row.name, row.topic, row.site) == (LINE, None, "Presse", "partner")


@pytest.mark.parametrize(
    ("typed", "name", "kept"),
    [
        ("\u202a06 39 98 00 01\u202c", "Zoé", "Zoé"),
        ("tel:+33639980001", None, None),
        ("０６３９９８０００１ poste 12", "Zoé", "Zoé (poste 12)"),
        ("06 39 98 00 01, ext. 7", None, "poste 7"),
    ],
)
def test_a_number_is_read_as_it_was_pasted_and_its_extension_is_kept(
    visitor_client: VisitorClient, database: Database, typed: str, name: str | None, kept: str | None
) -> None:
    assert visitor_client.request_callback(typed, name=name, language="fr").status == 202

    (row,) = staff_actions.list_open_callbacks(database)
    assert (row.line, row.name) == ("+33639980001", kept)


def test_only_slots_within_opening_hours_are_offered_until_they_are_full(database: Database) -> None:
    plan = OFFICE_HOURS.replace("callbacks:\n", "callbacks:\n  per_slot: 1\n")
    with serve_public(database, plan=plan, clock=lambda: SUNDAY_NIGHT) as client:
        offered = client.get("/v1/slots").json()
        assert offered["soon"] == {"from": "2030-03-04T08:00:00Z"}
        assert offered["timezone"] == "Europe/Paris"
        first = offered["slots"][0]
        assert (first["start"], first["end"]) == ("2030-03-04T08:00:00Z", "2030-03-04T08:30:00Z")
        starts = [datetime.fromisoformat(slot["start"]).astimezone(PARIS) for slot in offered["slots"]]
        assert {start.weekday() for start in starts} == {0, 1, 2, 3, 4}
        assert {start.hour for start in starts} == set(range(9, 18))

        assert client.request_callback(slot=first["start"]).json()["slot"] == first
        refused = client.request_callback(client.unused_number(), slot=first["start"])
        assert (refused.status, refused.json()["type"]) == (409, "/v1/problems/slot-gone")
        assert first not in client.get("/v1/slots").json()["slots"]


def test_the_choice_as_soon_as_possible_means_from_the_next_opening(database: Database) -> None:
    with serve_public(database, plan=OFFICE_HOURS, clock=lambda: SUNDAY_NIGHT) as client:
        assert client.request_callback().json()["not_before"] == "2030-03-04T08:00:00Z"


@pytest.mark.parametrize("night", ["2030-03-31T00:30:00Z", "2030-10-27T00:30:00Z"])
def test_slots_are_half_an_hour_apart_when_the_clocks_change(database: Database, night: str) -> None:
    """In the night to Sunday 31 March the clocks skip an hour; in that to 27 October they repeat one."""
    with serve_public(database, clock=lambda: datetime.fromisoformat(night)) as client:
        starts = [slot["start"] for slot in client.get("/v1/slots").json()["slots"]]

    instants = [datetime.fromisoformat(start) for start in starts]
    assert {later - sooner for sooner, later in pairwise(instants)} == {timedelta(minutes=30)}


def test_of_all_example_numbers_only_those_in_the_allowed_ranges_are_accepted(
    visitor_client: VisitorClient, database: Database
) -> None:
    known = sorted(example_numbers())
    numbers = sorted({number for _, _, number in known})
    with ThreadPoolExecutor(15) as visitors:
        answers = list(visitors.map(visitor_client.request_callback, numbers))

    accepted = {number for number, answer in zip(numbers, answers, strict=True) if answer.status == 202}
    assert {answer.status for answer in answers} == {202, 422}
    assert {row.line for row in staff_actions.list_open_callbacks(database)} == accepted
    assert accepted <= {number for region, kind, number in known if may_be_called(region, kind, ["metropolitan"])}
    people = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
    assert accepted >= {number for region, kind, number in known if region == "FR" and kind in people}
    assert len(numbers) > 1_000


def test_a_response_does_not_show_whether_a_number_will_be_dialled(
    visitor_client: VisitorClient, database: Database
) -> None:
    """A visitor who enters another person's number gets no information about that person."""
    do_not_call_number, twice, fresh = (visitor_client.unused_number() for _ in range(3))
    do_not_call.add_do_not_call(
        database, "+33" + do_not_call_number.replace(" ", "")[1:], "telephone", "staff", datetime.now(UTC)
    )
    visitor_client.request_callback(twice)

    answers = [visitor_client.request_callback(number) for number in (do_not_call_number, twice, fresh)]

    assert [answer.status for answer in answers] == [202] * 3
    assert len({tuple(answer.json()) for answer in answers}) == 1
    followed = [visitor_client.get_status(answer) for answer in answers]
    for name in ("status", "slot", "calls_from", "calls_from_shown", "can_cancel", "can_move"):
        assert len({answer[name] for answer in followed}) == 1, name
    assert len({answer.json()["reference"] for answer in answers}) == 3


def test_a_link_gives_access_to_its_own_callback_only(visitor_client: VisitorClient) -> None:
    mine, yours = (
        visitor_client.request_callback(visitor_client.unused_number()),
        visitor_client.request_callback(visitor_client.unused_number()),
    )
    my_key = mine.headers["Location"].partition("?key=")[2]
    path = f"/v1/callbacks/{yours.json()['reference']}"

    for answer in (
        visitor_client.get(f"{path}?key={my_key}"),
        visitor_client.get(path),
        visitor_client.post(f"{path}/cancel?key={my_key}", None),
        visitor_client.post(f"{path}/move?key={my_key}", {"slot": None}),
    ):
        assert (answer.status, answer.json()["type"]) == (404, "/v1/problems/unknown-callback")
    assert visitor_client.get_status(yours)["status"] == "waiting"


def list_consents(database: Database) -> list[tuple[object, ...]]:
    """Each consent: its purpose, the version of its text, its source and its time."""
    with database.read() as connection:
        rows = select(Consent.purpose, Consent.text_version, Consent.source, Consent.given_at).order_by(Consent.id)
        return [tuple(row) for row in connection.execute(rows)]


def test_both_consents_are_stored_with_text_version_page_and_time(database: Database) -> None:
    page = "https://www.example.org/contact"
    with serve_public(database, clock=lambda: SUNDAY_NIGHT) as client:
        client.request_callback(consent_news=True, page=page)

    assert list_consents(database) == [
        (purpose, consents.VERSION, page, SUNDAY_NIGHT) for purpose in ("callback", "campaigning")
    ]


def test_a_consent_is_to_the_version_that_the_visitor_read(
    visitor_client: VisitorClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form was open while the text changed."""
    shown = re.findall('name="consent_version" value="([^"]+)"', visitor_client.get("/callback").data.decode())
    monkeypatch.setattr(callback_service, "VERSION", "2030-03")  # changed meanwhile

    fields = {"number": visitor_client.unused_number(), "consent_call": "on", "consent_version": shown[0]}
    assert visitor_client.submit_form("/callback", fields).status == 303
    assert visitor_client.request_callback(visitor_client.unused_number(), consent_version=shown[0]).status == 202
    assert visitor_client.request_callback(visitor_client.unused_number()).status == 202

    assert [version for _, version, *_ in list_consents(database)] == [consents.VERSION, consents.VERSION, "2030-03"]
