"""What could not be written to the base, kept in a file until it can: a line of JSON for each entry, synced.

Each process appends to a file of its own, which it holds locked; what a dead one has left is taken over. How far a file
has been replayed is written to the base in the transaction that replays it, so that nothing is entered twice. The base
knows it still when the file is gone: a backup may hold the file as it was before, and the base as it is after.
"""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from agi.entries import Entry, as_line, from_line
from records import event_log
from records.base import CALL_WAIT_MS, Base
from records.errors import BaseBusy, BaseUnavailable, RecordsError
from records.together import together

log = logging.getLogger("agi")

ROOM = 1_000_000  # bytes that are ours before the disk is full: some thousand entries
AT_ONCE = 200  # entries in one transaction
KNOWN = 1000  # files of which the base knows how far they have been replayed, the newest
REFUSED = "refused.jsonl"
SOURCE = "journal "  # before the name of a file, which begins with the moment when it was begun


class Journal:
    """`append` while the base is away, `replay` when it may be back; by one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: _File | None = None
        with suppress(OSError):  # a disk that is full already may have room when it is needed
            self._own = _begin(folder)

    @property
    def is_empty(self) -> bool:
        """Nothing of this process waits to be replayed."""
        return not (self._own and self._own.size)

    def append(self, entry: Entry[object]) -> None:
        """The entry is kept when this returns. Raises OSError."""
        self._own = self._own or _begin(self._folder)
        self._own.append(as_line(entry))

    def replay(self, base: Base) -> None:
        """Enters everything in the order in which it was appended. Raises BaseBusy, BaseUnavailable."""
        for file in self._left_behind():
            with file:
                self._replay(file, base)
        if self._own and self._own.size:
            self._replay(self._own, base)
            self._own.close()
            self._own = None
            with suppress(OSError):
                self._own = _begin(self._folder)

    def close(self) -> None:
        """What has not been replayed stays for another process."""
        if self._own:
            if not self._own.size:
                self._own.path.unlink(missing_ok=True)
            self._own.close()

    def _left_behind(self) -> Iterator["_File"]:
        for path in sorted(self._folder.glob("*.journal")):
            with suppress(OSError):  # its process lives
                if not self._own or path != self._own.path:
                    yield _File(path, os.O_RDWR)

    def _replay(self, file: "_File", base: Base) -> None:
        source = f"{SOURCE}{file.path.stem}"
        position = event_log.position(base, source)
        while lines := file.read(position)[:AT_ONCE]:
            refused = []
            with together(base, CALL_WAIT_MS) as part:
                for line in lines:
                    position += len(line)
                    if not _entered(line, part):
                        refused.append(line)
                event_log.absorb(part, source, position, [])
            self._put_aside(refused)
        file.path.unlink()
        with suppress(RecordsError):  # one more that is known does no harm
            event_log.forget_all_but(base, SOURCE, KNOWN)

    def _put_aside(self, lines: list[bytes]) -> None:
        if lines:
            log.error("%d entries of the journal were refused; they stay in %s", len(lines), self._folder / REFUSED)
            with (self._folder / REFUSED).open("ab") as file:
                file.writelines(lines)


def _entered(line: bytes, base: Base) -> bool:
    """False for an entry that the base will never take: it does not stop the others."""
    try:
        with base.write():
            from_line(line).write(base)
    except (BaseBusy, BaseUnavailable, MemoryError):  # no fault of the entry
        raise
    except Exception as error:  # its text may hold a number
        log.error("an entry of the journal was refused: %s", type(error).__name__)
        return False
    return True


def _begin(folder: Path) -> "_File":
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    begun = _File(folder / f"{time.time_ns()}-{os.getpid()}.journal", os.O_RDWR | os.O_CREAT | os.O_EXCL)
    begun.reserve()
    return begun


class _File:
    """A journal file, locked as long as it is open; zeros follow its last line. Raises OSError: another has it."""

    def __init__(self, path: Path, flags: int) -> None:
        self.path = path
        self._descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.fstat(self._descriptor).st_nlink:  # its process has just replayed and removed it
                raise FileNotFoundError(path)
            self.size = sum(map(len, self.read(0)))
        except OSError:
            os.close(self._descriptor)
            raise

    def reserve(self) -> None:
        with suppress(OSError):
            os.posix_fallocate(self._descriptor, 0, ROOM)

    def append(self, line: bytes) -> None:
        """Whole or not at all, and on the disk."""
        written = line + b"\n"
        try:
            if os.pwrite(self._descriptor, written, self.size) < len(written):
                raise OSError("the disk is full")
            os.fdatasync(self._descriptor)
        except OSError:
            with suppress(OSError):  # half a line would hide those that follow
                os.pwrite(self._descriptor, b"\0" * len(written), self.size)
            raise
        self.size += len(written)

    def read(self, position: int) -> list[bytes]:
        """The whole lines from there on."""
        text = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, position)
        lines = text.partition(b"\0")[0].splitlines(keepends=True)
        return lines if not lines or lines[-1].endswith(b"\n") else lines[:-1]

    def __enter__(self) -> "_File":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._descriptor)
