"""The heartbeat of each part, in one small file, for `doctor`, the metrics and health checks.

Times are seconds since boot (clock_gettime(2), CLOCK_BOOTTIME): a change of the wall clock makes no part look dead.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HEARTBEAT_INTERVAL_S = 1.0
HEARTBEAT_TIMEOUT_S = 10.0
"""A part whose last heartbeat is older is frozen or dead."""

_LINE_FORMAT = "{:020.3f} {:020.3f} {:020.3f}\n"


@dataclass(frozen=True, slots=True)
class HeartbeatReading:
    """`age_s`: seconds since the last heartbeat; `clock_step_s`: change of the wall clock since the part started.

    `age_s` is infinite for a heartbeat from before the last boot.
    """

    part: str
    age_s: float
    clock_step_s: float

    @property
    def is_late(self) -> bool:
        return self.age_s > HEARTBEAT_TIMEOUT_S


class Heartbeat:
    """`beat()` may be called at any rate; it writes at most once a second, never raises and never waits."""

    def __init__(self, folder: Path, part: str) -> None:
        self._wall, self._boot, self._last = time.time(), _seconds_since_boot(), float("-inf")
        self._file: int | None = None
        with suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
            self._file = os.open(folder / part, os.O_RDWR | os.O_CREAT, 0o600)

    def beat(self) -> None:
        now = _seconds_since_boot()
        if self._file is None or now - self._last < HEARTBEAT_INTERVAL_S:
            return
        self._last = now
        with suppress(OSError):  # in place and of constant length: it needs no space on a full disk
            os.pwrite(self._file, _LINE_FORMAT.format(self._wall, self._boot, now).encode(), 0)


def read_heartbeats(folder: Path) -> tuple[HeartbeatReading, ...]:
    """The last heartbeat of each part that ever beat, in order of their names."""
    return tuple(beat for file in sorted(folder.glob("*")) if (beat := _read_heartbeat(file)))


def _read_heartbeat(file: Path) -> HeartbeatReading | None:
    try:
        wall, boot, last = map(float, file.read_text().split())
    except (OSError, ValueError):  # removed, or not yet written
        return None
    now = _seconds_since_boot()
    age = max(0.0, now - last) if now - last > -HEARTBEAT_INTERVAL_S else float("inf")
    return HeartbeatReading(file.name, age, (time.time() - wall) - (now - boot))


def _seconds_since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)
