"""Ends a part that is frozen. Whoever runs it (a container engine, systemd, supervisord) starts again what has died,
and takes what is frozen for alive."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from standardiste.heartbeat import LATE_S, beats
from standardiste.sip_pulse import SipPulse

ASTERISK = "asterisk"
LOOK_S = 1.0
START_S = 60.0  # what a part may take before its first sign of life; where all start at once on a busy machine: 40
MUTE = 20  # seconds without an answer to SIP after which Asterisk is frozen; ending it cuts every call
PATIENCE = 3  # looks; after a machine, or whoever watches, has slept a part has that long for its next sign of life
FROZEN = 70  # EX_SOFTWARE of sysexits.h
HEARTS = {
    "calls": "calls-watchdog",  # which itself replaces a worker that is frozen
    "switch": "switch",
    "public": "public",
    "console": "console",
    "webhooks": "webhooks",
    "metrics": "metrics",
    ASTERISK: "asterisk",  # which is left by `switch`, and so is no proof: `Pulse`
}
"""Every part that can be found frozen, and by whose sign of life it is known to live."""


def guard(command: Sequence[str], part: str, folder: Path, sip: tuple[str, int]) -> int:
    """Runs `command` to its end and gives its exit code; FROZEN after killing it for want of a sign of life.

    `folder`: where the part leaves its heartbeats. `sip`: where Asterisk is spoken to. SIGTERM, SIGINT and SIGHUP are
    handed on.
    """
    child, vigil = subprocess.Popen(command), vigil_over(part, folder, sip)
    ending: list[int] = []

    def hand_on(number: int, _: object) -> None:
        child.send_signal(number)
        ending.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, hand_on)
    while True:
        try:
            code = child.wait(LOOK_S)
            return code if code >= 0 else 128 - code  # as a shell tells an end by a signal
        except subprocess.TimeoutExpired:
            # Who was told to end may have conversations to finish; who told it so has its own patience.
            if {signal.SIGTERM, signal.SIGINT}.isdisjoint(ending) and vigil.finds_it_frozen():
                end(child.pid, part, folder)
                child.wait()
                return FROZEN


class Vigil:
    """Over one process of a part, from its start on."""

    def __init__(self, part: str, folder: Path) -> None:
        self._heart, self._folder = HEARTS[part], folder
        self._began, self._silences = time.monotonic(), 0

    def finds_it_frozen(self) -> bool:
        """To be asked every LOOK_S seconds."""
        age, lived = _age_s(self._heart, self._folder), time.monotonic() - self._began
        silent = age > LATE_S if age < lived else lived > START_S  # an older sign of life is that of another process
        silent = silent and _signs_can_be_left(self._folder)
        self._silences = self._silences + 1 if silent else 0
        return self._silences >= PATIENCE


class Pulse(Vigil):
    """Over Asterisk: that `switch` hears nothing of it may be the fault of `switch`, so that it is asked itself."""

    def __init__(self, part: str, folder: Path, sip: tuple[str, int]) -> None:
        super().__init__(part, folder)
        self._sip = SipPulse(*sip)

    def finds_it_frozen(self) -> bool:
        if time.monotonic() - self._began < START_S or _age_s(self._heart, self._folder) <= LATE_S:
            self._sip.rest()
            return False
        self._sip.feel()
        return self._sip.unanswered * LOOK_S > MUTE


def vigil_over(part: str, folder: Path, sip: tuple[str, int]) -> Vigil:
    """The vigil that this part needs."""
    return Pulse(part, folder, sip) if part == ASTERISK else Vigil(part, folder)


def end(pid: int, part: str, folder: Path) -> None:
    """Kills a part, and what it has started where that is frozen as well; else that ends by itself."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    os.kill(pid, signal.SIGKILL)
    if _age_s(part, folder) > LATE_S:
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def _signs_can_be_left(folder: Path) -> bool:
    """Where the disk takes nothing, silence tells nothing."""
    try:
        file = os.open(folder / ".watch", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            return os.pwrite(file, b"\n", 0) == 1
        finally:
            os.close(file)
    except OSError:
        return False


def _age_s(heart: str, folder: Path) -> float:
    """Since its last sign of life; infinite without any."""
    return min((beat.age_s for beat in beats(folder) if beat.part == heart), default=float("inf"))
