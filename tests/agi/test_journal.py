import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agi import journal as agi_journal
from agi.entries import Entry, Noted, Opened, Promised
from agi.journal import REFUSED, Journal
from records import calls, requests
from records.base import Base
from records.events import Arrival, CallEvent, CallEventKind
from records.stories import story

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
REF = "1763757623.12"
ARRIVAL = Arrival(REF, NOON, "+33199000000", None, "+33639980001", False, "fr", 1)
KEYS = "0123456789"
ANOTHER_PROCESS = """
import sys; sys.path[:] = {path!r}
from pathlib import Path
from agi.entries import Opened, Promised
from agi.journal import Journal
from records.events import Arrival
from datetime import UTC, datetime
noon = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
arrival = Arrival({ref!r}, noon, "+33199000000", None, "+33639980001", False, "fr", 1)
journal = Journal(Path({folder!r}))
journal.append(Opened(arrival))
journal.append(Promised(arrival, noon, None, None))
print("kept", flush=True)
sys.stdin.read()
"""


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def key(name: str) -> Noted:
    return Noted(REF, CallEvent(NOON, CallEventKind.KEY, {"key": name}))


def append(journal: Journal, *entries: Entry[object]) -> None:
    for entry in entries:
        journal.append(entry)


def keys(base: Base) -> str:
    return "".join(str(event.detail.get("key", "")) for event in story(base, REF).events)


def killed(journal: Journal) -> None:
    """As the end of its process would: its file is no longer locked."""
    assert journal._own
    os.close(journal._own._descriptor)


@pytest.mark.parametrize("moment", range(len(KEYS) + 3))
def test_a_crash_at_any_moment_of_the_replay_enters_nothing_twice_and_forgets_nothing(
    base: Base, folder: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """Before each entry, then between the commit and the removal of the file, then before it is forgotten."""
    monkeypatch.setattr(agi_journal, "AT_ONCE", 3)
    journal = Journal(folder)
    append(journal, Opened(ARRIVAL), *map(key, KEYS))
    steps = iter(range(moment))
    entered, unlink = agi_journal._entered, Path.unlink

    def step(*_: object) -> None:
        if next(steps, None) is None:
            raise Killed

    def entered_or_killed(line: bytes, base: Base) -> bool:
        step()
        return entered(line, base)

    def unlinked_or_killed(path: Path, missing_ok: bool = False) -> None:
        step()
        unlink(path, missing_ok)
        step()

    monkeypatch.setattr(agi_journal, "_entered", entered_or_killed)
    monkeypatch.setattr(Path, "unlink", unlinked_or_killed)
    with pytest.raises(Killed):
        journal.replay(base)
    monkeypatch.undo()
    killed(journal)

    another = Journal(folder)
    another.replay(base)
    another.close()

    assert keys(base) == KEYS
    assert list(folder.iterdir()) == []


def test_what_a_killed_process_has_promised_is_kept_by_the_next_one(base: Base, folder: Path) -> None:
    code = ANOTHER_PROCESS.format(path=sys.path, ref=REF, folder=str(folder))
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"kept\n"
        journal = Journal(folder)
        journal.replay(base)
        assert requests.open_requests(base) == ()  # it lives, and keeps its own
        process.send_signal(signal.SIGKILL)
        process.wait()
    journal.replay(base)
    journal.close()
    assert [request.kind for request in story(base, REF).requests] == ["callback"]


def test_half_a_line_is_no_entry_and_hides_none(base: Base, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(folder)
    append(journal, Opened(ARRIVAL), key("1"))
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, text, at: pwrite(file, text[:10], at))
    with pytest.raises(OSError, match="full"):
        journal.append(key("2"))
    monkeypatch.undo()
    journal.append(key("3"))
    killed(journal)
    [file] = folder.iterdir()
    with file.open("r+b") as torn:
        torn.seek(file.read_bytes().index(b"\0"))
        torn.write(b'{"ref":"1763757')  # a power cut while it was written
    another = Journal(folder)
    another.replay(base)
    another.close()
    assert keys(base) == "13"


def test_an_entry_that_the_base_refuses_is_put_aside_and_stops_nobody(
    base: Base, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(folder)
    stranger = Noted("9.9", CallEvent(NOON, CallEventKind.KEY, {"key": "7"}))
    append(journal, Opened(ARRIVAL), stranger, key("3"), Promised(ARRIVAL, NOON, "no number", None), key("*"))
    journal.replay(base)
    journal.close()
    assert keys(base) == "3*"
    assert len((folder / REFUSED).read_bytes().splitlines()) == 2
    assert "no number" not in caplog.text


def test_an_entry_that_there_was_no_memory_for_is_entered_later(
    base: Base, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(folder)
    append(journal, Opened(ARRIVAL), key("1"))

    def no_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Noted, "write", no_memory)
    with pytest.raises(MemoryError):
        journal.replay(base)
    monkeypatch.undo()
    journal.replay(base)
    journal.close()

    assert keys(base) == "1"
    assert not (folder / REFUSED).exists()


def test_a_promise_written_after_its_call_was_closed_settles_what_was_missed(base: Base, folder: Path) -> None:
    journal = Journal(folder)
    journal.append(Promised(ARRIVAL, NOON, None, None))
    calls.open_call(
        base,
        REF,
        landing="+33199000000",
        public_number=None,
        caller="+33639980001",
        withheld=False,
        language="fr",
        plan_version=1,
        at=NOON,
    )
    calls.note(base, REF, [CallEvent(NOON, CallEventKind.QUEUE_ENTERED, {})])
    calls.close_call(base, REF, at=NOON, ending=None, cause="16")
    journal.replay(base)
    journal.close()
    told = story(base, REF)
    assert told.call.ending == "callback"
    assert [request.kind for request in told.requests if request.is_open] == ["callback"]
