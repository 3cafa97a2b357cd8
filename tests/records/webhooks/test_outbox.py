"""Events for external programs: committed with what happened, and only where an endpoint receives them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from recorded_calls import record_call
from sqlalchemy import func, select

from records.call_events import CallEvent, CallEventKind, Disposition
from records.callbacks import transitions
from records.calls import calls
from records.centres import outcomes
from records.database.engine import Database
from records.errors import NotFound
from records.messages import message_versions
from records.messages.draft_types import AirPeriod
from records.messages.message_audio import Audio
from records.schema import OutboxEvent, WebhookDelivery
from records.webhooks import deliveries, endpoints, outbox

REF = "1763757623.12"
CALLER = "+33639980001"
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def add_endpoint(database: Database, *kinds: str) -> int:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    return endpoints.add_endpoint(
        database, "https://hooks.example.org/", "whsec_c2VjcmV0", kinds=kinds, full_numbers=True, at=at
    ).id


def add_event(database: Database, kind: str, at: datetime) -> None:
    with database.write() as connection:
        outbox.add_event(connection, kind, {"number": CALLER}, at)


def called(database: Database, at: datetime, *events: CallEvent) -> None:
    record_call(database, REF, at, CALLER)
    calls.add_events(database, REF, events)
    calls.close_call(database, REF, at=at + timedelta(seconds=42), disposition=None, cause="16")


def list_events(database: Database) -> list[tuple[str, dict[str, Any]]]:
    rows = select(OutboxEvent.kind, OutboxEvent.data).order_by(OutboxEvent.at, OutboxEvent.kind)
    with database.read() as connection:
        return [(row.kind, row.data) for row in connection.execute(rows)]


def count(database: Database, table: type[OutboxEvent] | type[WebhookDelivery]) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def sent(database: Database, endpoint: int, at: datetime = LATER) -> list[str]:
    """Marks everything that is due to the endpoint as delivered; gives the kinds in order."""
    found = []
    while claimed := deliveries.claim_delivery(database, endpoint, at=at, until=at + timedelta(minutes=2)):
        deliveries.mark_delivered(database, claimed, at)
        found.append(claimed.event.kind)
    return found


def test_a_transaction_that_fails_adds_no_event(database: Database, noon: datetime) -> None:
    endpoint = add_endpoint(database, "*")

    with pytest.raises(RuntimeError), database.write() as connection:
        outbox.add_event(connection, "callback.accepted", {}, noon)
        raise RuntimeError

    assert (count(database, OutboxEvent), sent(database, endpoint)) == (0, [])


def test_each_endpoint_receives_its_kinds_from_then_on(database: Database, noon: datetime) -> None:
    add_event(database, "call.ended", noon)
    everything, some, one = (
        add_endpoint(database, "*"),
        add_endpoint(database, "callback.*", "call.ended"),
        add_endpoint(database, "call.started"),
    )
    for second, kind in enumerate(["call.started", "callback.accepted", "call.ended"]):
        add_event(database, kind, noon + timedelta(seconds=second))

    assert sent(database, everything) == ["call.started", "callback.accepted", "call.ended"]
    assert sent(database, some) == ["callback.accepted", "call.ended"]
    assert sent(database, one) == ["call.started"]


def test_a_call_has_events_from_beginning_to_end(database: Database, noon: datetime) -> None:
    add_endpoint(database, "call.*")
    answer = CallEvent(noon + timedelta(seconds=9), CallEventKind.STAFF_ANSWERED, {"phone": "p01", "waited": 7.5})

    called(database, noon, CallEvent(noon, CallEventKind.GREETED), answer)

    who = {"call": REF, "number": CALLER, "public_number": "+33199000000", "language": "fr"}
    assert list_events(database) == [
        ("call.started", who),
        ("call.answered", who | {"by": "staff", "waited_s": 7.5}),
        ("call.ended", who | {"ending": "staff", "seconds": 42.0}),
    ]


def test_an_outcome_of_a_centre_is_told_without_its_content(database: Database, noon: datetime) -> None:
    dialled = CallEvent(noon, CallEventKind.CENTRE_DIALLED, {"centre": "north", "reference": "a" * 32})
    called(database, noon, dialled)
    given = outcomes.find_given_call(database, "north", "a" * 32)
    assert given is not None
    outcomes.report_outcome(database, given.handoff_id, "answered", None, by="North", at=noon)
    add_endpoint(database, "call.outcome")
    for _ in range(2):  # the same again is no event
        outcomes.report_outcome(database, given.handoff_id, "answered", "Anne", by="North", at=noon)
    assert list_events(database) == [("call.outcome", {"call": REF, "centre": "north", "reference": "a" * 32})]


def test_a_corrected_disposition_adds_another_event(database: Database, noon: datetime) -> None:
    add_endpoint(database, "call.ended")
    called(database, noon)
    called(database, noon)  # the same end, reported by another source
    calls.add_events(
        database, REF, [CallEvent(noon, CallEventKind.MESSAGE_HEARD, {"version": 1, "seconds": 30, "whole": True})]
    )

    assert [data["ending"] for _, data in list_events(database)] == [Disposition.ABANDONED, Disposition.MESSAGE_HEARD]


@pytest.mark.parametrize("kinds", [(), ("callback.*", "message.published")])
def test_without_an_endpoint_a_call_adds_no_event(database: Database, noon: datetime, kinds: tuple[str, ...]) -> None:
    if kinds:
        add_endpoint(database, *kinds)

    called(database, noon, CallEvent(noon, CallEventKind.STAFF_ANSWERED, {"phone": "p01"}))

    assert list_events(database) == []


def test_a_withheld_number_is_none_in_events(database: Database, noon: datetime) -> None:
    add_endpoint(database, "call.started")

    record_call(database, REF, noon, CALLER, withheld=True, public_number=None, language="en")

    assert [data["number"] for _, data in list_events(database)] == [None]


def test_publishing_and_rolling_back_a_message_add_events(database: Database, noon: datetime) -> None:
    for number in (1, 2):
        message_versions.publish_message(
            database,
            message_versions.NewMessage("daily", f"Message {number}", AirPeriod(), "anne"),
            Audio(f"{number}" * 64, 12.0, "audio/wav", "message.wav"),
            at=noon + timedelta(hours=number),
        )
    message_versions.roll_back_message(database, "daily", by="anne", at=noon + timedelta(hours=3))

    events = list_events(database)
    assert [kind for kind, _ in events] == ["message.published"] * 3
    assert [(data["version"], data["text"], data["replaces"]) for _, data in events] == [
        (1, "Message 1", None),
        (2, "Message 2", 1),
        (3, "Message 1", 2),
    ]
    assert events[0][1]["valid_from"] == "2025-03-03T13:00:00+00:00"


def test_an_endpoint_can_subscribe_to_every_event_of_a_callback() -> None:
    assert {"callback.accepted", *transitions.EVENT_BY_STATE.values()} == {
        k for k in outbox.KINDS if k.startswith("callback")
    }


def test_a_replay_also_sends_to_endpoints_that_were_added_later(database: Database, noon: datetime) -> None:
    first = add_endpoint(database, "*")
    for hour, kind in enumerate(["call.started", "call.ended", "callback.accepted"]):
        add_event(database, kind, noon + timedelta(hours=hour))
    sent(database, first)
    second = add_endpoint(database, "call.*")

    assert endpoints.replay_events(database, since=noon + timedelta(hours=1), at=LATER) == 3

    assert sent(database, first) == ["call.ended", "callback.accepted"]
    assert sent(database, second) == ["call.ended"]
    assert endpoints.replay_events(database, since=noon, to=second, at=LATER) == 2


def test_one_event_is_replayed_under_its_own_id(database: Database, noon: datetime) -> None:
    endpoint = add_endpoint(database, "*")
    add_event(database, "call.ended", noon)
    claimed = deliveries.claim_delivery(database, endpoint, at=noon, until=LATER)
    assert claimed
    deliveries.mark_failed(database, claimed, "It answered 500.", retry_at=None)
    assert deliveries.find_due_endpoints(database, LATER) == ()

    assert endpoints.replay_events(database, event_id=claimed.event.id, at=LATER) == 1

    again = deliveries.claim_delivery(database, endpoint, at=LATER, until=LATER + timedelta(minutes=1))
    assert again
    assert (again.event, again.attempts) == (claimed.event, 1)


def test_an_unknown_event_or_endpoint_cannot_be_replayed(database: Database, noon: datetime) -> None:
    with pytest.raises(NotFound, match="no event evt_none"):
        endpoints.replay_events(database, event_id="evt_none", at=noon)
    with pytest.raises(NotFound, match="no webhook 7"):
        endpoints.replay_events(database, since=noon, to=7, at=noon)


def test_old_events_are_purged_delivered_or_not(database: Database, noon: datetime) -> None:
    endpoint = add_endpoint(database, "*")
    add_event(database, "call.started", noon - timedelta(days=31))
    add_event(database, "call.ended", noon)

    assert endpoints.purge_events(database, noon - timedelta(days=30)) == 1

    assert sent(database, endpoint) == ["call.ended"]
    assert (count(database, OutboxEvent), count(database, WebhookDelivery)) == (1, 1)


def test_more_old_events_than_a_batch_are_purged(
    database: Database, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "PURGE_BATCH", 2)
    add_endpoint(database, "*")
    for days in (31, 40, 50, 60, 1):
        add_event(database, "call.ended", noon - timedelta(days=days))

    assert endpoints.purge_events(database, noon - timedelta(days=30)) == 4

    assert (count(database, OutboxEvent), count(database, WebhookDelivery)) == (1, 1)


def test_a_removed_endpoint_leaves_no_deliveries_and_does_not_affect_others(database: Database, noon: datetime) -> None:
    gone, stays = add_endpoint(database, "*"), add_endpoint(database, "*")
    add_event(database, "call.started", noon)

    endpoints.remove_endpoint(database, gone)

    add_event(database, "call.ended", noon)
    assert [standing.endpoint.id for standing in endpoints.list_endpoint_statuses(database)] == [stays]
    assert sent(database, stays) == ["call.started", "call.ended"]
    with pytest.raises(NotFound, match=f"no webhook {gone}"):
        endpoints.remove_endpoint(database, gone)
