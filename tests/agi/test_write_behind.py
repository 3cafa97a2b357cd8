"""The write-behind queue, also while the database is unavailable and after errors."""

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from databases import lock_writes
from sqlalchemy import event
from statements import counted_statements

from agi import write_behind
from agi.errors import WriteFailed
from agi.fallback_store import FallbackStore
from agi.pending_writes import CallbackCreated, CallClosed, CallEventAdded, CallOpened, PendingWrite, PresenceChanged
from agi.spool import PREALLOCATED_BYTES
from agi.write_behind import WriteBehindQueue
from records.call_events import CallEvent, CallEventKind, Disposition, IncomingCall
from records.calls.call_detail import get_call_detail
from records.database.engine import Database
from records.errors import NotFound
from records.requests import requests
from records.staff import agents
from records.staff.presence import PresenceState

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
REF = "1763757623.12"
ARRIVAL = IncomingCall(REF, NOON, "+33199000000", None, "+33639980001", False, "fr", 1)
CALLBACK = CallbackCreated(ARRIVAL, NOON, None, None)
TIMEOUT_S = 10


@dataclass(frozen=True)
class Custom(PendingWrite[Any]):
    """An entry whose write is an action of the test."""

    action: Any

    def write(self, database: Database) -> Any:
        return self.action(database)


@pytest.fixture
def write_queue(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriteBehindQueue]:
    monkeypatch.setattr(write_behind, "RETRY_S", 0.05)
    write_queue = WriteBehindQueue(database, tmp_path / "journal")
    yield write_queue
    write_queue.close()


def nobody_waits() -> None:
    raise AssertionError("no commit was under way")


def key(name: str) -> CallEventAdded:
    return CallEventAdded(REF, CallEvent(NOON, CallEventKind.KEY, {"key": name}))


def keys(database: Database) -> str:
    return "".join(str(event.detail.get("key", "")) for event in get_call_detail(database, REF).events)


def test_entries_are_written_in_order(database: Database, write_queue: WriteBehindQueue) -> None:
    write_queue.write(CallOpened(ARRIVAL))
    for name in "3*0":
        write_queue.write(key(name))
    write_queue.write(CallClosed(REF, NOON, Disposition.REFUSED)).result(TIMEOUT_S)
    assert keys(database) == "3*0"
    assert get_call_detail(database, REF).call.disposition is Disposition.REFUSED


def test_the_entries_of_one_window_share_a_transaction(database: Database, write_queue: WriteBehindQueue) -> None:
    commits: list[object] = []
    event.listen(database._engine, "commit", commits.append)
    results = [write_queue.write(CallOpened(ARRIVAL)), *(write_queue.write(key(name)) for name in "3*0")]
    assert [result.result(TIMEOUT_S) for result in results] == [None] * 4
    assert len(commits) == 1
    assert keys(database) == "3*0"


def test_the_calls_of_one_window_are_written_together(database: Database, write_queue: WriteBehindQueue) -> None:
    refs = [f"1.{number}" for number in range(20)]
    with counted_statements(database) as statements:
        for ref in refs:
            write_queue.write(CallOpened(replace(ARRIVAL, ref=ref)))
            write_queue.write(CallEventAdded(ref, CallEvent(NOON, CallEventKind.KEY, {"key": "9"})))
        write_queue.write(CallClosed(refs[-1], NOON, Disposition.REFUSED)).result(TIMEOUT_S)
    assert len(statements) < 2 * len(refs)
    assert [len(get_call_detail(database, ref).events) for ref in refs] == [1] * len(refs)
    assert get_call_detail(database, refs[-1]).call.disposition is Disposition.REFUSED


def test_an_entry_that_fails_does_not_undo_the_others_of_its_window(
    database: Database, write_queue: WriteBehindQueue
) -> None:
    invalid = CallOpened(IncomingCall("1.1", NOON, "+33199000000", None, "33639980001", False, "fr", 1))
    rejected = write_queue.write(invalid)
    others = [write_queue.write(CallOpened(ARRIVAL)), write_queue.write(key("3"))]
    assert [result.result(TIMEOUT_S) for result in others] == [None] * 2
    assert rejected.exception(TIMEOUT_S)
    assert keys(database) == "3"


def test_write_returns_before_the_entry_is_written(write_queue: WriteBehindQueue) -> None:
    released = threading.Event()
    written = write_queue.write(Custom(lambda _: released.wait(TIMEOUT_S)))
    assert not written.done()
    released.set()
    assert written.result(TIMEOUT_S) is True


def test_a_callback_whose_commit_takes_long_is_kept_and_the_caller_waits_to_hear_that(
    database: Database, write_queue: WriteBehindQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_behind, "WRITE_TIMEOUT_S", 0.3)
    monkeypatch.setattr(write_behind, "COMMIT_TIMEOUT_S", 0.1)
    committing, decided, waits = threading.Event(), threading.Event(), []

    def hold_commit(_connection: object) -> None:
        committing.set()
        assert decided.wait(TIMEOUT_S)

    def keep_waiting() -> None:
        assert committing.is_set()
        waits.append("one moment")
        if len(waits) == 3:
            decided.set()

    event.listen(database._engine, "commit", hold_commit, once=True)
    assert write_queue.write_and_wait(CALLBACK, keep_waiting) is True
    assert len(waits) == 3
    assert [request.line for request in requests.list_open_requests(database)] == ["+33639980001"]


def test_a_callback_is_created_also_when_its_call_is_not_on_record(
    database: Database, write_queue: WriteBehindQueue
) -> None:
    assert write_queue.write_and_wait(CALLBACK, nobody_waits) is True
    assert [request.line for request in requests.list_open_requests(database)] == ["+33639980001"]


def test_an_entry_that_raises_does_not_stop_the_next(
    write_queue: WriteBehindQueue, caplog: pytest.LogCaptureFixture
) -> None:
    write_queue.write(Custom(lambda _: 1 / 0))
    with pytest.raises(NotFound):
        write_queue.write(key("3")).result(TIMEOUT_S)
    assert write_queue.write(Custom(lambda _: "the next")).result(TIMEOUT_S) == "the next"
    assert "entry rejected" in caplog.text


def test_a_memory_error_does_not_end_the_queue(
    database: Database, write_queue: WriteBehindQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither during a replay nor when an error is logged; the entries queued meanwhile are written."""

    def out_of_memory(*_: object, **__: object) -> None:
        monkeypatch.undo()  # memory is available again
        raise MemoryError

    monkeypatch.setattr(write_queue._fallback, "replay", out_of_memory)
    write_queue._next_replay_at = 0.0
    write_queue.write(CallOpened(ARRIVAL)).exception(TIMEOUT_S)

    released = threading.Event()
    write_queue.write(Custom(lambda _: released.wait(TIMEOUT_S)))
    write_queue.write(CallEventAdded("9.9", CallEvent(NOON, CallEventKind.KEY, {"key": "7"})))
    last = write_queue.write(key("3"))
    monkeypatch.setattr(write_behind.log, "error", out_of_memory)
    released.set()
    assert last.result(TIMEOUT_S) is None
    assert keys(database) == "3"


def test_a_callback_whose_caller_no_longer_waits_is_not_created(
    database: Database, write_queue: WriteBehindQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller was sent to voicemail instead."""
    monkeypatch.setattr(write_behind, "WRITE_TIMEOUT_S", 0.1)
    released = threading.Event()

    def slowly(database: Database) -> bool:
        result = CALLBACK.write(database)
        released.wait(TIMEOUT_S)  # a slow disk
        return result

    with pytest.raises(WriteFailed):
        write_queue.write_and_wait(Custom(slowly), nobody_waits)
    released.set()
    write_queue.write(CallOpened(ARRIVAL)).result(TIMEOUT_S)
    assert requests.list_open_requests(database) == ()


def test_a_commit_under_way_is_waited_for_beyond_the_timeout(
    write_queue: WriteBehindQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_behind, "WRITE_TIMEOUT_S", 0.5)
    marked, mark_running = threading.Event(), write_behind._mark_running

    def mark_and_delay(future: Any) -> None:
        mark_running(future)
        marked.set()
        threading.Event().wait(0.7)

    monkeypatch.setattr(write_behind, "_mark_running", mark_and_delay)
    assert write_queue.write_and_wait(CALLBACK, nobody_waits) is True
    assert marked.is_set()


# --- while the database is unavailable --------------------------------------------------------------------------------


def wait_until_replayed(write_queue: WriteBehindQueue, database: Database) -> None:
    """Waits until every queued entry is in the database."""
    write_queue._next_replay_at = 0.0
    write_queue.write(Custom(lambda _: None)).exception(TIMEOUT_S)
    deadline = threading.Event()
    for _ in range(200):
        if not write_queue._database_down:
            return
        deadline.wait(0.05)
    raise AssertionError("the spool was not replayed")


def test_while_the_database_is_locked_entries_are_accepted_at_once_and_later_written_once_in_order(
    database: Database,
    database_url: str,
    write_queue: WriteBehindQueue,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with lock_writes(database_url):
        write_queue.write(CallOpened(ARRIVAL))
        for name in "3*0":
            write_queue.write(key(name))
        assert write_queue.write_and_wait(CALLBACK, nobody_waits) is True
    wait_until_replayed(write_queue, database)
    assert keys(database) == "3*0"
    assert [request.kind for request in get_call_detail(database, REF).requests] == ["callback"]
    assert [file.stat().st_size for file in (tmp_path / "journal").iterdir()] == [PREALLOCATED_BYTES]
    assert caplog.text.count("database unavailable, spooling writes") == 1
    assert "63998" not in caplog.text


@pytest.mark.engine("sqlite")
def test_a_database_that_was_missing_for_a_while_receives_everything(
    database: Database, write_queue: WriteBehindQueue, tmp_path: Path
) -> None:
    write_queue.write(CallOpened(ARRIVAL)).result(TIMEOUT_S)
    assert database.file
    elsewhere = tmp_path / "elsewhere.db"
    with closing(sqlite3.connect(database.file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    elsewhere.write_bytes(database.file.read_bytes())
    for file in tmp_path.glob("standardiste.db*"):
        file.unlink()
    write_queue.write(key("3")).result(TIMEOUT_S)
    assert write_queue.write_and_wait(CALLBACK, nobody_waits) is True
    os.replace(elsewhere, database.file)
    wait_until_replayed(write_queue, database)
    assert keys(database) == "3"
    assert len(requests.list_open_requests(database)) == 1


def test_a_callback_that_neither_database_nor_spool_takes_is_rejected(
    database: Database, database_url: str, write_queue: WriteBehindQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with lock_writes(database_url):
        monkeypatch.setattr("os.fdatasync", disk_full)
        write_queue.write(CallOpened(ARRIVAL))
        with pytest.raises(WriteFailed):
            write_queue.write_and_wait(CALLBACK, nobody_waits)
        write_queue.write(key("3"))
        monkeypatch.undo()
        write_queue.write(key("*"))  # after the entries in memory
    wait_until_replayed(write_queue, database)
    assert keys(database) == "3*"
    assert requests.list_open_requests(database) == ()


def test_a_presence_change_is_written_now_or_not_at_all(
    database: Database, database_url: str, write_queue: WriteBehindQueue
) -> None:
    agents.create_sip_accounts(database, {"p01": "secret"})
    agents.add_agent(database, "Anne", language="fr", at=NOON)
    with lock_writes(database_url):
        for _ in range(2):
            with pytest.raises(WriteFailed):
                write_queue.write_and_wait(PresenceChanged("p01", PresenceState.OUT, NOON), nobody_waits)
    wait_until_replayed(write_queue, database)
    assert write_queue.write_and_wait(PresenceChanged("p01", PresenceState.PAUSED, NOON), nobody_waits) is not None


def test_close_waits_for_every_queued_entry(database: Database, tmp_path: Path) -> None:
    write_queue = WriteBehindQueue(database, tmp_path / "journal")
    released = threading.Event()
    write_queue.write(Custom(lambda _: released.wait(TIMEOUT_S)))
    last = write_queue.write(CallOpened(ARRIVAL))
    closing = threading.Thread(target=write_queue.close)
    closing.start()
    released.set()
    closing.join(TIMEOUT_S)
    assert last.done()
    assert list((tmp_path / "journal").iterdir()) == []


def test_an_entry_that_the_database_rejects_leaves_no_number_in_the_log(
    database: Database, write_queue: WriteBehindQueue, caplog: pytest.LogCaptureFixture
) -> None:
    invalid = "33639980001"  # a constraint requires the +
    caplog.set_level(logging.DEBUG)
    rejected = CallOpened(IncomingCall(REF, NOON, "+33199000000", None, invalid, False, "fr", 1))
    with pytest.raises(Exception, match="constraint"):
        write_queue.write(rejected).result(TIMEOUT_S)
    assert "entry rejected" in caplog.text
    assert "63998" not in caplog.text


def fail(*_: object) -> None:
    raise ValueError(ARRIVAL.caller)


def test_an_error_of_the_queue_itself_logs_no_number_and_stops_nothing(
    database: Database, write_queue: WriteBehindQueue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail_once(*_: object) -> None:
        monkeypatch.undo()
        fail()

    write_queue.write(CallOpened(ARRIVAL)).result(TIMEOUT_S)
    monkeypatch.setattr(write_queue, "_write_batch", fail_once)
    write_queue.write(key("3")).result(TIMEOUT_S)
    assert "write-behind queue failed, continuing: ValueError" in caplog.text
    assert write_queue.write(Custom(fail)).exception(TIMEOUT_S)
    assert "entry rejected: ValueError" in caplog.text
    assert keys(database) == "3"
    assert "63998" not in caplog.text


def test_a_replay_that_always_fails_does_not_keep_new_entries_from_being_written(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(WriteBehindQueue(database, tmp_path / "journal")) as write_queue:
        write_queue.write(CallOpened(ARRIVAL)).result(TIMEOUT_S)
        monkeypatch.setattr(write_queue._fallback, "replay", fail)
        write_queue._next_replay_at = 0.0
        write_queue.write(key("3")).result(TIMEOUT_S)
        write_queue.write(key("*")).result(TIMEOUT_S)
        assert "spool replay failed, will retry: ValueError" in caplog.text

        monkeypatch.setattr(FallbackStore, "is_empty", property(fail))
        write_queue._next_replay_at = 0.0
        write_queue.write(key("0")).result(TIMEOUT_S)
        write_queue.write(key("#")).result(TIMEOUT_S)  # spooled: it is unknown whether the database takes anything
        assert "write-behind queue failed, continuing: ValueError" in caplog.text
        assert "63998" not in caplog.text
        monkeypatch.undo()
    assert keys(database) == "3*0#"
