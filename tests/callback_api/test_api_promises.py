"""What was promised is in the base, once: whoever asks twice, whatever holds the base, whenever the server dies.

The witness is the base's file, read by a connection of the test's own.
"""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from bases import held, spoil
from public_door import NUMBER, PLAN, Client, new_key, public_door
from public_process import Process
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import ProtocolError

from callback_api.problems import UNAVAILABLE_S
from records import callback_staff, switches
from records.base import Base
from records.switches import SwitchName

PARALLEL = int(os.environ.get("CALLBACK_POSTS", "300"))
"""How often one key is sent; ten thousand in the long form (tests/records/test_callbacks_at_once.py)."""
AT_ONCE = 30
WAITING = 15  # nearly as many as are served at once

DIES_AFTER_COMMIT = """
import os, signal
from records import callback_acceptance as callbacks
accept = callbacks.accept
def accept_and_die(*arguments, **more):
    accept(*arguments, **more)
    os.kill(os.getpid(), signal.SIGKILL)
callbacks.accept = accept_and_die
"""

ANSWERS_BEFORE_COMMIT = """
import dataclasses, threading
from records import callback_acceptance as callbacks
accept, commits = callbacks.accept, threading.Event()
def promise_and_write_later(base, wish, *arguments, **more):
    def later():
        if commits.wait(3600):
            accept(base, wish, *arguments, **more)
    threading.Thread(target=later, daemon=True).start()
    at = more["at"]
    return callbacks.Accepted("0000-0000", "secret", "waiting", None, at, at)
callbacks.accept = promise_and_write_later
"""


def refs(base: Base) -> list[str]:
    """Of all callbacks, unrung ones too."""
    with base.read() as connection:
        return list(connection.exec_driver_sql("SELECT ref FROM callback ORDER BY request_id").scalars())


def test_what_was_promised_outlives_the_server(process: Process, base: Base) -> None:
    process.start()

    answer = process.client.ask()
    process.stop(signal.SIGKILL)

    assert refs(base) == [answer.json()["reference"]]


def test_an_answer_before_the_commit_would_be_seen(process: Process, base: Base) -> None:
    """Planted: the server of the test above, promising before it has written."""
    process.start(ANSWERS_BEFORE_COMMIT)

    answer = process.client.ask()
    process.stop(signal.SIGKILL)

    assert answer.status == 202
    assert answer.json()["reference"] not in refs(base)


def test_a_server_that_dies_between_commit_and_answer_gives_the_same_answer_when_asked_again(
    process: Process, base: Base
) -> None:
    process.start(DIES_AFTER_COMMIT)
    key = {"Idempotency_Key": new_key()}

    with pytest.raises(ProtocolError):  # the connection breaks
        process.client.ask(headers=key)
    assert process.ended() == -signal.SIGKILL
    process.start()
    again = process.client.ask(headers=key)

    assert again.status == 202
    assert refs(base) == [again.json()["reference"]]
    assert process.client.follow(again)["status"] == "waiting"


def asked(public: Client, headers: dict[str, str]) -> BaseHTTPResponse:
    """The answer; who is told that the base is held asks again, as it may be on a machine with other work."""
    while (answer := public.ask(headers=headers)).status == 503:
        assert answer.json()["type"] == "/v1/problems/busy"
    return answer


def test_one_key_sent_many_times_at_once_makes_one_callback(public: Client, base: Base) -> None:
    key = {"Idempotency_Key": new_key()}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda _: asked(public, key), range(PARALLEL)))

    assert {answer.status for answer in answers} == {202}
    assert len({answer.data for answer in answers}) == 1
    assert refs(base) == [answers[0].json()["reference"]]


def test_a_missing_unique_index_would_be_seen(public: Client, base: Base) -> None:
    """Planted: the base does not refuse a second open callback of one line; two visitors' wishes for one number."""
    public.ask()
    with base.write() as connection:
        connection.exec_driver_sql("DROP INDEX one_open_callback")

    public.ask()

    assert len(callback_staff.waiting(base)) == 2


def test_one_key_for_two_wishes_is_refused(public: Client, base: Base) -> None:
    key = {"Idempotency_Key": new_key()}
    first = public.ask(headers=key)

    other = public.ask(public.another_number(), headers=key)

    assert (other.status, other.json()["type"]) == (409, "/v1/problems/key-reused")
    assert refs(base) == [first.json()["reference"]]


def test_the_same_wish_written_otherwise_is_the_same(public: Client, base: Base) -> None:
    key = new_key()
    first = public.ask(NUMBER, language="fr", headers={"Idempotency_Key": key})

    quoted = public.ask(NUMBER, name=None, language="fr", headers={"Idempotency_Key": f'"{key}"'})
    form = {"number": NUMBER, "consent_call": "on", "language": "fr", "name": ""}
    filled_in = public.fill_in("/v1/callbacks", form, Idempotency_Key=key)

    assert {answer.data for answer in (first, quoted, filled_in)} == {first.data}


def test_the_last_place_of_a_slot_is_given_once(base: Base) -> None:
    with public_door(base, plan=PLAN.replace("callbacks:\n", "callbacks:\n  per_slot: 1\n")) as public:
        slot = public.get("/v1/slots").json()["slots"][0]["start"]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            numbers = [public.another_number() for _ in range(AT_ONCE)]
            answers = list(threads.map(lambda number: public.ask(number, slot=slot), numbers))

    assert sorted(answer.status for answer in answers) == [202] + [409] * (AT_ONCE - 1)


def test_while_somebody_holds_the_base_nothing_is_promised_and_nothing_lost(
    public: Client, base: Base, base_url: str
) -> None:
    """Each is told so in about a second, and a page can be looked at meanwhile."""
    earlier, key = public.ask(public.another_number()), {"Idempotency_Key": new_key()}
    with held(base_url), ThreadPoolExecutor(WAITING) as visitors:
        began = time.monotonic()
        waiting = [visitors.submit(public.ask, headers=key) for _ in range(WAITING)]
        assert public.get("/health").status == public.get(earlier.json()["follow"]).status == 200
        refused = [asked.result() for asked in waiting]
    assert time.monotonic() - began < 2.5

    assert {(answer.status, answer.json()["type"]) for answer in refused} == {(503, "/v1/problems/busy")}
    assert int(refused[0].headers["Retry-After"]) > 0
    assert refs(base) == [earlier.json()["reference"]]
    accepted = public.ask(headers=key)
    assert accepted.status == 202
    assert refs(base)[1:] == [accepted.json()["reference"]]


def without_a_table(base: Base, base_url: str) -> None:
    with base.write() as connection:
        connection.exec_driver_sql("ALTER TABLE callback RENAME TO elsewhere")


def gone(base: Base, base_url: str) -> None:
    if base.file is None:
        return spoil(base_url)
    for file in base.file.parent.glob(f"{base.file.name}*"):
        file.unlink()


@pytest.mark.parametrize("happens", [without_a_table, gone])
def test_without_a_base_nothing_is_promised_and_it_is_said_when_to_ask_again(
    public: Client, base: Base, base_url: str, happens: Callable[[Base, str], None]
) -> None:
    happens(base, base_url)

    for refused in (public.ask(), public.fill_in("/callback", {"number": NUMBER, "consent_call": "on"})):
        assert (refused.status, refused.headers["Retry-After"]) == (503, str(UNAVAILABLE_S))
    assert public.ask().json()["type"] == "/v1/problems/unavailable"


def test_while_callbacks_are_paused_wishes_are_taken_all_the_same(public: Client, base: Base) -> None:
    switches.turn(base, SwitchName.CALLBACKS, True, by="staff", at=datetime.now(UTC))

    assert public.ask().status == 202
    assert len(callback_staff.waiting(base)) == 1
