"""What programs outside are told: with what happened or not at all, and only where somebody hears it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from arrivals import arrived
from sqlalchemy import func, select

from records import callback_moves, calls, messages, outbox, webhook_deliveries, webhooks
from records.base import Base
from records.errors import NotFound
from records.events import CallEvent, CallEventKind, Ending
from records.messages import Audio
from records.schema import OutboxEvent, WebhookDelivery

REF = "1763757623.12"
CALLER = "+33639980001"
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def listen(base: Base, *kinds: str) -> int:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    return webhooks.add(base, "https://hooks.example.org/", "whsec_c2VjcmV0", kinds=kinds, numbers=True, at=at).id


def put(base: Base, kind: str, at: datetime) -> None:
    with base.write() as connection:
        outbox.put(connection, kind, {"number": CALLER}, at)


def called(base: Base, at: datetime, *events: CallEvent) -> None:
    arrived(base, REF, at, CALLER)
    calls.note(base, REF, events)
    calls.close_call(base, REF, at=at + timedelta(seconds=42), ending=None, cause="16")


def told(base: Base) -> list[tuple[str, dict[str, Any]]]:
    rows = select(OutboxEvent.kind, OutboxEvent.data).order_by(OutboxEvent.at, OutboxEvent.kind)
    with base.read() as connection:
        return [(row.kind, row.data) for row in connection.execute(rows)]


def count(base: Base, table: type[OutboxEvent] | type[WebhookDelivery]) -> int:
    with base.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def sent(base: Base, endpoint: int, at: datetime = LATER) -> list[str]:
    """The kinds of everything that is due to it, in order; taken as delivered."""
    found = []
    while claimed := webhook_deliveries.claim(base, endpoint, at=at, until=at + timedelta(minutes=2)):
        webhook_deliveries.delivered(base, claimed, at)
        found.append(claimed.event.kind)
    return found


def test_a_transaction_that_fails_tells_nothing(base: Base, noon: datetime) -> None:
    endpoint = listen(base, "*")

    with pytest.raises(RuntimeError), base.write() as connection:
        outbox.put(connection, "callback.accepted", {}, noon)
        raise RuntimeError

    assert (count(base, OutboxEvent), sent(base, endpoint)) == (0, [])


def test_each_endpoint_is_told_the_kinds_it_asked_for_from_then_on(base: Base, noon: datetime) -> None:
    put(base, "call.ended", noon)
    everything, some, one = listen(base, "*"), listen(base, "callback.*", "call.ended"), listen(base, "call.started")
    for second, kind in enumerate(["call.started", "callback.accepted", "call.ended"]):
        put(base, kind, noon + timedelta(seconds=second))

    assert sent(base, everything) == ["call.started", "callback.accepted", "call.ended"]
    assert sent(base, some) == ["callback.accepted", "call.ended"]
    assert sent(base, one) == ["call.started"]


def test_a_call_is_told_from_beginning_to_end(base: Base, noon: datetime) -> None:
    listen(base, "call.*")
    answer = CallEvent(noon + timedelta(seconds=9), CallEventKind.STAFF_ANSWERED, {"phone": "p01", "waited": 7.5})

    called(base, noon, CallEvent(noon, CallEventKind.GREETED), answer)

    who = {"call": REF, "number": CALLER, "public_number": "+33199000000", "language": "fr"}
    assert told(base) == [
        ("call.started", who),
        ("call.answered", who | {"by": "staff", "waited_s": 7.5}),
        ("call.ended", who | {"ending": "staff", "seconds": 42.0}),
    ]


def test_an_ending_known_better_later_is_told_again(base: Base, noon: datetime) -> None:
    listen(base, "call.ended")
    called(base, noon)
    called(base, noon)  # the same end, told by another witness
    calls.note(base, REF, [CallEvent(noon, CallEventKind.MESSAGE_HEARD, {"version": 1, "seconds": 30, "whole": True})])

    assert [data["ending"] for _, data in told(base)] == [Ending.ABANDONED, Ending.MESSAGE_HEARD]


@pytest.mark.parametrize("kinds", [(), ("callback.*", "message.published")])
def test_a_call_that_nobody_hears_of_writes_nothing(base: Base, noon: datetime, kinds: tuple[str, ...]) -> None:
    if kinds:
        listen(base, *kinds)

    called(base, noon, CallEvent(noon, CallEventKind.STAFF_ANSWERED, {"phone": "p01"}))

    assert told(base) == []


def test_a_withheld_number_is_told_as_none(base: Base, noon: datetime) -> None:
    listen(base, "call.started")

    arrived(base, REF, noon, CALLER, withheld=True, public_number=None, language="en")

    assert [data["number"] for _, data in told(base)] == [None]


def test_a_message_is_told_when_it_is_published_and_put_back(base: Base, noon: datetime) -> None:
    for number in (1, 2):
        messages.publish(
            base,
            slot="daily",
            audio=Audio(f"{number}" * 64, 12.0, "audio/wav", "message.wav"),
            text=f"Message {number}",
            valid_from=noon + timedelta(hours=number),
            valid_until=None,
            by="anne",
            at=noon + timedelta(hours=number),
        )
    messages.roll_back(base, "daily", by="anne", at=noon + timedelta(hours=3))

    events = told(base)
    assert [kind for kind, _ in events] == ["message.published"] * 3
    assert [(data["version"], data["text"], data["replaces"]) for _, data in events] == [
        (1, "Message 1", None),
        (2, "Message 2", 1),
        (3, "Message 1", 2),
    ]
    assert events[0][1]["valid_from"] == "2025-03-03T13:00:00+00:00"


def test_every_event_of_a_callback_can_be_asked_for() -> None:
    assert {"callback.accepted", *callback_moves.EVENTS.values()} == {
        k for k in outbox.KINDS if k.startswith("callback")
    }


def test_replaying_since_a_moment_sends_again_and_to_those_who_came_later(base: Base, noon: datetime) -> None:
    first = listen(base, "*")
    for hour, kind in enumerate(["call.started", "call.ended", "callback.accepted"]):
        put(base, kind, noon + timedelta(hours=hour))
    sent(base, first)
    second = listen(base, "call.*")

    assert webhooks.replay(base, since=noon + timedelta(hours=1), at=LATER) == 3

    assert sent(base, first) == ["call.ended", "callback.accepted"]
    assert sent(base, second) == ["call.ended"]
    assert webhooks.replay(base, since=noon, to=second, at=LATER) == 2


def test_one_event_is_replayed_under_its_own_id(base: Base, noon: datetime) -> None:
    endpoint = listen(base, "*")
    put(base, "call.ended", noon)
    claimed = webhook_deliveries.claim(base, endpoint, at=noon, until=LATER)
    assert claimed
    webhook_deliveries.failed(base, claimed, "It answered 500.", again=None)
    assert webhook_deliveries.due(base, LATER) == ()

    assert webhooks.replay(base, event_id=claimed.event.id, at=LATER) == 1

    again = webhook_deliveries.claim(base, endpoint, at=LATER, until=LATER + timedelta(minutes=1))
    assert again
    assert (again.event, again.attempts) == (claimed.event, 1)


def test_what_is_not_there_cannot_be_replayed(base: Base, noon: datetime) -> None:
    with pytest.raises(NotFound, match="no event evt_none"):
        webhooks.replay(base, event_id="evt_none", at=noon)
    with pytest.raises(NotFound, match="no webhook 7"):
        webhooks.replay(base, since=noon, to=7, at=noon)


def test_old_events_are_forgotten_arrived_or_not(base: Base, noon: datetime) -> None:
    endpoint = listen(base, "*")
    put(base, "call.started", noon - timedelta(days=31))
    put(base, "call.ended", noon)

    assert webhooks.purge(base, noon - timedelta(days=30)) == 1

    assert sent(base, endpoint) == ["call.ended"]
    assert (count(base, OutboxEvent), count(base, WebhookDelivery)) == (1, 1)


def test_who_is_removed_leaves_nothing_and_disturbs_nobody(base: Base, noon: datetime) -> None:
    gone, stays = listen(base, "*"), listen(base, "*")
    put(base, "call.started", noon)

    webhooks.remove(base, gone)

    put(base, "call.ended", noon)
    assert [standing.endpoint.id for standing in webhooks.standings(base)] == [stays]
    assert sent(base, stays) == ["call.started", "call.ended"]
    with pytest.raises(NotFound, match=f"no webhook {gone}"):
        webhooks.remove(base, gone)
