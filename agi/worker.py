"""The FastAGI worker as its parent sees it: a child process that beats on a pipe."""

import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence

log = logging.getLogger("agi.watchdog")

FROZEN_AFTER_S = 1.5
START_MAX_S = 20.0


class Worker:
    """Started as `command + ["--listener", fd, "--heartbeat", fd]`; serves once it has beaten for the first time."""

    def __init__(self, command: Sequence[str], listener: socket.socket) -> None:
        self.heartbeat, theirs = os.pipe()
        os.set_blocking(self.heartbeat, False)
        self.started = time.monotonic()
        self.serves = False
        self._died = False
        self._silence = 0.0
        self._process = subprocess.Popen(
            [*command, "--listener", str(listener.fileno()), "--heartbeat", str(theirs)],
            pass_fds=(listener.fileno(), theirs),
            stdin=subprocess.DEVNULL,
            # Ctrl-C in a terminal reaches the whole group; the parent decides how the worker ends.
            start_new_session=True,
        )
        os.close(theirs)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started

    def listen(self, elapsed: float) -> None:
        """Reads the beats of the last `elapsed` seconds."""
        try:
            beats = os.read(self.heartbeat, 4096)
        except BlockingIOError:
            self._silence += elapsed
            return
        self._died = not beats
        self._silence = 0.0
        if beats and not self.serves:
            self.serves = True
            log.info("worker %d serves after %.0f ms", self.pid, 1000 * self.age)

    @property
    def fault(self) -> str | None:
        """Why it has to be replaced; None while it is well."""
        if self._died:
            return "died" if self.serves else "did not start; its own messages above say why"
        if self._silence > (FROZEN_AFTER_S if self.serves else START_MAX_S):
            return f"gave no heartbeat for {self._silence:.1f} s"
        return None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self.heartbeat)

    def retire(self, drain_s: float) -> "Retired":
        """It accepts no more calls, and has that long to end those under way."""
        self._process.send_signal(signal.SIGTERM)
        os.close(self.heartbeat)
        return Retired(self._process, time.monotonic() + drain_s + 1)


class Retired:
    """A worker on its way out."""

    def __init__(self, process: subprocess.Popen[bytes], deadline: float) -> None:
        self._process, self._deadline = process, deadline

    def has_left(self) -> bool:
        if self._process.poll() is None and time.monotonic() > self._deadline:
            self._process.kill()
            self._process.wait()
        return self._process.poll() is not None

    def wait(self) -> None:
        """Returns when it has left, killed at its deadline if need be."""
        try:
            self._process.wait(max(0.0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
