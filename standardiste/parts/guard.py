"""Kills a frozen part, so that it is restarted.

A container engine, systemd and supervisord restart a process that has died; one that is frozen they take for alive.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from standardiste.parts.forking import ForkedProcess
from standardiste.parts.heartbeat import HEARTBEAT_TIMEOUT_S, read_heartbeats
from standardiste.parts.sip_probe import SipProbe

ASTERISK = "asterisk"
CHECK_INTERVAL_S = 1.0
START_TIMEOUT_S = 60.0  # for the first heartbeat; 40 s were measured when all parts start on a busy machine
SIP_SILENCE_MAX_S = 20  # Asterisk is frozen if it answers no SIP request for so long; killing it cuts every call
SILENT_CHECKS_MAX = 3  # after the machine, or the guard, was suspended, a part has so many checks to beat again
EXIT_FROZEN = 70  # EX_SOFTWARE of sysexits.h
HEARTBEAT_BY_PART = {
    "calls": "calls-watchdog",  # replaces a frozen worker itself
    "switch": "switch",
    "public": "public",
    "console": "console",
    "live": "live",
    "centre": "centre",
    "webhooks": "webhooks",
    "metrics": "metrics",
    ASTERISK: "asterisk",  # written by `switch`, and so no proof: see AsteriskLivenessProbe
}
"""Every part that is guarded, and the heartbeat that shows whether it lives."""


def run_guarded(
    child: "subprocess.Popen[bytes] | ForkedProcess", part: str, heartbeats: Path, sip_endpoint: tuple[str, int]
) -> int:
    """Waits for the end of `child` and returns its exit code, or EXIT_FROZEN after killing it for want of a heartbeat.

    `heartbeats` is the folder of heartbeats, `sip_endpoint` the address and port of Asterisk. SIGTERM, SIGINT and
    SIGHUP are forwarded.
    """
    probe = create_liveness_probe(part, heartbeats, sip_endpoint)
    received: list[int] = []

    def forward(number: int, _: object) -> None:
        child.send_signal(number)
        received.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, forward)
    while True:
        try:
            code = child.wait(CHECK_INTERVAL_S)
            return code if code >= 0 else 128 - code  # a signal as a shell reports it
        except subprocess.TimeoutExpired:
            # A part that has received SIGTERM may finish its calls; the sender of the signal has its own timeout.
            if {signal.SIGTERM, signal.SIGINT}.isdisjoint(received) and probe.check_frozen():
                kill_part(child.pid, part, heartbeats)
                child.wait()
                return EXIT_FROZEN


class LivenessProbe:
    """Watches one process of a part from its start on."""

    def __init__(self, part: str, folder: Path) -> None:
        self._heartbeat, self._folder = HEARTBEAT_BY_PART[part], folder
        self._started, self._silent_checks = time.monotonic(), 0

    def check_frozen(self) -> bool:
        """True if the part is frozen; call it every CHECK_INTERVAL_S seconds."""
        age, uptime = _heartbeat_age_s(self._heartbeat, self._folder), time.monotonic() - self._started
        # A heartbeat that is older than the process is that of an earlier process.
        silent = age > HEARTBEAT_TIMEOUT_S if age < uptime else uptime > START_TIMEOUT_S
        silent = silent and _heartbeats_writable(self._folder)
        self._silent_checks = self._silent_checks + 1 if silent else 0
        return self._silent_checks >= SILENT_CHECKS_MAX


class AsteriskLivenessProbe(LivenessProbe):
    """Watches Asterisk. `switch` writes its heartbeat, and may be at fault itself: so Asterisk is asked by SIP too."""

    def __init__(self, part: str, folder: Path, sip: tuple[str, int]) -> None:
        super().__init__(part, folder)
        self._sip = SipProbe(*sip)

    def check_frozen(self) -> bool:
        if (
            time.monotonic() - self._started < START_TIMEOUT_S
            or _heartbeat_age_s(self._heartbeat, self._folder) <= HEARTBEAT_TIMEOUT_S
        ):
            self._sip.reset()
            return False
        self._sip.poll()
        return self._sip.unanswered_count * CHECK_INTERVAL_S > SIP_SILENCE_MAX_S


def create_liveness_probe(part: str, folder: Path, sip: tuple[str, int]) -> LivenessProbe:
    """The probe for this part."""
    return AsteriskLivenessProbe(part, folder, sip) if part == ASTERISK else LivenessProbe(part, folder)


def kill_part(pid: int, part: str, folder: Path) -> None:
    """Kills a part, and its child processes if they are frozen too; otherwise they end by themselves."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    os.kill(pid, signal.SIGKILL)
    if _heartbeat_age_s(part, folder) > HEARTBEAT_TIMEOUT_S:
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def _heartbeats_writable(folder: Path) -> bool:
    """False on a full disk, where a missing heartbeat proves nothing."""
    try:
        file = os.open(folder / ".watch", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            return os.pwrite(file, b"\n", 0) == 1
        finally:
            os.close(file)
    except OSError:
        return False


def _heartbeat_age_s(name: str, folder: Path) -> float:
    """Seconds since the last heartbeat of this name; infinite without one."""
    return min((beat.age_s for beat in read_heartbeats(folder) if beat.part == name), default=float("inf"))
