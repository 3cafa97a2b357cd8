"""Events about contacts and requests: committed with the change, without what they say, and none of the mediator's."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from inquiries import request_of, write_inquiry
from recorded_calls import record_call
from sqlalchemy import select

from records.actor import Actor, command_line_actor
from records.callbacks import do_not_call, staff_request
from records.callbacks.do_not_call import DoNotCallSource
from records.callbacks.staff_request import PersonToCall
from records.contacts import card_changes, consents, households, notes
from records.contacts.card_changes import CardFields
from records.contacts.duplicates import decisions
from records.database.engine import Database
from records.errors import RecordsError
from records.inbox import inbox, treatment
from records.inbox.treatment import Sorting
from records.requests import requests
from records.requests.requests import RequestKind
from records.retention import erasure
from records.schema import OutboxEvent
from records.webhooks import endpoints
from routing.access.permissions import Role

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
ANNE = "+33639980001"
WHO = command_line_actor("test")
MEDIATOR = Actor(None, Role.MEDIATOR, "M")

Events = list[tuple[str, dict[str, Any]]]


@pytest.fixture(autouse=True)
def receiver(database: Database) -> None:
    kinds = ("contact.*", "request.*")
    endpoints.add_endpoint(
        database, "https://hooks.example.org/", "whsec_c2VjcmV0", kinds=kinds, full_numbers=True, at=NOON
    )


def list_events(database: Database, since: int = 0) -> Events:
    """In their order, behind the first `since`."""
    rows = select(OutboxEvent.kind, OutboxEvent.data).order_by(OutboxEvent.at, OutboxEvent.kind)
    with database.read() as connection:
        return [(row.kind, row.data) for row in connection.execute(rows)][since:]


def minutes(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


def add_request(database: Database, ref: str = "1.1") -> int:
    who = record_call(database, ref, NOON, ANNE)
    return requests.open_request(
        database, RequestKind.MISSED, call_ref=ref, contact_id=who.contact_id, line_id=who.line_id, at=NOON
    ).id


def test_what_happens_to_a_card_is_told_by_its_number_and_never_by_what_it_says(database: Database) -> None:
    caller = record_call(database, "1.1", NOON, ANNE).contact_id
    fields = CardFields(name="Canary Lefèvre", emails=("canary@example.org",))
    card = card_changes.create_card(database, WHO, fields, [ANNE], at=minutes(1))
    renamed = CardFields(name="Canary Leroy", emails=("canary@example.org",), city="Canaryville")
    card_changes.change_card(database, WHO, card.id, base=fields, wanted=renamed, at=minutes(2))
    notes.add_note(database, WHO, card.id, "canary", at=minutes(3))
    given = consents.NewConsent("campaigning", "canary", "canary")
    consents.add_consent(database, WHO, card.id, given, at=minutes(4))
    do_not_call.add_by_staff(database, WHO, card.id, ANNE, DoNotCallSource.LETTER, at=minutes(5))
    assert caller is not None
    merge = decisions.merge_contacts(database, WHO, card.id, caller, at=minutes(6))
    decisions.separate_contacts(database, WHO, merge, at=minutes(7))
    erasure.erase_contact(database, WHO, card.id, at=minutes(8))
    told = list_events(database)
    assert told == [
        ("contact.created", {"contact": caller}),
        ("contact.created", {"contact": card.id}),
        ("contact.changed", {"contact": card.id, "fields": ["name", "city"]}),
        ("contact.changed", {"contact": card.id, "fields": ["note"]}),
        ("contact.changed", {"contact": card.id, "fields": ["consent"]}),
        ("contact.changed", {"contact": card.id, "fields": ["do_not_call"]}),
        ("contact.merged", {"contact": card.id, "absorbed": caller}),
        *(("contact.changed", {"contact": each, "fields": ["merge"]}) for each in (card.id, caller)),
        ("contact.erased", {"contact": card.id}),
    ]
    assert "canary" not in json.dumps(told).lower() and ANNE not in json.dumps(told)


def test_a_change_that_fails_is_told_to_nobody(database: Database) -> None:
    with pytest.raises(RecordsError):
        card_changes.create_card(database, WHO, CardFields(emails=("none",)), [], at=NOON)
    assert list_events(database) == []


def test_a_request_is_told_from_its_opening_to_its_end(database: Database) -> None:
    request_id = add_request(database)
    opened = list_events(database)
    assert [kind for kind, _ in opened] == ["contact.created", "request.opened"]
    about = {"request": request_id, "kind": "missed", "contact": opened[0][1]["contact"]}
    about |= {"call": "1.1", "callback": None}
    assert opened[1][1] == about | {"level": 1}
    inbox.take_request(database, WHO, request_id, at=minutes(1))
    inbox.release_request(database, WHO, request_id, at=minutes(2))
    treatment.move_due(database, WHO, request_id, minutes(99), reason="canary", at=minutes(3))
    sorting = Sorting("canary", "canary", 2, minutes(98))
    treatment.sort_request(database, WHO, request_id, sorting, at=minutes(4))
    inbox.close_request(database, WHO, request_id, "answered", note="canary", at=minutes(5))
    treatment.reopen_request(database, WHO, request_id, at=minutes(6))
    told = list_events(database, since=2)
    assert [(kind, data["level"], sorted(data.get("fields", []))) for kind, data in told[:3]] == [
        ("request.changed", 1, ["owner"]),
        ("request.changed", 1, ["owner"]),
        ("request.changed", 1, ["due_at"]),
    ]
    assert sorted(field for _, data in told[3:-2] for field in data["fields"]) == ["level", "subject", "topic"]
    assert told[-2:] == [("request.closed", about | {"level": 2}), ("request.reopened", about | {"level": 2})]
    assert "canary" not in json.dumps(told)


def test_a_callback_is_told_as_a_request_too_with_its_reference(database: Database) -> None:
    card = record_call(database, "1.1", NOON, ANNE).contact_id
    person = PersonToCall(ANNE, "+33199000000", "fr", contact_id=card)
    ref = staff_request.request_callback(database, WHO, person, at=minutes(1))
    (waiting,) = requests.list_open_requests(database)
    inbox.close_request(database, WHO, waiting.id, "answered", note=None, at=minutes(2))
    told = [(kind, data["callback"]) for kind, data in list_events(database) if kind.startswith("request.")]
    assert told == [("request.opened", ref), ("request.closed", ref)]


def test_who_called_of_a_household_is_told_with_the_requests_of_the_call_but_not_with_the_mediators(
    database: Database,
) -> None:
    call = record_call(database, "1.1", NOON, ANNE)
    who = {"contact_id": call.contact_id, "line_id": call.line_id}
    missed, voicemail = (
        requests.open_request(database, kind, call_ref="1.1", **who, at=NOON).id
        for kind in (RequestKind.MISSED, RequestKind.VOICEMAIL)
    )
    treatment.hand_to_level(database, MEDIATOR, voicemail, 3, note="canary", at=minutes(1))
    other = households.add_person(database, WHO, ANNE, "Canary", at=minutes(2)).id
    before = len(list_events(database))
    households.set_caller(database, WHO, "1.1", other, at=minutes(3))
    told, changed = list_events(database, since=before)
    assert told == ("contact.caller", {"contact": other, "call": "1.1"})
    assert (changed[0], changed[1]["request"], changed[1]["fields"]) == ("request.changed", missed, ["contact"])
    assert changed[1]["contact"] == other


def test_somebody_who_writes_in_the_form_is_told_as_a_card_and_a_request(database: Database) -> None:
    inquiry = write_inquiry(database, "Canary", at=NOON)
    (made, card), (opened, request) = list_events(database)
    assert (made, opened, request["request"]) == ("contact.created", "request.opened", request_of(database, inquiry))
    assert (request["kind"], request["contact"], request["call"]) == ("inquiry", card["contact"], None)


@pytest.mark.parametrize("way", ["topic", "level"])
def test_nothing_is_told_of_what_becomes_the_mediators(database: Database, way: str) -> None:
    request_id = add_request(database)
    before = len(list_events(database))
    if way == "topic":
        sorting = Sorting("Canary", "mediation", 3, None)
        treatment.sort_request(database, WHO, request_id, sorting, at=minutes(1))
    else:
        treatment.hand_to_level(database, WHO, request_id, 3, note="canary", at=minutes(1))
    treatment.add_note(database, MEDIATOR, request_id, "canary", at=minutes(2))
    inbox.close_request(database, MEDIATOR, request_id, "answered", note=None, at=minutes(3))
    treatment.reopen_request(database, MEDIATOR, request_id, at=minutes(4))
    assert list_events(database, since=before) == []
