"""Writes down what calls report, in order, from one thread: the caller never waits for the base, promises apart.

While the base is away everything goes to the journal, and from there into the base once it is back (agi/journal.py).
"""

import logging
import queue
import threading
import time
import traceback
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from contextvars import Context, copy_context
from pathlib import Path
from typing import Any, TypeVar

from agi.entries import Entry, Told
from agi.journal import Journal
from agi.promise import NotKept
from records.base import CALL_WAIT_MS, Base
from records.errors import BaseBusy, BaseUnavailable, RecordsError
from records.together import together

log = logging.getLogger("agi")

PROMISE_S = 1.5  # a caller waits so long for a promise
COMMIT_S = 0.5  # longer, where it is being committed in that very moment
RETRY_S = 0.5  # between two looks at whether the base is back
TOGETHER_S = 0.05  # what calls tell within so short a time is one transaction, while the conversation goes on
LOOK_S = 30.0  # between two looks for what another process has left behind
MOST = 10_000  # entries kept in memory while not even the journal takes them

T = TypeVar("T")
_Item = tuple[Context, Entry[Any], "Future[Any]"]


class Notebook:
    """`write(entry)` returns at once; entries are written one after the other. `journal` is a folder."""

    def __init__(self, base: Base, journal: Path) -> None:
        self._base, self._journal = base, Journal(journal)
        self._entries: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._gathered: deque[_Item | None] = deque()
        self._unkept: deque[Entry[Any]] = deque(maxlen=MOST)
        self._away, self._look_at = False, time.monotonic()
        self._writer = threading.Thread(target=self._run, name="notebook", daemon=True)
        self._writer.start()

    def write(self, entry: Entry[T]) -> "Future[T]":
        """The future holds what the entry gave, or raises why it was not written; nobody needs to wait for it."""
        written: Future[T] = Future()
        self._entries.put((copy_context(), entry, written))  # in which a line of the log says of which call it is
        return written

    def promise(self, entry: Entry[T]) -> T:
        """What the entry gave, once it is in the base or in the journal. Raises NotKept: it will never be in either."""
        written = self.write(entry)
        try:
            return written.result(PROMISE_S)
        except TimeoutError:
            if written.cancel():
                raise NotKept("It took too long.") from None
        except (RecordsError, OSError) as error:
            raise NotKept(str(error)) from error
        return written.result(COMMIT_S)

    def close(self) -> None:
        """Returns when everything handed in so far is in the base or in the journal."""
        self._entries.put(None)
        self._writer.join()
        self._journal.close()

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            try:
                goes_on = self._turn()
            except Exception as error:  # want of memory: whoever serves calls would not notice that nothing is written
                with suppress(Exception):  # for want of memory again
                    log.error("the notebook stumbled, and goes on: %s", _told(error))
                time.sleep(TOGETHER_S)
        with suppress(Exception):  # what is not in the base stays in the journal
            self._catch_up()

    def _turn(self) -> bool:
        """Writes down what is handed in within a moment. False after the last of all."""
        if time.monotonic() >= self._look_at:
            self._catch_up()
        with suppress(queue.Empty):
            self._gather()
        told = [item for item in self._gathered if item and isinstance(item[1], Told)]
        if self._enter_together(told):
            for _ in told:
                self._gathered.popleft()
        while self._gathered:
            if (item := self._gathered.popleft()) is None:
                return False
            context, entry, written = item
            context.run(self._take, entry, written)
        return True

    def _gather(self) -> None:
        """What is handed in within TOGETHER_S, up to the first entry that somebody may wait for. Raises queue.Empty."""
        if not self._gathered:  # else the last turn ended before its time
            self._gathered.append(self._entries.get(timeout=max(0.0, self._look_at - time.monotonic())))
        ends = time.monotonic() + TOGETHER_S
        while (last := self._gathered[-1]) and isinstance(last[1], Told):
            self._gathered.append(self._entries.get(timeout=max(0.0, ends - time.monotonic())))

    def _enter_together(self, items: Sequence[_Item]) -> bool:
        """In one transaction. False: nothing of it is written, and each is to be taken by itself."""
        if self._away or not items:
            return False
        try:
            with together(self._base, CALL_WAIT_MS, durable=False, all_or_none=True) as part:
                for _, entry, written in items:
                    entry.write(part)
                    _claim(written)
        except Exception:  # whose fault it was shows when each is taken by itself
            return False
        for _, _, written in items:
            written.set_result(None)
        return True

    def _take(self, entry: Entry[Any], written: "Future[Any]") -> None:
        try:
            result = self._enter(entry, written)
        except NotKept as error:
            log.error("a promise was not kept: %s", error)
        except Exception as error:  # one bad entry never stops the rest
            log.error("not written down: %s", _told(error))
            with suppress(InvalidStateError):  # nobody waits for it any more
                written.set_exception(error)
        else:
            written.set_result(result)

    def _enter(self, entry: Entry[Any], written: "Future[Any]") -> Any:
        if not self._away:
            try:
                with together(self._base, CALL_WAIT_MS, entry.durable, all_or_none=True) as part:
                    result = entry.write(part)
                    _claim(written)  # from here on whoever waits for it is bound to the outcome
                return result
            except (BaseBusy, BaseUnavailable) as error:
                if not entry.can_wait:
                    raise
                log.error("a journal is kept in place of the base: %s", error)
                self._away, self._look_at = True, time.monotonic() + RETRY_S
        if not entry.can_wait:
            raise BaseUnavailable("The base is away; try again in a moment.")
        _claim(written)
        self._keep(entry)
        return entry.meanwhile()

    def _keep(self, entry: Entry[Any]) -> None:
        try:
            if entry.durable or not self._unkept:
                return self._journal.append(entry)
        except OSError as error:
            if entry.durable:
                raise
            log.error("the journal cannot be written to either, and entries stay in memory: %s", error)
        self._unkept.append(entry)

    def _catch_up(self) -> None:
        """Brings into the base what was kept for it, in order; tried again later where that fails."""
        was_away, self._away = self._away, True
        self._look_at = time.monotonic() + RETRY_S  # first of all: what fails here must not be tried before all else
        try:
            self._journal.replay(self._base)
            while self._unkept:
                self._write_late(self._unkept[0])
                self._unkept.popleft()
            self._away = False
        except (BaseBusy, BaseUnavailable):
            pass  # still away, which was said when it went; the next look is due in RETRY_S
        except Exception as error:  # a journal that cannot be read, want of memory
            log.error("what was kept for the base is not in it yet: %s", _told(error))
            self._away = bool(self._unkept) or not self._journal.is_empty
        if was_away and not self._away:
            log.info("the base is back, and has everything that was kept for it")
        if not self._away:
            self._look_at = time.monotonic() + LOOK_S

    def _write_late(self, entry: Entry[Any]) -> None:
        try:
            with together(self._base, CALL_WAIT_MS, all_or_none=True) as part:
                entry.write(part)
        except (BaseBusy, BaseUnavailable, MemoryError):  # no fault of the entry
            raise
        except Exception as error:
            log.error("not written down: %s", _told(error))


def _claim(written: "Future[Any]") -> None:
    """Raises NotKept when nobody waits for it any more."""
    if not written.running() and not written.set_running_or_notify_cancel():
        raise NotKept("Nobody waited for it any more.")


def _told(error: Exception) -> str:
    """Its sentence if it is one of ours; else its kind and place alone: its text may hold what a caller said."""
    if isinstance(error, RecordsError | OSError):
        return str(error)
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
