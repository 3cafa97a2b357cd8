"""The threads of AGI sessions: one for each session under way, used again for the next one."""

import threading
from collections.abc import Iterator
from contextvars import ContextVar

import pytest
from reception import wait_for

from agi import session_threads
from agi.session_threads import SessionThreads

TIMEOUT_S = 10
called: ContextVar[str] = ContextVar("called", default="")


class Session:
    """A session that lasts until `end()`; it says which thread serves it, and whose call the log would name."""

    def __init__(self, ref: str) -> None:
        self.ref, self.thread, self.inherited = ref, 0, ""
        self.begun, self._ended = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.thread, self.inherited = threading.get_ident(), called.get()
        called.set(self.ref)
        self.begun.set()
        self._ended.wait(TIMEOUT_S)

    def begin(self, threads: SessionThreads) -> "Session":
        threads.run(self)
        assert self.begun.wait(TIMEOUT_S)
        return self

    def end(self, threads: SessionThreads, *, idle: int) -> None:
        self._ended.set()
        wait_for(lambda: threads._idle == idle, f"{idle} threads to wait")


@pytest.fixture
def threads() -> Iterator[SessionThreads]:
    yield SessionThreads()


def test_a_thread_serves_one_session_after_the_other_and_nothing_of_a_call_stays(threads: SessionThreads) -> None:
    first = Session("1.1").begin(threads)
    first.end(threads, idle=1)
    second = Session("1.2").begin(threads)
    assert second.thread == first.thread
    assert second.inherited == ""
    second.end(threads, idle=1)


def test_sessions_at_the_same_time_have_a_thread_each(threads: SessionThreads) -> None:
    first, second = Session("1.1").begin(threads), Session("1.2").begin(threads)
    assert first.thread != second.thread
    first.end(threads, idle=1)
    second.end(threads, idle=2)


def test_no_more_threads_than_usual_wait_after_a_burst(
    threads: SessionThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_threads, "MAX_IDLE", 1)
    burst = [Session(f"1.{number}").begin(threads) for number in range(3)]
    for session in burst:
        session.end(threads, idle=1)
    wait_for(
        lambda: sum(thread.ident in {one.thread for one in burst} for thread in threading.enumerate()) == 1, "ends"
    )
