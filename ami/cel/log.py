"""The file of Asterisk's channel event log (CEL): reading it from a position, and keeping it small.

Asterisk appends one line per event to a file of ours, also while no Python runs (asterisk-conf/cel_custom.conf).
"""

import hashlib
import io
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ami.callbacks.outcomes import AttemptProgress
from ami.cel.event import parse_line
from records.call_events import CelRecord
from routing.plan.model import Plan

ROTATE_AT = 4_000_000  # bytes; a call takes about 2 kB
KEPT_S = 2 * 24 * 3600  # events stay in the file so long; `trace` shows them
CHUNK_BYTES = 250_000  # written in one transaction; a longer one would delay the calls under way


def file_identity(path: Path) -> str | None:
    """Identifies a log whatever its name is: a hash of its first event. None while it is empty or missing."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return identify_first_event(file.readline(CHUNK_BYTES))


def identify_first_event(first: bytes) -> str | None:
    """The identity of a log that begins with this line; None while the line is incomplete."""
    return hashlib.sha256(first).hexdigest()[:16] if first.endswith(b"\n") or len(first) == CHUNK_BYTES else None


class CelBatch(NamedTuple):
    """What a part of the log holds, in order, and the position up to which it was read."""

    entries: list[CelRecord | AttemptProgress]
    position: int


class CelLog:
    """The growing file at `path`; positions count its bytes. `plan` maps landing numbers to public numbers.

    A large file is renamed, read to its end and deleted. Asterisk opens the file again for each event, and loses none.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path, self.plan = path, plan
        self._rotated = path.with_suffix(".old")

    @property
    def _source(self) -> Path:
        return self._rotated if self._rotated.exists() else self.path

    @property
    def identity(self) -> str | None:
        """Identifies the file whatever its name is: a hash of its first event. None while it is empty."""
        return file_identity(self._source)

    def look(self) -> tuple[int, int] | None:
        """The number and the size of the file that is read; None while there is none."""
        try:
            found = self._source.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_size

    def read(self, position: int) -> CelBatch:
        """The lines after `position`, at most CHUNK_BYTES of them. A malformed line is skipped."""
        with self._source.open("rb") as file:
            file.seek(position)
            chunk = file.read(CHUNK_BYTES)
        end = chunk.rfind(b"\n") + 1  # the last line may be incomplete still
        if not end and (len(chunk) == CHUNK_BYTES or self._source == self._rotated):
            end = len(chunk)  # not a line of Asterisk, or the part that a crash left of one
        entries: list[CelRecord | AttemptProgress] = []
        for line in io.BytesIO(chunk[:end]):
            position += len(line)
            entries += parse_line(line, position, self.plan)
        return CelBatch(entries, position)

    def rotate(self, position: int, now: datetime | None = None) -> bool:
        """Renames a large file, or deletes the renamed one once it was read to its end; True when it was deleted.

        With `now`, a file whose first event is too old counts as large.
        """
        if self._rotated.exists():
            if complete := position >= self._rotated.stat().st_size:
                self._rotated.unlink()
            return complete
        if position > ROTATE_AT or (position and now and self._is_old(now)):
            self.path.rename(self._rotated)
        return False

    def _is_old(self, now: datetime) -> bool:
        """Whether the first event is older than numbers are to stay in the file."""
        with self.path.open("rb") as file:
            fields = file.readline(CHUNK_BYTES).decode(errors="replace").split(",")
        try:
            return now.timestamp() - float(fields[1].strip('"')) > KEPT_S
        except (IndexError, ValueError):
            return False
