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

from receiver import Authority, Listen, Receive, Receiver, Reply
from reception import wait_for

from records import outbox, webhooks
from records.base import Base, open_base
from records.webhooks import Standing
from standardiste.settings import CHECKOUT
from webhooks import checks
from webhooks.delivery import Rules
from webhooks.rounds import CLAIM, Rounds

CALLS = [f"1763757623.{number}" for number in range(60)]


def happen(base: Base, *calls: str, kind: str = "call.started") -> None:
    with base.write() as connection:
        for call in calls:
            outbox.put(connection, kind, {"call": call, "number": "+33639980001"}, datetime.now(UTC))


def later(**much: float) -> datetime:
    return datetime.now(UTC) + timedelta(**much)


@contextmanager
def going(base: Base, rules: Rules, at: datetime | None = None) -> Iterator[Rounds]:
    """Rounds under way; `at`: as if it were that time."""
    rounds, over = Rounds(base, rules, lambda: at or datetime.now(UTC)), threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            rounds.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield rounds
    finally:
        over.set()
        thread.join()
        rounds.end(5)


@contextmanager
def process(base_url: str, authority: Authority, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
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


def standing(base: Base) -> Standing:
    (one,) = webhooks.standings(base)
    return one


def told(receiver: Receiver, secret: str) -> list[str]:
    return [got.told(secret)["data"]["call"] for got in receiver.received]


def test_everybody_is_told_what_he_asked_for(base: Base, receive: Receive, listen: Listen, rules: Rules) -> None:
    all_, some, private = receive(), receive(), receive()
    secrets = [
        listen(all_.url()),
        listen(some.url(), kinds=("callback.*", "call.ended")),
        listen(private.url(), kinds=("call.ended",), numbers=False),
    ]
    happen(base, "1")
    happen(base, "2", kind="call.ended")

    with going(base, rules):
        wait_for(lambda: all(one.delivered and not one.waiting for one in webhooks.standings(base)), "all to arrive")

    assert told(all_, secrets[0]) == ["1", "2"]
    assert told(some, secrets[1]) == ["2"]
    (masked,) = private.received
    assert masked.told(secrets[2])["data"] == {"call": "2", "number": "+33*******01"}
    assert masked.id == some.received[0].id


def test_what_fails_is_sent_again_under_its_id_until_it_arrives(
    base: Base, receive: Receive, listen: Listen, rules: Rules
) -> None:
    receiver = receive(Reply(500), Reply(503), Reply())
    listen(receiver.url())
    happen(base, "1")

    for tries, at in enumerate([None, later(seconds=10), later(minutes=10)], start=1):
        with going(base, rules, at):
            wait_for(lambda tries=tries: len(receiver.received) == tries, f"try {tries}")

    assert (standing(base).delivered, standing(base).waiting, standing(base).error) == (1, 0, None)
    assert len({got.id for got in receiver.received}) == 1
    assert len({got.body for got in receiver.received}) == 1


def test_an_event_in_vain_for_three_days_is_given_up_and_can_be_replayed(
    base: Base, receive: Receive, listen: Listen, rules: Rules
) -> None:
    receiver = receive(*[Reply(500)] * 10, Reply())
    listen(receiver.url())
    happen(base, "1")

    for tries in range(1, 11):
        with going(base, rules, later(days=2 * tries)):
            wait_for(lambda tries=tries: len(receiver.received) == tries, f"try {tries}")
    assert (standing(base).given_up, standing(base).waiting) == (1, 0)
    (check,) = checks.checks(base, later(days=10))
    assert not check.ok
    assert "given up" in check.sentence

    assert webhooks.replay(base, at=datetime.now(UTC), event_id=receiver.received[0].id) == 1
    with going(base, rules):
        wait_for(lambda: standing(base).delivered, "the replayed event to arrive")
    assert len({got.id for got in receiver.received}) == 1
    assert all(check.ok for check in checks.checks(base, later(days=10)))


def test_an_endpoint_that_never_answers_holds_up_nobody_else(
    base: Base, receive: Receive, listen: Listen, rules: Rules
) -> None:
    released = threading.Event()
    silent, broken, well = receive(Reply(before=lambda write: released.wait(60))), receive(Reply(500)), receive()
    for receiver in (silent, broken):
        listen(receiver.url())
    listen("https://hooks.example.org:1/nobody")
    secret = listen(well.url())
    happen(base, *CALLS)

    with going(base, rules):
        wait_for(lambda: len(well.received) == len(CALLS), "the healthy endpoint to hear everything")
        assert len(silent.received) == 1
        released.set()

    assert told(well, secret) == CALLS
    assert len(broken.received) < 5  # left in peace between its failures


def test_a_poisoned_row_stops_neither_its_neighbours_nor_the_process(
    base: Base, receive: Receive, listen: Listen, rules: Rules
) -> None:
    well = receive()
    webhooks.add(base, well.url(), "no secret at all", kinds=("*",), numbers=True, at=datetime.now(UTC))
    webhooks.add(base, "no url", "whsec_c2VjcmV0", kinds=("*",), numbers=True, at=datetime.now(UTC))
    secret = listen(well.url())
    happen(base, "1", "2")

    with going(base, rules):
        wait_for(lambda: len(well.received) == 2, "the healthy endpoint to hear everything")

    assert told(well, secret) == ["1", "2"]


def test_an_endpoint_that_is_gone_is_told_nothing_more(
    base: Base, receive: Receive, listen: Listen, rules: Rules
) -> None:
    receiver = receive(Reply(410))
    listen(receiver.url())
    happen(base, "1", "2")

    with going(base, rules):
        wait_for(lambda: not standing(base).endpoint.enabled, "the endpoint to be stopped")
    with going(base, rules, later(hours=1)) as rounds:
        rounds.look()

    assert len(receiver.received) == 1
    (check,) = checks.checks(base, datetime.now(UTC))
    assert "wants no more" in check.sentence


def test_two_senders_send_each_event_once(base: Base, receive: Receive, listen: Listen, rules: Rules) -> None:
    receiver = receive()
    listen(receiver.url())
    second = open_base(base.url.render_as_string(hide_password=False))
    happen(base, *CALLS)

    with going(base, rules), going(second, rules):
        wait_for(lambda: standing(base).delivered == len(CALLS), "all to arrive")

    second.close()
    assert set(Counter(got.id for got in receiver.received).values()) == {1}
    assert len({got.port for got in receiver.received}) > 1  # both were at work


def test_a_sender_killed_in_mid_delivery_is_made_good_under_the_same_id(
    base: Base, base_url: str, receive: Receive, listen: Listen, rules: Rules, authority: Authority, tmp_path: Path
) -> None:
    released = threading.Event()
    receiver = receive(Reply(before=lambda write: released.wait(60)), Reply())
    secret = listen(receiver.url("localhost"))
    happen(base, "1")
    with process(base_url, authority, tmp_path):  # killed at its end
        wait_for(lambda: receiver.received, "the process to send", 20)
    released.set()

    with going(base, rules):  # a claim holds for a while: nobody knows yet that its owner is dead
        wait_for(lambda: standing(base).waiting, "the event to be waiting still")
    with going(base, rules, datetime.now(UTC) + CLAIM):
        wait_for(lambda: standing(base).delivered, "the event to arrive")

    assert told(receiver, secret) == ["1", "1"]
    assert len({got.id for got in receiver.received}) == 1


def test_the_process_sends_and_ends_when_told(
    base: Base, base_url: str, receive: Receive, listen: Listen, authority: Authority, tmp_path: Path
) -> None:
    receiver = receive()
    listen(receiver.url("localhost"))
    happen(base, "1")
    with process(base_url, authority, tmp_path) as sender:
        wait_for(lambda: standing(base).delivered, "the process to deliver", 20)

        sender.terminate()

        assert sender.wait(10) == 0
