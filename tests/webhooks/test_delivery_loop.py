"""Events on their way: to every endpoint, again until they arrive, and never held up by a neighbour."""

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


def happen(database: Database, *calls: str, kind: str = "call.started") -> None:
    with database.write() as connection:
        for call in calls:
            outbox.add_event(connection, kind, {"call": call, "number": "+33639980001"}, datetime.now(UTC))


def later(**much: float) -> datetime:
    return datetime.now(UTC) + timedelta(**much)


@contextmanager
def going(database: Database, rules: ConnectionRules, at: datetime | None = None) -> Iterator[DeliveryLoop]:
    """Rounds under way; `at`: as if it were that time."""
    rounds, over = DeliveryLoop(database, rules, lambda: at or datetime.now(UTC)), threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            rounds.start_due()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield rounds
    finally:
        over.set()
        thread.join()
        rounds.stop(5)


@contextmanager
def process(base_url: str, authority: CertificateAuthority, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`standardiste serve-webhooks` on this base; whatever happens, it is killed in the end."""
    environment = {
        "STANDARDISTE_VAR": str(folder / "var"),
        "STANDARDISTE_DATABASE_URL": base_url,
        "STANDARDISTE_WEBHOOK_AUTHORITIES": str(authority.certificate),
        "STANDARDISTE_WEBHOOK_ALLOW_LOOPBACK": "true",
    }
    command = [sys.executable, "-m", "standardiste", "serve-webhooks"]
    with subprocess.Popen(command, env=os.environ | environment, cwd=CHECKOUT) as sender:
        try:
            yield sender
        finally:
            sender.kill()


def standing(database: Database) -> EndpointStatus:
    (one,) = endpoints.list_endpoint_statuses(database)
    return one


def told(receiver: WebhookReceiver, secret: str) -> list[str]:
    return [got.verified_payload(secret)["data"]["call"] for got in receiver.received]


def test_everybody_is_told_what_he_asked_for(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    all_, some, private = start_receiver(), start_receiver(), start_receiver()
    secrets = [
        add_endpoint(all_.url()),
        add_endpoint(some.url(), kinds=("callback.*", "call.ended")),
        add_endpoint(private.url(), kinds=("call.ended",), numbers=False),
    ]
    happen(database, "1")
    happen(database, "2", kind="call.ended")

    with going(database, rules):
        wait_for(
            lambda: all(one.delivered and not one.waiting for one in endpoints.list_endpoint_statuses(database)),
            "all to arrive",
        )

    assert told(all_, secrets[0]) == ["1", "2"]
    assert told(some, secrets[1]) == ["2"]
    (masked,) = private.received
    assert masked.verified_payload(secrets[2])["data"] == {"call": "2", "number": "+33*******01"}
    assert masked.id == some.received[0].id


def test_what_fails_is_sent_again_under_its_id_until_it_arrives(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    receiver = start_receiver(Reply(500), Reply(503), Reply())
    add_endpoint(receiver.url())
    happen(database, "1")

    for tries, at in enumerate([None, later(seconds=10), later(minutes=10)], start=1):
        with going(database, rules, at):
            wait_for(lambda tries=tries: len(receiver.received) == tries, f"try {tries}")

    assert (standing(database).delivered, standing(database).waiting, standing(database).error) == (1, 0, None)
    assert len({got.id for got in receiver.received}) == 1
    assert len({got.body for got in receiver.received}) == 1


def test_an_event_in_vain_for_three_days_is_given_up_and_can_be_replayed(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    receiver = start_receiver(*[Reply(500)] * 10, Reply())
    add_endpoint(receiver.url())
    happen(database, "1")

    for tries in range(1, 11):
        with going(database, rules, later(days=2 * tries)):
            wait_for(lambda tries=tries: len(receiver.received) == tries, f"try {tries}")
    assert (standing(database).given_up, standing(database).waiting) == (1, 0)
    (check,) = checks.checks(database, later(days=10))
    assert not check.ok
    assert "given up" in str(check.message)

    assert endpoints.replay_events(database, at=datetime.now(UTC), event_id=receiver.received[0].id) == 1
    with going(database, rules):
        wait_for(lambda: standing(database).delivered, "the replayed event to arrive")
    assert len({got.id for got in receiver.received}) == 1
    assert all(check.ok for check in checks.checks(database, later(days=10)))


def test_an_endpoint_that_never_answers_holds_up_nobody_else(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    released = threading.Event()
    silent, broken, well = (
        start_receiver(Reply(before=lambda write: released.wait(60))),
        start_receiver(Reply(500)),
        start_receiver(),
    )
    for receiver in (silent, broken):
        add_endpoint(receiver.url())
    add_endpoint("https://hooks.example.org:1/nobody")
    secret = add_endpoint(well.url())
    happen(database, *CALLS)

    with going(database, rules):
        wait_for(lambda: len(well.received) == len(CALLS), "the healthy endpoint to hear everything")
        assert len(silent.received) == 1
        released.set()

    assert told(well, secret) == CALLS
    assert len(broken.received) < 5  # left in peace between its failures


def test_a_poisoned_row_stops_neither_its_neighbours_nor_the_process(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    well = start_receiver()
    endpoints.add_endpoint(
        database, well.url(), "no secret at all", kinds=("*",), full_numbers=True, at=datetime.now(UTC)
    )
    endpoints.add_endpoint(database, "no url", "whsec_c2VjcmV0", kinds=("*",), full_numbers=True, at=datetime.now(UTC))
    secret = add_endpoint(well.url())
    happen(database, "1", "2")

    with going(database, rules):
        wait_for(lambda: len(well.received) == 2, "the healthy endpoint to hear everything")

    assert told(well, secret) == ["1", "2"]


def test_an_endpoint_that_is_gone_is_told_nothing_more(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    receiver = start_receiver(Reply(410))
    add_endpoint(receiver.url())
    happen(database, "1", "2")

    with going(database, rules):
        wait_for(lambda: not standing(database).endpoint.enabled, "the endpoint to be stopped")
    with going(database, rules, later(hours=1)) as rounds:
        rounds.start_due()

    assert len(receiver.received) == 1
    (check,) = checks.checks(database, datetime.now(UTC))
    assert "wants no more" in str(check.message)


def test_two_senders_send_each_event_once(
    database: Database, start_receiver: StartReceiver, add_endpoint: AddEndpoint, rules: ConnectionRules
) -> None:
    receiver = start_receiver()
    add_endpoint(receiver.url())
    second = open_database(database.url.render_as_string(hide_password=False))
    happen(database, *CALLS)

    with going(database, rules), going(second, rules):
        wait_for(lambda: standing(database).delivered == len(CALLS), "all to arrive")

    second.close()
    assert set(Counter(got.id for got in receiver.received).values()) == {1}
    assert len({got.port for got in receiver.received}) > 1  # both were at work


def test_a_sender_killed_in_mid_delivery_is_made_good_under_the_same_id(
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
    happen(database, "1")
    with process(database_url, authority, tmp_path):  # killed at its end
        wait_for(lambda: receiver.received, "the process to send", 20)
    released.set()

    with going(database, rules):  # a claim holds for a while: nobody knows yet that its owner is dead
        wait_for(lambda: standing(database).waiting, "the event to be waiting still")
    with going(database, rules, datetime.now(UTC) + CLAIM_DURATION):
        wait_for(lambda: standing(database).delivered, "the event to arrive")

    assert told(receiver, secret) == ["1", "1"]
    assert len({got.id for got in receiver.received}) == 1


def test_the_process_sends_and_ends_when_told(
    database: Database,
    database_url: str,
    start_receiver: StartReceiver,
    add_endpoint: AddEndpoint,
    authority: CertificateAuthority,
    tmp_path: Path,
) -> None:
    receiver = start_receiver()
    add_endpoint(receiver.url("localhost"))
    happen(database, "1")
    with process(database_url, authority, tmp_path) as sender:
        wait_for(lambda: standing(database).delivered, "the process to deliver", 20)

        sender.terminate()

        assert sender.wait(10) == 0
