import logging
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agi import notebook as agi_notebook
from agi.notebook import Notebook
from records import calls
from records.base import Base, open_base
from records.errors import BaseBusy, NotFound
from records.events import CallEvent, CallEventKind
from records.migrate import upgrade
from records.stories import story

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
REF = "1763757623.12"


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Base]:
    url = f"sqlite:///{tmp_path}/standardiste.db"
    upgrade(url)
    base = open_base(url)
    yield base
    base.close()


@pytest.fixture
def notebook(base: Base) -> Iterator[Notebook]:
    notebook = Notebook(base)
    yield notebook
    notebook.close()


def opened(base: Base, caller: str = "+33639980001") -> calls.OpenedCall:
    return calls.open_call(
        base,
        REF,
        landing="+33199000000",
        public_number=None,
        caller=caller,
        withheld=False,
        language="fr",
        plan_version=1,
        at=NOON,
    )


def test_entries_are_written_in_the_order_in_which_they_were_handed_in(base: Base, notebook: Notebook) -> None:
    notebook.write(opened)
    for key in "3*0":
        event = CallEvent(NOON, CallEventKind.KEY, {"key": key})
        notebook.write(lambda base, event=event: calls.note(base, REF, [event]))
    notebook.write(lambda _: None).result(5)
    assert [event.detail["key"] for event in story(base, REF).events] == list("3*0")


def test_nobody_waits_for_what_is_written_down(notebook: Notebook) -> None:
    goes_on = threading.Event()
    written = notebook.write(lambda _: goes_on.wait(10))
    assert not written.done()
    goes_on.set()
    assert written.result(5) is True


def test_a_promise_gives_back_what_was_written_or_why_it_was_not(notebook: Notebook) -> None:
    assert notebook.write(opened).result(5).is_new_contact
    with pytest.raises(NotFound):
        notebook.write(lambda base: calls.promise_callback(base, "9.9", at=NOON)).result(5)


def test_one_bad_entry_never_stops_the_rest(notebook: Notebook, caplog: pytest.LogCaptureFixture) -> None:
    notebook.write(lambda _: 1 / 0)
    assert notebook.write(lambda _: "the next").result(5) == "the next"
    assert "not written down" in caplog.text


def test_what_another_process_keeps_out_for_a_moment_is_written_afterwards(base: Base, notebook: Notebook) -> None:
    other = sqlite3.connect(base.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    written = notebook.write(opened)
    with pytest.raises(TimeoutError):
        written.result(2 * 0.001 * calls.CALL_WAIT_MS)
    other.execute("COMMIT")
    other.close()
    assert written.result(5).ref == REF


def test_what_another_process_keeps_out_for_long_is_given_up(
    base: Base, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agi_notebook, "BUSY_MAX_S", 0.0)
    other = sqlite3.connect(base.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BaseBusy):
        notebook.write(opened).result(5)
    other.close()


def test_closing_waits_for_everything_handed_in(base: Base) -> None:
    notebook = Notebook(base)
    goes_on = threading.Event()
    notebook.write(lambda _: goes_on.wait(10))
    last = notebook.write(opened)
    closing = threading.Thread(target=notebook.close)
    closing.start()
    goes_on.set()
    closing.join(5)
    assert last.done()


def test_an_entry_that_the_base_refuses_leaves_no_number_in_the_log(
    base: Base, notebook: Notebook, caplog: pytest.LogCaptureFixture
) -> None:
    no_line = "33639980001"  # for want of its +, by a constraint of the base
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Exception, match="constraint"):
        notebook.write(lambda base: opened(base, no_line)).result(5)
    assert "not written down" in caplog.text
    assert "63998" not in caplog.text
