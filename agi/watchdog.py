"""The parent of the FastAGI worker: holds the listening socket, and ends a worker that is dead or frozen.

The socket stays open while one worker replaces another, so that no call is refused in between.
"""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

log = logging.getLogger("agi.watchdog")

FROZEN_AFTER_S = 1.5
START_MAX_S = 20.0
BACKLOG = 128


class WorkerFailed(Exception):
    """The worker did not start; the socket is given up, so that calls go to staff at once."""


class Watchdog:
    """Runs `command + ["--listener", fd, "--heartbeat", fd]` for ever.

    SIGTERM, SIGINT: stop accepting, let conversations end, leave. SIGHUP: put a new worker in place, then drain the old.
    """

    def __init__(self, command: Sequence[str], address: tuple[str, int], *, drain_s: float) -> None:
        self.command, self.drain_s = list(command), drain_s
        self.listener = socket.create_server(address, backlog=BACKLOG)
        self._signals_r, self._signals_w = os.pipe()
        os.set_blocking(self._signals_w, False)

    def run(self) -> None:
        signal.set_wakeup_fd(self._signals_w)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        worker = _Worker(self.command, self.listener)
        retiring: list[_Worker] = []
        while True:
            ready, _, _ = select.select([self._signals_r, worker.heartbeat], [], [], FROZEN_AFTER_S)
            retiring = [old for old in retiring if old.process.poll() is None]
            if self._signals_r in ready:
                if signal.SIGHUP not in os.read(self._signals_r, 64):
                    self.listener.close()
                    _end([worker, *retiring], self.drain_s)
                    return
                successor = _Worker(self.command, self.listener)
                worker.process.terminate()
                retiring.append(worker)
                worker = successor
            elif worker.heartbeat not in ready or not os.read(worker.heartbeat, 4096):
                log.error("worker %d gave no heartbeat for %.1f s: replaced", worker.process.pid, FROZEN_AFTER_S)
                worker.kill()
                worker = _Worker(self.command, self.listener)


class _Worker:
    """A started worker that has given its first heartbeat."""

    def __init__(self, command: list[str], listener: socket.socket) -> None:
        self.heartbeat, theirs = os.pipe()
        started = time.monotonic()
        self.process = subprocess.Popen(
            [*command, "--listener", str(listener.fileno()), "--heartbeat", str(theirs)],
            pass_fds=(listener.fileno(), theirs),
            stdin=subprocess.DEVNULL,
            stdout=sys.stdout,
            stderr=sys.stderr,
            # Ctrl-C in a terminal reaches the whole group; the parent decides how the worker ends.
            start_new_session=True,
        )
        os.close(theirs)
        ready, _, _ = select.select([self.heartbeat], [], [], START_MAX_S)
        if not ready or not os.read(self.heartbeat, 1):
            self.kill()
            raise WorkerFailed("the FastAGI worker did not start; its own messages above say why")
        log.info("worker %d serves after %.0f ms", self.process.pid, 1000 * (time.monotonic() - started))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.heartbeat)


def _end(workers: Sequence[_Worker], drain_s: float) -> None:
    for worker in workers:
        worker.process.terminate()
    deadline = time.monotonic() + drain_s + 1
    for worker in workers:
        try:
            worker.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.kill()
