"""Each event is one sender's at a time, however many there are."""

import threading
from datetime import UTC, datetime, timedelta

from records import outbox, webhook_deliveries, webhooks
from records.base import Base

SENDERS = 4
EVENTS = 80


def listening(base: Base, noon: datetime) -> int:
    return webhooks.add(base, "https://hooks.example.org/", "whsec_c2VjcmV0", kinds=("*",), numbers=True, at=noon).id


def put(base: Base, at: datetime, *kinds: str) -> None:
    with base.write() as connection:
        for kind in kinds:
            outbox.put(connection, kind, {}, at)


def test_senders_at_once_never_claim_the_same(base: Base, noon: datetime) -> None:
    endpoint = listening(base, noon)
    put(base, noon, *["call.started"] * EVENTS)
    claimed: list[str] = []

    def send() -> None:
        while one := webhook_deliveries.claim(base, endpoint, at=noon, until=noon + timedelta(minutes=2)):
            claimed.append(one.event.id)

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(claimed) == len(set(claimed)) == EVENTS


def test_what_a_dead_sender_held_is_due_again_when_its_claim_is_over(base: Base, noon: datetime) -> None:
    endpoint, until = listening(base, noon), noon + timedelta(minutes=2)
    put(base, noon, "call.started")

    first = webhook_deliveries.claim(base, endpoint, at=noon, until=until)
    assert webhook_deliveries.claim(base, endpoint, at=noon, until=until) is None
    assert webhook_deliveries.due(base, noon) == ()
    again = webhook_deliveries.claim(base, endpoint, at=until, until=until + timedelta(minutes=2))

    assert first and again
    assert (again.event, first.attempts, again.attempts) == (first.event, 1, 2)


def test_a_sender_that_wakes_up_late_undoes_nothing(base: Base, noon: datetime) -> None:
    endpoint, until = listening(base, noon), noon + timedelta(minutes=2)
    put(base, noon, "call.started")
    late = webhook_deliveries.claim(base, endpoint, at=noon, until=until)
    other = webhook_deliveries.claim(base, endpoint, at=until, until=until + timedelta(minutes=2))
    assert late and other

    webhook_deliveries.failed(base, late, "It answered 500.", again=None)
    assert [(one.waiting, one.given_up, one.error) for one in webhooks.standings(base)] == [(1, 0, None)]

    webhook_deliveries.delivered(base, other, until)
    webhook_deliveries.failed(base, other, "It answered 500.", again=until)
    assert [(one.delivered, one.waiting, one.error) for one in webhooks.standings(base)] == [(1, 0, None)]


def test_what_failed_comes_after_what_is_due_longer(base: Base, noon: datetime) -> None:
    endpoint = listening(base, noon)
    put(base, noon, "call.started", "call.ended")
    first = webhook_deliveries.claim(base, endpoint, at=noon, until=noon + timedelta(minutes=2))
    assert first
    webhook_deliveries.failed(base, first, "It answered 500.", again=noon + timedelta(seconds=5))

    (standing,) = webhooks.standings(base)
    assert (standing.waiting, standing.oldest, standing.error) == (2, noon, "It answered 500.")
    next_ = webhook_deliveries.claim(
        base, endpoint, at=noon + timedelta(minutes=1), until=datetime(2030, 1, 1, tzinfo=UTC)
    )
    assert next_
    assert next_.event.kind != first.event.kind


def test_nothing_is_claimed_for_who_wants_no_more(base: Base, noon: datetime) -> None:
    endpoint = listening(base, noon)
    put(base, noon, "call.started")

    webhooks.disable(base, endpoint)

    assert webhook_deliveries.due(base, noon) == ()
    assert webhook_deliveries.claim(base, endpoint, at=noon, until=noon) is None
    assert webhooks.replay(base, since=noon, at=noon) == 0
