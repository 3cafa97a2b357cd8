import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bases import held
from sqlalchemy import event

from agi import notebook as agi_notebook
from agi.entries import Closed, Entry, Noted, Opened, Promised, Wished
from agi.journal import ROOM, Journal
from agi.notebook import Notebook
from agi.promise import NotKept
from records import people, requests
from records.base import Base
from records.errors import NotFound
from records.events import Arrival, CallEvent, CallEventKind, Ending
from records.presence import PresenceState
from records.stories import story

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
REF = "1763757623.12"
ARRIVAL = Arrival(REF, NOON, "+33199000000", None, "+33639980001", False, "fr", 1)
PROMISED = Promised(ARRIVAL, NOON, None, None)
LONG_S = 10


@dataclass(frozen=True)
class Doing(Entry[Any]):
    """An entry that does what a test wants in its transaction."""

    action: Any

    def write(self, base: Base) -> Any:
        return self.action(base)


@pytest.fixture
def notebook(base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    monkeypatch.setattr(agi_notebook, "RETRY_S", 0.05)
    notebook = Notebook(base, tmp_path / "journal")
    yield notebook
    notebook.close()


def key(name: str) -> Noted:
    return Noted(REF, CallEvent(NOON, CallEventKind.KEY, {"key": name}))


def keys(base: Base) -> str:
    return "".join(str(event.detail.get("key", "")) for event in story(base, REF).events)


def test_entries_are_written_in_the_order_in_which_they_were_handed_in(base: Base, notebook: Notebook) -> None:
    notebook.write(Opened(ARRIVAL))
    for name in "3*0":
        notebook.write(key(name))
    notebook.write(Closed(REF, NOON, Ending.REFUSED)).result(LONG_S)
    assert keys(base) == "3*0"
    assert story(base, REF).call.ending is Ending.REFUSED


def test_what_calls_tell_within_a_moment_is_one_transaction(base: Base, notebook: Notebook) -> None:
    commits: list[object] = []
    event.listen(base._engine, "commit", commits.append)
    told = [notebook.write(Opened(ARRIVAL)), *(notebook.write(key(name)) for name in "3*0")]
    assert [each.result(LONG_S) for each in told] == [None] * 4
    assert len(commits) == 1
    assert keys(base) == "3*0"


def test_one_bad_entry_does_not_take_those_told_with_it_along(base: Base, notebook: Notebook) -> None:
    no_line = Opened(Arrival("1.1", NOON, "+33199000000", None, "33639980001", False, "fr", 1))
    refused, told = notebook.write(no_line), [notebook.write(Opened(ARRIVAL)), notebook.write(key("3"))]
    assert [each.result(LONG_S) for each in told] == [None] * 2
    assert refused.exception(LONG_S)
    assert keys(base) == "3"


def test_nobody_waits_for_what_is_written_down(notebook: Notebook) -> None:
    goes_on = threading.Event()
    written = notebook.write(Doing(lambda _: goes_on.wait(LONG_S)))
    assert not written.done()
    goes_on.set()
    assert written.result(LONG_S) is True


def test_a_promise_is_kept_whether_its_call_is_on_record_or_not(base: Base, notebook: Notebook) -> None:
    assert notebook.promise(PROMISED) is True
    assert [request.line for request in requests.open_requests(base)] == ["+33639980001"]


def test_one_bad_entry_never_stops_the_rest(notebook: Notebook, caplog: pytest.LogCaptureFixture) -> None:
    notebook.write(Doing(lambda _: 1 / 0))
    with pytest.raises(NotFound):
        notebook.write(key("3")).result(LONG_S)
    assert notebook.write(Doing(lambda _: "the next")).result(LONG_S) == "the next"
    assert "not written down" in caplog.text


def test_want_of_memory_ends_no_record(base: Base, notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where what was kept is brought in, nor where a line is logged; what was told meanwhile is written."""

    def no_memory(*_: object, **__: object) -> None:
        monkeypatch.undo()  # there is some again
        raise MemoryError

    monkeypatch.setattr(notebook._journal, "replay", no_memory)
    notebook._look_at = 0.0
    notebook.write(Opened(ARRIVAL)).exception(LONG_S)

    goes_on = threading.Event()
    notebook.write(Doing(lambda _: goes_on.wait(LONG_S)))
    notebook.write(Noted("9.9", CallEvent(NOON, CallEventKind.KEY, {"key": "7"})))
    last = notebook.write(key("3"))
    monkeypatch.setattr(agi_notebook.log, "error", no_memory)
    goes_on.set()
    assert last.result(LONG_S) is None
    assert keys(base) == "3"


def test_a_promise_that_nobody_waited_for_is_undone(
    base: Base, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its caller was sent to leave a voicemail: a callback as well would be one too many."""
    monkeypatch.setattr(agi_notebook, "PROMISE_S", 0.1)
    goes_on = threading.Event()

    def slowly(base: Base) -> bool:
        kept = PROMISED.write(base)
        goes_on.wait(LONG_S)  # a slow disk
        return kept

    with pytest.raises(NotKept):
        notebook.promise(Doing(slowly))
    goes_on.set()
    notebook.write(Opened(ARRIVAL)).result(LONG_S)
    assert requests.open_requests(base) == ()


def test_a_promise_that_is_being_committed_is_waited_for(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agi_notebook, "PROMISE_S", 0.5)
    claimed, claim = threading.Event(), agi_notebook._claim

    def claim_and_dawdle(written: Any) -> None:
        claim(written)
        claimed.set()
        threading.Event().wait(0.7)

    monkeypatch.setattr(agi_notebook, "_claim", claim_and_dawdle)
    assert notebook.promise(PROMISED) is True
    assert claimed.is_set()


# --- the base is away -------------------------------------------------------------------------------------------------


def written_later(notebook: Notebook, base: Base) -> None:
    """Everything handed in is in the base."""
    notebook._look_at = 0.0
    notebook.write(Doing(lambda _: None)).exception(LONG_S)
    deadline = threading.Event()
    for _ in range(200):
        if not notebook._away:
            return
        deadline.wait(0.05)
    raise AssertionError("the journal was not replayed")


def test_what_is_said_while_the_base_is_locked_is_promised_at_once_and_written_once_in_order(
    base: Base, base_url: str, notebook: Notebook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with held(base_url):
        notebook.write(Opened(ARRIVAL))
        for name in "3*0":
            notebook.write(key(name))
        assert notebook.promise(PROMISED) is True
    written_later(notebook, base)
    assert keys(base) == "3*0"
    assert [request.kind for request in story(base, REF).requests] == ["callback"]
    assert [file.stat().st_size for file in (tmp_path / "journal").iterdir()] == [ROOM]
    assert caplog.text.count("a journal is kept in place of the base") == 1
    assert "63998" not in caplog.text


@pytest.mark.engine("sqlite")
def test_a_base_that_was_taken_away_and_put_back_has_everything(base: Base, notebook: Notebook, tmp_path: Path) -> None:
    notebook.write(Opened(ARRIVAL)).result(LONG_S)
    assert base.file
    elsewhere = tmp_path / "elsewhere.db"
    with closing(sqlite3.connect(base.file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    elsewhere.write_bytes(base.file.read_bytes())
    for file in tmp_path.glob("standardiste.db*"):
        file.unlink()
    notebook.write(key("3")).result(LONG_S)
    assert notebook.promise(PROMISED) is True
    os.replace(elsewhere, base.file)
    written_later(notebook, base)
    assert keys(base) == "3"
    assert len(requests.open_requests(base)) == 1


def test_a_promise_that_neither_base_nor_journal_takes_is_refused(
    base: Base, base_url: str, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with held(base_url):
        monkeypatch.setattr("os.fdatasync", full)
        notebook.write(Opened(ARRIVAL))
        with pytest.raises(NotKept):
            notebook.promise(PROMISED)
        notebook.write(key("3"))
        monkeypatch.undo()
        notebook.write(key("*"))  # behind those in memory
    written_later(notebook, base)
    assert keys(base) == "3*"
    assert requests.open_requests(base) == ()


def test_what_a_desk_phone_wishes_is_done_now_or_not_at_all(base: Base, base_url: str, notebook: Notebook) -> None:
    people.prepare_phones(base, {"p01": "secret"})
    people.add(base, "Anne", language="fr", at=NOON)
    with held(base_url):
        for _ in range(2):
            with pytest.raises(NotKept):
                notebook.promise(Wished("p01", PresenceState.OUT, NOON))
    written_later(notebook, base)
    assert notebook.promise(Wished("p01", PresenceState.PAUSED, NOON)) is not None


def test_closing_waits_for_everything_handed_in(base: Base, tmp_path: Path) -> None:
    notebook = Notebook(base, tmp_path / "journal")
    goes_on = threading.Event()
    notebook.write(Doing(lambda _: goes_on.wait(LONG_S)))
    last = notebook.write(Opened(ARRIVAL))
    closing = threading.Thread(target=notebook.close)
    closing.start()
    goes_on.set()
    closing.join(LONG_S)
    assert last.done()
    assert list((tmp_path / "journal").iterdir()) == []


def test_an_entry_that_the_base_refuses_leaves_no_number_in_the_log(
    base: Base, notebook: Notebook, caplog: pytest.LogCaptureFixture
) -> None:
    no_line = "33639980001"  # for want of its +, by a constraint of the base
    caplog.set_level(logging.DEBUG)
    refused = Opened(Arrival(REF, NOON, "+33199000000", None, no_line, False, "fr", 1))
    with pytest.raises(Exception, match="constraint"):
        notebook.write(refused).result(LONG_S)
    assert "not written down" in caplog.text
    assert "63998" not in caplog.text


def stumble(*_: object) -> None:
    raise ValueError(ARRIVAL.caller)


def test_what_goes_wrong_with_the_notebook_itself_names_nobody_and_stops_nothing(
    base: Base, notebook: Notebook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble_once(*_: object) -> None:
        monkeypatch.undo()
        stumble()

    notebook.write(Opened(ARRIVAL)).result(LONG_S)
    monkeypatch.setattr(notebook, "_enter_together", stumble_once)
    notebook.write(key("3")).result(LONG_S)
    assert "the notebook stumbled, and goes on: ValueError" in caplog.text
    assert notebook.write(Doing(stumble)).exception(LONG_S)
    assert "not written down: ValueError" in caplog.text
    assert keys(base) == "3"
    assert "63998" not in caplog.text


def test_a_look_for_what_was_kept_that_always_fails_keeps_nothing_else_from_being_written(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Notebook(base, tmp_path / "journal")) as notebook:
        notebook.write(Opened(ARRIVAL)).result(LONG_S)
        monkeypatch.setattr(notebook._journal, "replay", stumble)
        notebook._look_at = 0.0
        notebook.write(key("3")).result(LONG_S)
        notebook.write(key("*")).result(LONG_S)
        assert "what was kept for the base is not in it yet: ValueError" in caplog.text

        monkeypatch.setattr(Journal, "is_empty", property(stumble))
        notebook._look_at = 0.0
        notebook.write(key("0")).result(LONG_S)
        notebook.write(key("#")).result(LONG_S)  # into the journal: nobody knows whether the base takes anything
        assert "the notebook stumbled, and goes on: ValueError" in caplog.text
        assert "63998" not in caplog.text
        monkeypatch.undo()
    assert keys(base) == "3*0#"
