"""The write-behind queue: one thread writes what calls report, in order, so that no caller waits for the database.

Only a write on which the next prompt depends is waited for. While the database is unavailable writes are spooled, and
the spool is replayed once the database is back (agi/fallback_store.py).
"""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from contextvars import Context, copy_context
from pathlib import Path
from typing import Any, TypeVar

from agi.errors import WriteFailed, describe_error
from agi.fallback_store import FallbackStore
from agi.pending_writes import FireAndForget, PendingWrite, write_together
from records.database.engine import CALL_WAIT_MS, Database
from records.database.unit_of_work import unit_of_work
from records.errors import DatabaseBusy, DatabaseUnavailable, RecordsError

log = logging.getLogger("agi")

WRITE_TIMEOUT_S = 1.5  # how long a caller waits for a write
COMMIT_TIMEOUT_S = 0.5  # added when the commit is under way at that moment, before the caller is asked for patience
RETRY_S = 0.5  # between two attempts to reach the database
BATCH_WINDOW_S = 0.05  # writes of one window share a transaction; no caller waits for them
ORPHAN_CHECK_S = 30.0  # between two searches for spool files that another process left

T = TypeVar("T")
_Item = tuple[Context, PendingWrite[Any], "Future[Any]"]


class WriteBehindQueue:
    """`write(entry)` returns at once; entries are written one after the other."""

    def __init__(self, database: Database, spool_folder: Path) -> None:
        self._database, self._fallback = database, FallbackStore(spool_folder)
        self._entries: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._batch: deque[_Item | None] = deque()
        self._database_down, self._next_replay_at = False, time.monotonic()
        self._writer = threading.Thread(target=self._run, name="write-behind", daemon=True)
        self._writer.start()

    def write(self, entry: PendingWrite[T]) -> "Future[T]":
        """A future of the entry's result, or of the error that prevented it; nobody needs to wait for it."""
        result: Future[T] = Future()
        self._entries.put((copy_context(), entry, result))  # the context holds the call's reference for the log
        return result

    def write_and_wait(self, entry: PendingWrite[T], keep_waiting: Callable[[], None]) -> T:
        """The entry's result, once it is committed or spooled. Raises WriteFailed: it will never be written.

        An entry that takes too long is withdrawn, except while its commit is under way: then nobody can say which of
        both it will be, so `keep_waiting` is called again and again until the commit has ended.
        """
        result = self.write(entry)
        done, _ = wait([result], WRITE_TIMEOUT_S)
        if not done and result.cancel():
            raise WriteFailed("It took too long.")
        while not wait([result], COMMIT_TIMEOUT_S).done:
            keep_waiting()
        try:
            return result.result()
        except (RecordsError, OSError) as error:
            raise WriteFailed(str(error)) from error

    def close(self) -> None:
        """Returns when every queued entry is committed or spooled."""
        self._entries.put(None)
        self._writer.join()
        self._fallback.close()

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            try:
                goes_on = self._process_batch()
            except Exception as error:  # such as MemoryError; without this thread nothing would be written any more
                with suppress(Exception):  # logging may lack memory too
                    log.error("write-behind queue failed, continuing: %s", describe_error(error))
                time.sleep(BATCH_WINDOW_S)
        with suppress(Exception):  # what cannot be replayed stays in the spool
            self._replay()

    def _process_batch(self) -> bool:
        """Writes the entries of one window. False after the last entry of all."""
        if time.monotonic() >= self._next_replay_at:
            self._replay()
        with suppress(queue.Empty):
            self._collect_batch()
        together = [item for item in self._batch if item and isinstance(item[1], FireAndForget)]
        if self._write_batch(together):
            for _ in together:
                self._batch.popleft()
        while self._batch:
            if (item := self._batch.popleft()) is None:
                return False
            context, entry, result = item
            context.run(self._process, entry, result)
        return True

    def _collect_batch(self) -> None:
        """Takes the entries of one window, up to the first that somebody may wait for. Raises queue.Empty."""
        if not self._batch:  # else the previous round failed before it was done
            self._batch.append(self._entries.get(timeout=max(0.0, self._next_replay_at - time.monotonic())))
        ends_at = time.monotonic() + BATCH_WINDOW_S
        while (last := self._batch[-1]) and isinstance(last[1], FireAndForget):
            self._batch.append(self._entries.get(timeout=max(0.0, ends_at - time.monotonic())))

    def _write_batch(self, items: Sequence[_Item]) -> bool:
        """Writes all items in one transaction. False: nothing was written, and each is to be written by itself."""
        if self._database_down or not items:
            return False
        try:
            with unit_of_work(self._database, CALL_WAIT_MS, durable=False, atomic=True) as transaction:
                write_together(transaction, [entry for _, entry, _ in items])
                for _, _, result in items:
                    _mark_running(result)
        except Exception:  # written one by one, the entry at fault shows
            return False
        for _, _, result in items:
            result.set_result(None)
        return True

    def _process(self, entry: PendingWrite[Any], future: "Future[Any]") -> None:
        try:
            result = self._write_or_spool(entry, future)
        except WriteFailed as error:
            log.error("write failed: %s", error)
        except Exception as error:  # one bad entry never stops the rest
            log.error("entry rejected: %s", describe_error(error))
            with suppress(InvalidStateError):  # nobody waits for it any more
                future.set_exception(error)
        else:
            future.set_result(result)

    def _write_or_spool(self, entry: PendingWrite[Any], future: "Future[Any]") -> Any:
        if not self._database_down:
            try:
                with unit_of_work(self._database, CALL_WAIT_MS, entry.durable, atomic=True) as transaction:
                    result = entry.write(transaction)
                    _mark_running(future)  # from here on it cannot be cancelled
                return result
            except (DatabaseBusy, DatabaseUnavailable) as error:
                if not entry.deferrable:
                    raise
                log.error("database unavailable, spooling writes: %s", error)
                self._database_down, self._next_replay_at = True, time.monotonic() + RETRY_S
        if not entry.deferrable:
            raise DatabaseUnavailable("The database is unavailable; try again in a moment.")
        _mark_running(future)
        self._fallback.append(entry)
        return entry.provisional_result()

    def _replay(self) -> None:
        """Writes to the database what was kept for it; a failure is retried later."""
        was_down, self._database_down = self._database_down, True
        # Set before the replay, so that one that always fails does not keep new entries from being handled.
        self._next_replay_at = time.monotonic() + RETRY_S
        try:
            self._fallback.replay(self._database)
            self._database_down = False
        except (DatabaseBusy, DatabaseUnavailable):
            pass  # still unavailable, which was logged when it began
        except Exception as error:  # an unreadable spool file, MemoryError
            log.error("spool replay failed, will retry: %s", describe_error(error))
            self._database_down = not self._fallback.is_empty
        if was_down and not self._database_down:
            log.info("database is back, spool replayed")
        if not self._database_down:
            self._next_replay_at = time.monotonic() + ORPHAN_CHECK_S


def _mark_running(future: "Future[Any]") -> None:
    """Raises WriteFailed when nobody waits for it any more."""
    if not future.running() and not future.set_running_or_notify_cancel():
        raise WriteFailed("Nobody waited for it any more.")
