"""The work of imports: rows are read and compared, then written to cards or undone, a few at once, while calls go on.

What is done stands in the rows of the database, so that any process goes on where another one was killed.
"""

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from records import leases
from records.contacts.imports import files, imports
from records.contacts.imports.checking import RowChecker
from records.contacts.imports.imports import Import, ImportProblem, ImportState
from records.contacts.imports.rows import finish_check, store_rows
from records.contacts.imports.undoing import undo_next
from records.contacts.imports.writing import import_next
from records.database.engine import Database
from records.errors import RecordsError
from routing.contact_files.import_rows import ContactRow
from routing.contact_files.uploads import MAX_PEOPLE

LEASE = "contact-import"
LEASE_DURATION = timedelta(seconds=30)
_RENEW_S = 10.0
READ_AT_ONCE = 200
_WRITE_S = 0.02
"""Processor time of a transaction, which holds the database; a call waits seven times as long for it."""
_FEWEST, _MOST = 4, 100
_REST = 0.5
"""The database is free for this part of the time that a transaction took."""
_LOW_PRIORITY = 10
log = logging.getLogger("imports")


class ContactImporter:
    """Call `start_due` regularly, and `stop` before the process ends; or `work` to do it in this thread."""

    def __init__(self, database: Database, folder: Path, now: Callable[[], datetime]) -> None:
        self._database, self._folder, self._now = database, folder, now
        self._holder = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._renewed_at = float("-inf")
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def start_due(self) -> None:
        """Goes on with an import in a thread of its own, unless one does already. Raises RecordsError."""
        if (self._thread and self._thread.is_alive()) or not (job := imports.find_work(self._database)):
            return
        self._thread = threading.Thread(target=self._run, args=[job], daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Waits up to `timeout_s` for the rows on their way; the others are left for later."""
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout_s)

    def work(self, job: Import) -> bool:
        """Checks, imports or undoes until it is done, stopped or interrupted; False while another process does.

        Raises RecordsError.
        """
        if not self._renew_lease():
            return False
        try:
            if job.state is ImportState.CHECKING:
                self._check(job)
            else:
                self._write(job, undo_next if job.state is ImportState.UNDOING else import_next)
        finally:
            leases.release(self._database, LEASE, self._holder)
            self._renewed_at = float("-inf")
        return True

    def _run(self, job: Import) -> None:
        if job.state is ImportState.CHECKING:  # it holds no lock; what does is not slowed down
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW_PRIORITY)
        try:
            self.work(job)
        except RecordsError as error:
            log.warning("import %d: %s", job.id, error)
        except Exception as error:  # without its text, which may hold what the file says; the next turn tries again
            log.error("import %d: %s", job.id, type(error).__name__)

    def _check(self, job: Import) -> None:
        checker, position, people = RowChecker(self._database, job.id), job.position, job.people
        try:
            for rows in _in_pieces(files.read_file(self._folder, job, after=position)):
                people += len(rows)
                if people > MAX_PEOPLE:
                    imports.fail_import(self._database, job.id, ImportProblem.TOO_MANY, at=self._now())
                    break
                checked = checker.check(rows)
                last = rows[-1].number
                if not store_rows(self._database, job.id, checked, position=last, expected=position):
                    return
                position = last
                if self._stopping.is_set() or not self._renew_lease():
                    return
            else:
                finish_check(self._database, job.id, at=self._now())
        except FileNotFoundError:
            imports.fail_import(self._database, job.id, ImportProblem.FILE_GONE, at=self._now())
        files.remove_file(self._folder, job.id)

    def _write(self, job: Import, write_next: Callable[..., int | None]) -> None:
        size = _FEWEST
        while not self._stopping.is_set() and self._renew_lease():
            began = time.thread_time()
            done = write_next(self._database, job.id, size=size, at=self._now())
            if done is None:
                return
            took = time.thread_time() - began
            size = max(_FEWEST, min(_MOST, round(done * _WRITE_S / max(took, 0.001)), 2 * size))
            time.sleep(_REST * took)

    def _renew_lease(self) -> bool:
        if time.monotonic() - self._renewed_at < _RENEW_S:
            return True
        held = leases.acquire(self._database, LEASE, self._holder, at=self._now(), duration=LEASE_DURATION)
        self._renewed_at = time.monotonic() if held else float("-inf")
        return held


def _in_pieces(rows: Iterator[ContactRow]) -> Iterator[Sequence[ContactRow]]:
    while piece := list(islice(rows, READ_AT_ONCE)):
        yield piece
