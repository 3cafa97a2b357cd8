"""The FastAGI worker as its parent sees it: a child process that counts as frozen after 1.5 s without a heartbeat."""

import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Protocol

log = logging.getLogger("agi.watchdog")

WORKER_HEARTBEAT_TIMEOUT_S = 1.5
START_MAX_S = 20.0


class ChildProcess(Protocol):
    """What is asked of a worker's process; `subprocess.Popen` gives it."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, number: int, /) -> None: ...
    def kill(self) -> None: ...


StartWorker = Callable[[int, int], ChildProcess]
"""Starts a worker that inherits two descriptors: the listening socket, and the end of a pipe for its heartbeat."""


def start_program(command: Sequence[str], listener: int, heartbeat: int) -> ChildProcess:
    """Starts a worker as a program, `command + ["--listener", fd, "--heartbeat", fd]`."""
    return subprocess.Popen(
        [*command, "--listener", str(listener), "--heartbeat", str(heartbeat)],
        pass_fds=(listener, heartbeat),
        stdin=subprocess.DEVNULL,
        # A session of its own: Ctrl-C in a terminal must not reach it; the parent decides how it ends.
        start_new_session=True,
    )


class WorkerProcess:
    """A worker that `start` starts; it serves once its first heartbeat was read."""

    def __init__(self, start: StartWorker, listener: socket.socket) -> None:
        self.heartbeat, write_end = os.pipe()
        os.set_blocking(self.heartbeat, False)
        self.started = time.monotonic()
        self.is_serving = False
        self._died = False
        self._silence = 0.0
        self._process = start(listener.fileno(), write_end)
        os.close(write_end)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self.started

    def read_heartbeats(self, elapsed: float) -> None:
        """Reads the heartbeats of the last `elapsed` seconds."""
        try:
            beats = os.read(self.heartbeat, 4096)
        except BlockingIOError:
            self._silence += elapsed
            return
        self._died = not beats
        self._silence = 0.0
        if beats and not self.is_serving:
            self.is_serving = True
            log.info("worker %d serves after %.0f ms", self.pid, 1000 * self.age)

    @property
    def failure(self) -> str | None:
        """Why it must be replaced; None while it works."""
        if self._died:
            return "died" if self.is_serving else "did not start; its own messages above say why"
        if self._silence > (WORKER_HEARTBEAT_TIMEOUT_S if self.is_serving else START_MAX_S):
            return f"gave no heartbeat for {self._silence:.1f} s"
        return None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self.heartbeat)

    def retire(self, drain_s: float) -> "RetiringWorker":
        """Makes the worker accept no more connections; its sessions have `drain_s` seconds to end."""
        self._process.send_signal(signal.SIGTERM)
        os.close(self.heartbeat)
        return RetiringWorker(self._process, time.monotonic() + drain_s + 1)


class RetiringWorker:
    """A worker that accepts no more connections and is killed at its deadline."""

    def __init__(self, process: ChildProcess, deadline: float) -> None:
        self._process, self._deadline = process, deadline

    def has_exited(self) -> bool:
        if self._process.poll() is None and time.monotonic() > self._deadline:
            self._process.kill()
            self._process.wait()
        return self._process.poll() is not None

    def wait(self) -> None:
        """Returns when it has exited."""
        try:
            self._process.wait(max(0.0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
