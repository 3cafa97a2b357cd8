"""Ends a part that is frozen. Whoever runs it (a container engine, systemd, supervisord) starts again what has died,
and takes what is frozen for alive."""

import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from standardiste.heartbeat import LATE_S, beats

LOOK_S = 1.0
START_S = 30.0  # what a part may take before its first sign of life
FROZEN = 70  # EX_SOFTWARE of sysexits.h


def guard(command: Sequence[str], part: str, folder: Path) -> int:
    """Runs `command` to its end and gives its exit code; FROZEN after killing it for want of a sign of life.

    `folder`: where the part leaves its heartbeats. SIGTERM and SIGINT are handed on.
    """
    began, child = time.monotonic(), subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: child.send_signal(number))
    while True:
        try:
            code = child.wait(LOOK_S)
            return code if code >= 0 else 128 - code  # as a shell tells an end by a signal
        except subprocess.TimeoutExpired:
            if time.monotonic() > began + START_S and silent(part, folder):
                child.kill()
                child.wait()
                return FROZEN


def silent(part: str, folder: Path) -> bool:
    """True when the part gave no sign of life for longer than LATE_S seconds, or never did."""
    return all(beat.age_s > LATE_S for beat in beats(folder) if beat.part == part)
