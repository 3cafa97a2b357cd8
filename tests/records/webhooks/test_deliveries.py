"""One sender at a time claims a delivery, however many senders there are."""

import threading
from datetime import UTC, datetime, timedelta

from records.database.engine import Database
from records.webhooks import deliveries, endpoints, outbox

SENDERS = 4
EVENTS = 80


def add_endpoint(database: Database, noon: datetime) -> int:
    return endpoints.add_endpoint(
        database, "https://hooks.example.org/", "whsec_c2VjcmV0", kinds=("*",), full_numbers=True, at=noon
    ).id


def add_event(database: Database, at: datetime, *kinds: str) -> None:
    with database.write() as connection:
        for kind in kinds:
            outbox.add_event(connection, kind, {}, at)


def test_two_senders_never_claim_the_same_delivery(database: Database, noon: datetime) -> None:
    endpoint = add_endpoint(database, noon)
    add_event(database, noon, *["call.started"] * EVENTS)
    claimed: list[str] = []

    def send() -> None:
        while one := deliveries.claim_delivery(database, endpoint, at=noon, until=noon + timedelta(minutes=2)):
            claimed.append(one.event.id)

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(claimed) == len(set(claimed)) == EVENTS


def test_the_delivery_of_a_dead_sender_is_due_again_when_its_claim_expires(database: Database, noon: datetime) -> None:
    endpoint, until = add_endpoint(database, noon), noon + timedelta(minutes=2)
    add_event(database, noon, "call.started")

    first = deliveries.claim_delivery(database, endpoint, at=noon, until=until)
    assert deliveries.claim_delivery(database, endpoint, at=noon, until=until) is None
    assert deliveries.find_due_endpoints(database, noon) == ()
    again = deliveries.claim_delivery(database, endpoint, at=until, until=until + timedelta(minutes=2))

    assert first and again
    assert (again.event, first.attempts, again.attempts) == (first.event, 1, 2)


def test_a_late_result_of_a_sender_changes_nothing(database: Database, noon: datetime) -> None:
    endpoint, until = add_endpoint(database, noon), noon + timedelta(minutes=2)
    add_event(database, noon, "call.started")
    late = deliveries.claim_delivery(database, endpoint, at=noon, until=until)
    other = deliveries.claim_delivery(database, endpoint, at=until, until=until + timedelta(minutes=2))
    assert late and other

    deliveries.mark_failed(database, late, "It answered 500.", retry_at=None)
    assert [(one.waiting, one.given_up, one.error) for one in endpoints.list_endpoint_statuses(database)] == [
        (1, 0, None)
    ]

    deliveries.mark_delivered(database, other, until)
    deliveries.mark_failed(database, other, "It answered 500.", retry_at=until)
    assert [(one.delivered, one.waiting, one.error) for one in endpoints.list_endpoint_statuses(database)] == [
        (1, 0, None)
    ]


def test_a_failed_delivery_comes_after_those_that_are_due_longer(database: Database, noon: datetime) -> None:
    endpoint = add_endpoint(database, noon)
    add_event(database, noon, "call.started", "call.ended")
    first = deliveries.claim_delivery(database, endpoint, at=noon, until=noon + timedelta(minutes=2))
    assert first
    deliveries.mark_failed(database, first, "It answered 500.", retry_at=noon + timedelta(seconds=5))

    (standing,) = endpoints.list_endpoint_statuses(database)
    assert (standing.waiting, standing.oldest, standing.error) == (2, noon, "It answered 500.")
    next_ = deliveries.claim_delivery(
        database, endpoint, at=noon + timedelta(minutes=1), until=datetime(2030, 1, 1, tzinfo=UTC)
    )
    assert next_
    assert next_.event.kind != first.event.kind


def test_nothing_is_claimed_for_a_disabled_endpoint(database: Database, noon: datetime) -> None:
    endpoint = add_endpoint(database, noon)
    add_event(database, noon, "call.started")

    endpoints.disable_endpoint(database, endpoint)

    assert deliveries.find_due_endpoints(database, noon) == ()
    assert deliveries.claim_delivery(database, endpoint, at=noon, until=noon) is None
    assert endpoints.replay_events(database, since=noon, at=noon) == 0
