"""Events are sent to every endpoint, retried until they are delivered, and not delayed by another endpoint."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reception import wait_for
from webhook_receiver import AddEndpoint, CertificateAuthority, Reply, StartReceiver, WebhookReceiver

from records.database.engine import Database, open_database
from records.webhooks import endpoints, outbox
from records.webhooks.endpoints import EndpointStatus
from standardiste.settings import CHECKOUT
from webhooks import checks
from webhooks.delivery_loop import CLAIM_DURATION, DeliveryLoop
from webhooks.http_sender import ConnectionRules

CALLS = [f"1763757623.{number}" for number in range(60)]


def add_events(database: Database, *calls: str, kind: str = "call.started") -> None:
    with database.write() as connection:
        for call in calls:
            outbox.add_event(connection, kind, {"call": call, "number": "+33639980001"}, datetime.now(UTC))


def later(**delay: float) -> datetime:
    return datetime.now(UTC) + timedelta(**delay)


@contextmanager
def running_loop(database: Database, rules: ConnectionRules, at: datetime | None = None) -> Iterator[DeliveryLoop]:
    """A delivery loop that runs; `at`: the time on its clock, else the real one."""
    loop, over = DeliveryLoop(database, rules, lambda: at or datetime.now(UTC)), threading.Event()

    def start_due_regularly() -> None:
        while not over.wait(0.02):
            loop.start_due()

    thread = threading.Thread(target=start_due_regularly)
    thread.start()
    try:
        yield loop
    finally:
        over.set()
        thread.join()
        loop.stop(5)


@contextmanager
def sender_process(
    database_url: str, authority: CertificateAuthority, folder: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """`standardiste serve-webhooks` on this database; it is killed in the end."""
    environment = {
        "STANDARDISTE_VAR": str(folder / "var"),
        "STANDARDISTE_DATABASE_URL": database_url,
        "STANDARDISTE_WEBHOOK_AUTHORITIES": str(authority.certificate),
        "STANDARDISTE_WEBHOOK_ALLOW_LOOPBACK": "true",
    }
    command = [sys.executable, "-m", "standardiste", "serve-webhooks"]
    with subprocess.Popen(command, env=os.environ | environment, cwd=CHECKOUT) as sender:
        try:
            yield sender
        finally:
            sender.kill()


def endpoint_status(database: Database) -> EndpointStatus:
    (status,) = endpoints.list_endpoint_statuses(database)
    return status


def delivered_calls(receiver: WebhookReceiver, secret: str) -> list[str]:
    return [got.verified_payload(secret)["data"]["call"] for got in receiver.received]


def test_each_endpoint_gets_the_kinds_of_events_that_it_subscribed_to(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    everything, some, private = start_receiver(), start_receiver(), start_receiver()
    secrets = [
        add_endpoint(everything.url()),
        add_endpoint(some.url(), kinds=("callback.*", "call.ended")),
        add_endpoint(private.url(), kinds=("call.ended",), numbers=False),
    ]
    add_events(database, "1")
    add_events(database, "2", kind="call.ended")

    with running_loop(database, rules):
        wait_for(
            lambda: all(
                status.delivered and not status.waiting for status in endpoints.list_endpoint_statuses(database)
            ),
            "all to arrive",
        )

    assert delivered_calls(everything, secrets[0]) == ["1", "2"]
    assert delivered_calls(some, secrets[1]) == ["2"]
    (masked,) = private.received
    assert masked.verified_payload(secrets[2])["data"] == {"call": "2", "number": "+33*******01"}
    assert masked.id == some.received[0].id


def test_a_failed_event_is_sent_again_with_its_id_until_it_is_delivered(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    receiver = start_receiver(Reply(500), Reply(503), Reply())
    add_endpoint(receiver.url())
    add_events(database, "1")

    for tries, at in enumerate([None, later(seconds=10), later(minutes=10)], start=1):
        with running_loop(database, rules, at):
            wait_for(lambda tries=tries: len(receiver.received) == tries, f"try {tries}")

    assert (
        endpoint_status(database).delivered,
        endpoint_status(database).waiting,
        endpoint_status(database).error,
    ) == (1, 0, None)
    assert len({got.id for got in receiver.received}) == 1
    assert len({got.body for got in receiver.received}) == 1


def test_an_event_that_fails_for_three_days_is_given_up_and_can_be_replayed(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    receiver = start_receiver(*[Reply(500)] * 10, Reply())
    add_endpoint(receiver.url())
    add_events(database, "1")

    for tries in range(1, 11):
        with running_loop(database, rules, later(days=2 * tries)):
            wait_for(lambda tries=tries: len(receiver.received) == tries, f"try {tries}")
    assert (endpoint_status(database).given_up, endpoint_status(database).waiting) == (1, 0)
    (check,) = checks.check_endpoints(database, later(days=10))
    assert not check.ok
    assert "given up" in str(check.message)

    assert endpoints.replay_events(database, at=datetime.now(UTC), event_id=receiver.received[0].id) == 1
    with running_loop(database, rules):
        wait_for(lambda: endpoint_status(database).delivered, "the replayed event to arrive")
    assert len({got.id for got in receiver.received}) == 1
    assert all(check.ok for check in checks.check_endpoints(database, later(days=10)))


def test_an_endpoint_that_never_answers_does_not_delay_others(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    released = threading.Event()
    silent, broken, healthy = (
        start_receiver(Reply(before=lambda write: released.wait(60))),
        start_receiver(Reply(500)),
        start_receiver(),
    )
    for receiver in (silent, broken):
        add_endpoint(receiver.url())
    add_endpoint("https://hooks.example.org:1/nobody")
    secret = add_endpoint(healthy.url())
    add_events(database, *CALLS)

    with running_loop(database, rules):
        wait_for(lambda: len(healthy.received) == len(CALLS), "the healthy endpoint to get everything")
        assert len(silent.received) == 1
        released.set()

    assert delivered_calls(healthy, secret) == CALLS
    assert len(broken.received) < 5  # its back-off grows with each failure


def test_an_invalid_endpoint_stops_neither_the_others_nor_the_process(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    healthy = start_receiver()
    endpoints.add_endpoint(
        database, healthy.url(), "no secret at all", kinds=("*",), full_numbers=True, at=datetime.now(UTC)
    )
    endpoints.add_endpoint(database, "no url", "whsec_c2VjcmV0", kinds=("*",), full_numbers=True, at=datetime.now(UTC))
    secret = add_endpoint(healthy.url())
    add_events(database, "1", "2")

    with running_loop(database, rules):
        wait_for(lambda: len(healthy.received) == 2, "the healthy endpoint to get everything")

    assert delivered_calls(healthy, secret) == ["1", "2"]


def test_an_endpoint_that_is_gone_gets_no_more_events(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    receiver = start_receiver(Reply(410))
    add_endpoint(receiver.url())
    add_events(database, "1", "2")

    with running_loop(database, rules):
        wait_for(lambda: not endpoint_status(database).endpoint.enabled, "the endpoint to be stopped")
    with running_loop(database, rules, later(hours=1)) as loop:
        loop.start_due()

    assert len(receiver.received) == 1
    (check,) = checks.check_endpoints(database, datetime.now(UTC))
    assert "wants no more" in str(check.message)


def test_two_senders_send_each_event_once(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    receiver = start_receiver()
    add_endpoint(receiver.url())
    second = open_database(database.url.render_as_string(hide_password=False))
    add_events(database, *CALLS)

    with running_loop(database, rules), running_loop(second, rules):
        wait_for(lambda: endpoint_status(database).delivered == len(CALLS), "all to arrive")

    second.close()
    assert set(Counter(got.id for got in receiver.received).values()) == {1}
    assert len({got.port for got in receiver.received}) > 1  # both senders sent some


def test_an_event_whose_sender_was_killed_is_sent_again_with_the_same_id(
    database: Database,
    database_url: str,
    start_receiver: StartReceiver,
    add_endpoint: AddEndpoint,
    rules: ConnectionRules,
    authority: CertificateAuthority,
    tmp_path: Path,
) -> None:
    released = threading.Event()
    receiver = start_receiver(Reply(before=lambda write: released.wait(60)), Reply())
    secret = add_endpoint(receiver.url("localhost"))
    add_events(database, "1")
    with sender_process(database_url, authority, tmp_path):  # which kills it at the end
        wait_for(lambda: receiver.received, "the process to send", 20)
    released.set()

    with running_loop(database, rules):  # the claim of the dead process has not expired yet
        wait_for(lambda: endpoint_status(database).waiting, "the event to be waiting still")
    with running_loop(database, rules, datetime.now(UTC) + CLAIM_DURATION):
        wait_for(lambda: endpoint_status(database).delivered, "the event to arrive")

    assert delivered_calls(receiver, secret) == ["1", "1"]
    assert len({got.id for got in receiver.received}) == 1


def test_the_process_sends_and_ends_on_sigterm(
    database: Database,
    database_url: str,
    start_receiver: StartReceiver,
    add_endpoint: AddEndpoint,
    authority: CertificateAuthority,
    tmp_path: Path,
) -> None:
    receiver = start_receiver()
    add_endpoint(receiver.url("localhost"))
    add_events(database, "1")
    with sender_process(database_url, authority, tmp_path) as sender:
        wait_for(lambda: endpoint_status(database).delivered, "the process to deliver", 20)

        sender.terminate()

        assert sender.wait(10) == 0
