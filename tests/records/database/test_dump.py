"""Copies of the database taken while others write, and what a restored database does with open calls."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from callback_records import ONE_MINUTE_LATER, callback_in_state
from databases import DatabaseFactory
from recorded_calls import record_call

from records.call_events import CallEvent, CallEventKind
from records.callbacks import callback_attempts, callback_queue, staff_actions
from records.calls import call_detail, calls
from records.database import dump
from records.database.engine import Database, open_database
from records.errors import DatabaseUnavailable
from records.requests.requests import list_open_requests
from records.restore import reconciliation
from routing.callbacks.states import CallbackState

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def open_call(database: Database, ref: str, *kinds: CallEventKind) -> None:
    record_call(database, ref, NOON, None, public_number=None)
    calls.add_events(database, ref, [CallEvent(NOON, kind) for kind in kinds], 5000)


def test_a_copy_taken_while_others_write_is_consistent_and_can_be_restored(
    database: Database, databases: DatabaseFactory, tmp_path: Path
) -> None:
    ends, began = threading.Event(), threading.Event()

    def write() -> None:
        n = 0
        while not ends.is_set():
            open_call(database, f"1.{n}", CallEventKind.KEY)
            n += 1
            began.set()

    writer = threading.Thread(target=write)
    writer.start()
    began.wait()
    file = dump.create(database, tmp_path)
    ends.set()
    writer.join()

    elsewhere = databases.empty()
    assert dump.is_empty(elsewhere)
    dump.restore(file, elsewhere)
    assert not dump.is_empty(elsewhere)
    restored = open_database(elsewhere)
    found = call_detail.list_recent_calls(restored, 10_000)
    # A copy of one instant has every call up to it and none after it.
    assert sorted(int(call.ref[2:]) for call in found) == list(range(len(found)))
    assert 1 <= len(found) <= len(call_detail.list_recent_calls(database, 10_000))
    restored.close()


@pytest.mark.engine("sqlite")
def test_the_journal_of_a_file_that_was_moved_away_is_kept_and_never_replayed_into_another(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    open_call(database, "1.1", CallEventKind.KEY)
    assert database.file
    database.file.rename(tmp_path / "away")  # its processes were killed, so the journal with the last writes stays
    assert not dump.is_empty(database_url)

    Path(f"{database.file}-wal").rename(tmp_path / "away-wal")
    assert dump.is_empty(database_url)
    restored = open_database(f"sqlite:///{tmp_path / 'away'}")
    assert [call.ref for call in call_detail.list_recent_calls(restored)] == ["1.1"]
    restored.close()


def test_open_calls_of_a_restored_database_end_and_a_caller_who_asked_for_staff_gets_a_request(
    database: Database,
) -> None:
    open_call(database, "1.1", CallEventKind.KEY)
    open_call(database, "1.2", CallEventKind.QUEUE_ENTERED)
    open_call(database, "1.3", CallEventKind.MESSAGE_HEARD)
    open_call(database, "1.4")
    calls.close_call(database, "1.4", at=NOON, disposition=None, cause="16")

    reconciliation.reconcile(database, NOON, NOON + timedelta(days=1))

    endings = {call.ref: str(call.disposition) for call in call_detail.list_recent_calls(database)}
    assert endings == {"1.1": "cut", "1.2": "cut", "1.3": "message_heard", "1.4": "abandoned"}
    assert [request.call_ref for request in list_open_requests(database)] == ["1.2"]


def test_open_callbacks_of_a_restored_database_wait_for_a_person_and_are_not_dialled(database: Database) -> None:
    expired_first = sorted(
        CallbackState, key=lambda state: state is not CallbackState.EXPIRED
    )  # its time passes for every callback
    lines = {state: f"+336399801{n:02}" for n, state in enumerate(expired_first)}
    refs = {state: callback_in_state(database, state, line).ref for state, line in lines.items()}
    later = ONE_MINUTE_LATER + timedelta(days=1)

    reconciliation.reconcile(database, ONE_MINUTE_LATER, later)

    unknown = {CallbackState.QUEUED, CallbackState.IN_LINE, CallbackState.VISITOR_RINGING, CallbackState.TALKING}
    after = {state: staff_actions.get_callback_detail(database, ref).row.state for state, ref in refs.items()}
    assert after == {state: CallbackState.TO_CHECK if state in unknown else state for state in CallbackState}
    assert callback_queue.find_due_callbacks(database, at=later, limit=100) == ()
    assert callback_attempts.list_active_attempts(database) == ()
    detail = staff_actions.get_callback_detail(database, refs[CallbackState.IN_LINE])
    assert (detail.transitions[-1].before, detail.transitions[-1].after, detail.transitions[-1].at) == (
        CallbackState.IN_LINE,
        CallbackState.TO_CHECK,
        later,
    )
    assert [attempt.result for attempt in detail.attempts] == ["restored"]
    staff_actions.retry_callback(database, refs[CallbackState.QUEUED], "anne", later)  # a person may still retry it
    assert [due.ref for due in callback_queue.find_due_callbacks(database, at=later, limit=100)] == [
        refs[CallbackState.QUEUED]
    ]


@pytest.mark.engine("sqlite")
def test_a_damaged_database_is_not_copied(database: Database, tmp_path: Path) -> None:
    for n in range(200):
        open_call(database, f"1.{n}", CallEventKind.KEY)
    database.close()
    assert database.file
    with database.file.open("r+b") as damaged:
        damaged.seek(8 * 4096)
        damaged.write(b"\xff" * 8 * 4096)

    with pytest.raises(DatabaseUnavailable, match=r"damaged|cannot be copied"):
        dump.create(database, tmp_path)
