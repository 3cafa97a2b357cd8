"""An accepted callback is in the database once: with repeated requests, a busy database or a server that dies.

The tests read the database through a connection of their own.
"""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import switches
from databases import corrupt_database, lock_writes
from public_process import PublicProcess
from public_server import NUMBER, PLAN, VisitorClient, new_idempotency_key, serve_public
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import ProtocolError

from callback_api.problems import UNAVAILABLE_RETRY_AFTER_S
from records.callbacks import acceptance, staff_actions
from records.database.engine import Database
from records.overrides import OverrideName

PARALLEL = int(os.environ.get("CALLBACK_POSTS", "300"))
"""How often one key is sent; ten thousand times in the long run (tests/records/callbacks/test_concurrency.py)."""
AT_ONCE = 30
WAITING = 15  # nearly as many as the server has threads

DIES_AFTER_COMMIT = """
import os, signal
from records.callbacks import acceptance
accept_callback = acceptance.accept_callback
def accept_and_die(*arguments, **options):
    accept_callback(*arguments, **options)
    os.kill(os.getpid(), signal.SIGKILL)
acceptance.accept_callback = accept_and_die
"""

ANSWERS_BEFORE_COMMIT = """
import threading
from records.callbacks import acceptance
from records.callbacks.callback_request import AcceptedCallback
accept_callback, commit = acceptance.accept_callback, threading.Event()
def answer_and_write_later(*arguments, **options):
    def write_later():
        if commit.wait(3600):
            accept_callback(*arguments, **options)
    threading.Thread(target=write_later, daemon=True).start()
    at = options["at"]
    return AcceptedCallback("0000-0000", "secret", "waiting", None, at, at)
acceptance.accept_callback = answer_and_write_later
"""


def refs(database: Database) -> list[str]:
    """The references of all callbacks, those that are never dialled included."""
    with database.read() as connection:
        return list(connection.exec_driver_sql("SELECT ref FROM callback ORDER BY request_id").scalars())


def test_an_accepted_callback_survives_the_death_of_the_server(
    public_process: PublicProcess, database: Database
) -> None:
    public_process.start()

    answer = public_process.client.request_callback()
    public_process.stop(signal.SIGKILL)

    assert refs(database) == [answer.json()["reference"]]


def test_an_answer_before_the_commit_would_be_noticed(public_process: PublicProcess, database: Database) -> None:
    """With a planted fault: the server of the test above answers before it has written."""
    public_process.start(ANSWERS_BEFORE_COMMIT)

    answer = public_process.client.request_callback()
    public_process.stop(signal.SIGKILL)

    assert answer.status == 202
    assert answer.json()["reference"] not in refs(database)


def test_a_retry_after_the_server_died_between_commit_and_answer_makes_no_second_callback(
    public_process: PublicProcess, database: Database
) -> None:
    public_process.start(DIES_AFTER_COMMIT)
    key = {"Idempotency_Key": new_idempotency_key()}

    with pytest.raises(ProtocolError):  # the connection breaks
        public_process.client.request_callback(headers=key)
    assert public_process.wait() == -signal.SIGKILL
    public_process.start()
    again = public_process.client.request_callback(headers=key)

    assert again.status == 202
    assert refs(database) == [again.json()["reference"]]
    assert public_process.client.get_status(again)["status"] == "waiting"


def request_until_accepted(client: VisitorClient, headers: dict[str, str]) -> BaseHTTPResponse:
    """The response; a request that finds the database busy is repeated, as it may be on a loaded machine."""
    while (answer := client.request_callback(headers=headers)).status == 503:
        assert answer.json()["type"] == "/v1/problems/busy"
    return answer


def test_one_key_sent_many_times_at_once_makes_one_callback(visitor_client: VisitorClient, database: Database) -> None:
    key = {"Idempotency_Key": new_idempotency_key()}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda _: request_until_accepted(visitor_client, key), range(PARALLEL)))

    assert {answer.status for answer in answers} == {202}
    assert len({answer.data for answer in answers}) == 1
    assert refs(database) == [answers[0].json()["reference"]]


def test_the_index_refuses_a_second_open_callback_and_without_it_two_would_be_noticed(
    visitor_client: VisitorClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With two planted faults: accepting finds no open callback of the number, then the database has no index."""
    monkeypatch.setattr(acceptance, "lock_open_callback", lambda connection, contact: None)
    visitor_client.request_callback()

    assert visitor_client.request_callback().status == 500
    assert len(staff_actions.list_open_callbacks(database)) == 1

    with database.write() as connection:
        connection.exec_driver_sql("DROP INDEX one_open_callback")
    visitor_client.request_callback()
    assert len(staff_actions.list_open_callbacks(database)) == 2


def test_one_key_for_two_different_requests_is_refused(visitor_client: VisitorClient, database: Database) -> None:
    key = {"Idempotency_Key": new_idempotency_key()}
    first = visitor_client.request_callback(headers=key)

    other = visitor_client.request_callback(visitor_client.unused_number(), headers=key)

    assert (other.status, other.json()["type"]) == (409, "/v1/problems/key-reused")
    assert refs(database) == [first.json()["reference"]]


def test_the_same_request_in_another_format_is_the_same(visitor_client: VisitorClient, database: Database) -> None:
    key = new_idempotency_key()
    first = visitor_client.request_callback(NUMBER, language="fr", headers={"Idempotency_Key": key})

    quoted = visitor_client.request_callback(NUMBER, name=None, language="fr", headers={"Idempotency_Key": f'"{key}"'})
    form = {"number": NUMBER, "consent_call": "on", "language": "fr", "name": ""}
    filled_in = visitor_client.submit_form("/v1/callbacks", form, Idempotency_Key=key)

    assert {answer.data for answer in (first, quoted, filled_in)} == {first.data}


def test_the_last_place_in_a_slot_is_given_once(database: Database) -> None:
    with serve_public(database, plan=PLAN.replace("callbacks:\n", "callbacks:\n  per_slot: 1\n")) as public:
        slot = public.get("/v1/slots").json()["slots"][0]["start"]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            numbers = [public.unused_number() for _ in range(AT_ONCE)]
            answers = list(threads.map(lambda number: public.request_callback(number, slot=slot), numbers))

    assert sorted(answer.status for answer in answers) == [202] + [409] * (AT_ONCE - 1)


def test_while_the_database_is_locked_requests_are_refused_and_no_accepted_request_is_lost(
    visitor_client: VisitorClient, database: Database, database_url: str
) -> None:
    """Each request is refused after about a second, and pages can be read meanwhile."""
    earlier, key = (
        visitor_client.request_callback(visitor_client.unused_number()),
        {"Idempotency_Key": new_idempotency_key()},
    )
    with lock_writes(database_url), ThreadPoolExecutor(WAITING) as visitors:
        began = time.monotonic()
        waiting = [visitors.submit(visitor_client.request_callback, headers=key) for _ in range(WAITING)]
        assert visitor_client.get("/health").status == visitor_client.get(earlier.json()["follow"]).status == 200
        refused = [request.result() for request in waiting]
    assert time.monotonic() - began < 2.5

    assert {(answer.status, answer.json()["type"]) for answer in refused} == {(503, "/v1/problems/busy")}
    assert int(refused[0].headers["Retry-After"]) > 0
    assert refs(database) == [earlier.json()["reference"]]
    accepted = visitor_client.request_callback(headers=key)
    assert accepted.status == 202
    assert refs(database)[1:] == [accepted.json()["reference"]]


def rename_table(database: Database, database_url: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE callback RENAME TO elsewhere")


def remove_database(database: Database, database_url: str) -> None:
    if database.file is None:
        return corrupt_database(database_url)
    for file in database.file.parent.glob(f"{database.file.name}*"):
        file.unlink()


@pytest.mark.parametrize("break_database", [rename_table, remove_database])
def test_without_a_database_requests_are_refused_with_a_time_to_retry(
    visitor_client: VisitorClient,
    database: Database,
    database_url: str,
    break_database: Callable[[Database, str], None],
) -> None:
    break_database(database, database_url)

    for refused in (
        visitor_client.request_callback(),
        visitor_client.submit_form("/callback", {"number": NUMBER, "consent_call": "on"}),
    ):
        assert (refused.status, refused.headers["Retry-After"]) == (503, str(UNAVAILABLE_RETRY_AFTER_S))
    assert visitor_client.request_callback().json()["type"] == "/v1/problems/unavailable"


def test_while_callbacks_are_paused_requests_are_still_accepted(
    visitor_client: VisitorClient, database: Database
) -> None:
    switches.set_override(database, OverrideName.CALLBACKS, True, by="staff", at=datetime.now(UTC))

    assert visitor_client.request_callback().status == 202
    assert len(staff_actions.list_open_callbacks(database)) == 1
