"""Writes that the database could not take, kept in a file until it can: one line of JSON each, synced to disk.

Each process appends to a file of its own, which it holds locked; another process replays the file of one that died.
The position up to which a file was replayed is committed in the same transaction as its entries, so that no entry is
written twice. The database keeps the position after the file is deleted: a backup may hold the file as it was before
the replay and the database as it was after.
"""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from agi.pending_writes import PendingWrite, from_json_line, to_json_line
from records.calls import cel_cursor
from records.database.engine import CALL_WAIT_MS, Database
from records.database.unit_of_work import unit_of_work
from records.errors import DatabaseBusy, DatabaseUnavailable, RecordsError

log = logging.getLogger("agi")

PREALLOCATED_BYTES = 1_000_000  # reserved before the disk is full: some thousand entries
BATCH_SIZE = 200  # entries in one transaction
MAX_TRACKED_FILES = 1000  # the newest files whose replay position the database keeps
REJECTED_FILE = "refused.jsonl"
SUFFIX = ".journal"
CURSOR_PREFIX = "journal "  # before the file's name, which begins with the time when it was created


class Spool:
    """`append` while the database is unavailable, `replay` when it may be back; from one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: _SpoolFile | None = None
        with suppress(OSError):  # a disk that is full now may have room when the spool is needed
            self._file = _create_file(folder)

    @property
    def is_empty(self) -> bool:
        """True when this process has nothing to replay."""
        return not (self._file and self._file.size)

    def append(self, entry: PendingWrite[object]) -> None:
        """The entry is on disk when this returns. Raises OSError."""
        self._file = self._file or _create_file(self._folder)
        self._file.append(to_json_line(entry))

    def replay(self, database: Database) -> None:
        """Writes all entries in the order in which they were appended. Raises DatabaseBusy, DatabaseUnavailable."""
        for file in self._orphaned_files():
            with file:
                self._replay(file, database)
        if self._file and self._file.size:
            self._replay(self._file, database)
            self._file.close()
            self._file = None
            with suppress(OSError):
                self._file = _create_file(self._folder)

    def close(self) -> None:
        """Leaves what was not replayed to another process."""
        if self._file:
            if not self._file.size:
                self._file.path.unlink(missing_ok=True)
            self._file.close()

    def _orphaned_files(self) -> Iterator["_SpoolFile"]:
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            with suppress(OSError):  # its process is alive
                if not self._file or path != self._file.path:
                    yield _SpoolFile(path, os.O_RDWR)

    def _replay(self, file: "_SpoolFile", database: Database) -> None:
        source = f"{CURSOR_PREFIX}{file.path.stem}"
        position = cel_cursor.get_position(database, source)
        while lines := file.read(position)[:BATCH_SIZE]:
            rejected = []
            with unit_of_work(database, CALL_WAIT_MS) as transaction:
                for line in lines:
                    position += len(line)
                    if not _write_line(line, transaction):
                        rejected.append(line)
                cel_cursor.apply(transaction, source, position, [])
            self._quarantine(rejected)
        file.path.unlink()
        with suppress(RecordsError):  # one position too many does no harm
            cel_cursor.prune_cursors(database, CURSOR_PREFIX, MAX_TRACKED_FILES)

    def _quarantine(self, lines: list[bytes]) -> None:
        if lines:
            file = self._folder / REJECTED_FILE
            log.error("%d spooled entries were rejected and kept in %s", len(lines), file)
            with file.open("ab") as rejected:
                rejected.writelines(lines)


def _write_line(line: bytes, database: Database) -> bool:
    """False for an entry that the database will never take: the other entries are written nevertheless."""
    try:
        with database.write():
            from_json_line(line).write(database)
    except (DatabaseBusy, DatabaseUnavailable, MemoryError):  # not the entry's fault
        raise
    except Exception as error:  # its text may contain a phone number
        log.error("a spooled entry was rejected: %s", type(error).__name__)
        return False
    return True


def _create_file(folder: Path) -> "_SpoolFile":
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    created = _SpoolFile(folder / f"{time.time_ns()}-{os.getpid()}{SUFFIX}", os.O_RDWR | os.O_CREAT | os.O_EXCL)
    created.preallocate()
    return created


class _SpoolFile:
    """A spool file, locked while it is open; zeros follow its last line. Raises OSError when another process has it."""

    def __init__(self, path: Path, flags: int) -> None:
        self.path = path
        self._descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.fstat(self._descriptor).st_nlink:  # its process has just replayed and deleted it
                raise FileNotFoundError(path)
            self.size = sum(map(len, self.read(0)))
        except OSError:
            os.close(self._descriptor)
            raise

    def preallocate(self) -> None:
        with suppress(OSError):
            os.posix_fallocate(self._descriptor, 0, PREALLOCATED_BYTES)

    def append(self, line: bytes) -> None:
        """Writes and syncs the whole line, or nothing. Raises OSError."""
        text = line + b"\n"
        try:
            if os.pwrite(self._descriptor, text, self.size) < len(text):
                raise OSError("the disk is full")
            os.fdatasync(self._descriptor)
        except OSError:
            with suppress(OSError):  # half a line would hide the lines that follow
                os.pwrite(self._descriptor, b"\0" * len(text), self.size)
            raise
        self.size += len(text)

    def read(self, position: int) -> list[bytes]:
        """The complete lines from `position` on."""
        text = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, position)
        lines = text.partition(b"\0")[0].splitlines(keepends=True)
        return lines if not lines or lines[-1].endswith(b"\n") else lines[:-1]

    def __enter__(self) -> "_SpoolFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._descriptor)
