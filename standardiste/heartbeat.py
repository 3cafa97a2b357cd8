"""A sign of life of each part, in one small file, for whoever watches: `doctor`, the metrics, a health check.

Times are of the machine's clock since boot (clock_gettime(2), CLOCK_BOOTTIME), which nobody sets: a wall clock that
is put right makes no part look dead.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

EVERY_S = 1.0
LATE_S = 10.0
"""A part that beat longer ago than this is frozen or dead."""

_LINE = "{:020.3f} {:020.3f} {:020.3f}\n"


@dataclass(frozen=True, slots=True)
class Beat:
    """`age_s`: seconds since the last sign of life; `clock_step_s`: by how much the wall clock was set since the start.

    `age_s` is infinite for a sign of life from before the machine was started.
    """

    part: str
    age_s: float
    clock_step_s: float

    @property
    def is_late(self) -> bool:
        return self.age_s > LATE_S


class Heart:
    """`beat()` may be called as often as one likes: once a second it leaves a sign. It never fails, nor waits."""

    def __init__(self, folder: Path, part: str) -> None:
        self._wall, self._boot, self._last = time.time(), _since_boot(), float("-inf")
        self._file: int | None = None
        with suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
            self._file = os.open(folder / part, os.O_RDWR | os.O_CREAT, 0o600)

    def beat(self) -> None:
        now = _since_boot()
        if self._file is None or now - self._last < EVERY_S:
            return
        self._last = now
        with suppress(OSError):  # in place and of one length: a full disk has room for it
            os.pwrite(self._file, _LINE.format(self._wall, self._boot, now).encode(), 0)


def beats(folder: Path) -> tuple[Beat, ...]:
    """The last sign of life of each part that ever gave one, by name."""
    return tuple(beat for file in sorted(folder.glob("*")) if (beat := _read(file)))


def _read(file: Path) -> Beat | None:
    try:
        wall, boot, last = map(float, file.read_text().split())
    except (OSError, ValueError):  # taken away, or not yet written
        return None
    now = _since_boot()
    age = max(0.0, now - last) if now - last > -EVERY_S else float("inf")
    return Beat(file.name, age, (time.time() - wall) - (now - boot))


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)
