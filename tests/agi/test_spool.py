"""The spool loses no entry and writes none twice, whenever a process is killed."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agi import spool as spool_module
from agi.pending_writes import CallbackCreated, CallEventAdded, CallOpened, PendingWrite
from agi.spool import REJECTED_FILE, Spool
from records.call_events import CallEvent, CallEventKind, IncomingCall
from records.calls import calls
from records.calls.call_detail import get_call_detail
from records.database.engine import Database
from records.requests import requests

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
REF = "1763757623.12"
ARRIVAL = IncomingCall(REF, NOON, "+33199000000", None, "+33639980001", False, "fr", 1)
KEYS = "0123456789"
ANOTHER_PROCESS = """
import sys; sys.path[:] = {path!r}
from pathlib import Path
from agi.pending_writes import CallOpened, CallbackCreated
from agi.spool import Spool
from records.call_events import IncomingCall
from datetime import UTC, datetime
noon = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
arrival = IncomingCall({ref!r}, noon, "+33199000000", None, "+33639980001", False, "fr", 1)
spool = Spool(Path({folder!r}))
spool.append(CallOpened(arrival))
spool.append(CallbackCreated(arrival, noon, None, None))
print("spooled", flush=True)
sys.stdin.read()
"""


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def key(name: str) -> CallEventAdded:
    return CallEventAdded(REF, CallEvent(NOON, CallEventKind.KEY, {"key": name}))


def append(spool: Spool, *entries: PendingWrite[object]) -> None:
    for entry in entries:
        spool.append(entry)


def keys(database: Database) -> str:
    return "".join(str(event.detail.get("key", "")) for event in get_call_detail(database, REF).events)


def release_lock(spool: Spool) -> None:
    """As the end of its process does: its file is no longer locked."""
    assert spool._file
    os.close(spool._file._descriptor)


@pytest.mark.parametrize("steps_before_crash", range(len(KEYS) + 3))
def test_a_crash_at_any_moment_of_a_replay_writes_nothing_twice_and_loses_nothing(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, steps_before_crash: int
) -> None:
    """The crash is before each entry, then between the commit and the deletion of the file, then after it."""
    monkeypatch.setattr(spool_module, "BATCH_SIZE", 3)
    spool = Spool(folder)
    append(spool, CallOpened(ARRIVAL), *map(key, KEYS))
    steps = iter(range(steps_before_crash))
    write_line, unlink = spool_module._write_line, Path.unlink

    def step(*_: object) -> None:
        if next(steps, None) is None:
            raise Killed

    def write_line_or_crash(line: bytes, database: Database) -> bool:
        step()
        return write_line(line, database)

    def unlink_or_crash(path: Path, missing_ok: bool = False) -> None:
        step()
        unlink(path, missing_ok)
        step()

    monkeypatch.setattr(spool_module, "_write_line", write_line_or_crash)
    monkeypatch.setattr(Path, "unlink", unlink_or_crash)
    with pytest.raises(Killed):
        spool.replay(database)
    monkeypatch.undo()
    release_lock(spool)

    another = Spool(folder)
    another.replay(database)
    another.close()

    assert keys(database) == KEYS
    assert list(folder.iterdir()) == []


def test_the_spool_of_a_killed_process_is_replayed_by_another(database: Database, folder: Path) -> None:
    code = ANOTHER_PROCESS.format(path=sys.path, ref=REF, folder=str(folder))
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"spooled\n"
        spool = Spool(folder)
        spool.replay(database)
        assert requests.list_open_requests(database) == ()  # a living process replays its own file
        process.send_signal(signal.SIGKILL)
        process.wait()
    spool.replay(database)
    spool.close()
    assert [request.kind for request in get_call_detail(database, REF).requests] == ["callback"]


def test_an_incomplete_line_is_ignored_and_the_other_lines_are_read(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(folder)
    append(spool, CallOpened(ARRIVAL), key("1"))
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, text, at: pwrite(file, text[:10], at))
    with pytest.raises(OSError, match="full"):
        spool.append(key("2"))
    monkeypatch.undo()
    spool.append(key("3"))
    release_lock(spool)
    [file] = folder.iterdir()
    with file.open("r+b") as torn:
        torn.seek(file.read_bytes().index(b"\0"))
        torn.write(b'{"ref":"1763757')  # a power cut during the write
    another = Spool(folder)
    another.replay(database)
    another.close()
    assert keys(database) == "13"


def test_an_entry_that_the_database_rejects_is_set_aside_and_the_others_are_written(
    database: Database, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(folder)
    of_unknown_call = CallEventAdded("9.9", CallEvent(NOON, CallEventKind.KEY, {"key": "7"}))
    without_number = CallbackCreated(ARRIVAL, NOON, "no number", None)
    append(spool, CallOpened(ARRIVAL), of_unknown_call, key("3"), without_number, key("*"))
    spool.replay(database)
    spool.close()
    assert keys(database) == "3*"
    assert len((folder / REJECTED_FILE).read_bytes().splitlines()) == 2
    assert "no number" not in caplog.text


def test_an_entry_that_fails_for_lack_of_memory_is_written_later(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(folder)
    append(spool, CallOpened(ARRIVAL), key("1"))

    def out_of_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(CallEventAdded, "write", out_of_memory)
    with pytest.raises(MemoryError):
        spool.replay(database)
    monkeypatch.undo()
    spool.replay(database)
    spool.close()

    assert keys(database) == "1"
    assert not (folder / REJECTED_FILE).exists()


def test_a_callback_written_after_its_call_was_closed_replaces_the_disposition_and_the_missed_call(
    database: Database, folder: Path
) -> None:
    spool = Spool(folder)
    spool.append(CallbackCreated(ARRIVAL, NOON, None, None))
    calls.open_call(
        database,
        REF,
        landing="+33199000000",
        public_number=None,
        caller="+33639980001",
        withheld=False,
        language="fr",
        plan_version=1,
        at=NOON,
    )
    calls.add_events(database, REF, [CallEvent(NOON, CallEventKind.QUEUE_ENTERED, {})])
    calls.close_call(database, REF, at=NOON, disposition=None, cause="16")
    spool.replay(database)
    spool.close()
    detail = get_call_detail(database, REF)
    assert detail.call.disposition == "callback"
    assert [request.kind for request in detail.requests if request.is_open] == ["callback"]
