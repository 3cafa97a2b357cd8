"""The parent of the FastAGI worker: it holds the listening socket, and replaces a worker that is dead or frozen.

The socket stays open while one worker replaces another, so that no connection is refused meanwhile.
"""

import errno
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from functools import partial

from agi.worker_process import RetiringWorker, StartWorker, WorkerProcess, start_program

log = logging.getLogger("agi.watchdog")

BACKLOG = 128
TICK_S = 0.1
ORPHAN_EXIT_S = 3.0  # a worker whose parent was killed closes its socket at the next heartbeat
STEADY_AFTER_S = 10.0  # a worker that ran for longer did not fail at its start
RESTART_DELAYS_S = (0, 0, 1, 2, 4, 8, 15, 30)  # before the next start, by the number of consecutive short runs


class WorkerFailed(Exception):
    """No worker can serve Asterisk; the text is the reason. The dialplan then sends calls to staff at once."""


class Watchdog:
    """Keeps one worker serving; `agi.worker_process.start_program` says what `command` must be.

    `fork` starts a worker in place of `command`, except after SIGHUP: then the code on the disk may be another.
    SIGTERM and SIGINT end it, once all sessions have ended or `drain_s` has passed. SIGHUP starts a new worker, then
    drains the old one; when the new one does not start, the old one goes on. Raises WorkerFailed when the address is
    taken, or when the first worker does not start. `heartbeat` is called several times a second until the end.
    """

    def __init__(
        self,
        command: Sequence[str],
        address: tuple[str, int],
        *,
        drain_s: float,
        heartbeat: Callable[[], None],
        fork: StartWorker | None = None,
    ) -> None:
        self._start_program: StartWorker = partial(start_program, command)
        self._fork = fork or self._start_program
        self._address, self._drain_s, self._heartbeat = address, drain_s, heartbeat
        self._listener: socket.socket | None = _create_listener(address)
        self._active: WorkerProcess | None = None
        self._starting: WorkerProcess | None = None
        self._retired: list[RetiringWorker] = []
        self._has_served = False
        self._short_runs = 0
        self._restart_at = 0.0

    def run(self) -> None:
        signal_pipe = _create_signal_pipe(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        self._start()
        last_read_at = time.monotonic()
        while True:
            select.select([signal_pipe, *(worker.heartbeat for worker in self._workers)], [], [], TICK_S)
            self._heartbeat()
            received = _read_signals(signal_pipe)
            if signal.SIGTERM in received or signal.SIGINT in received:
                return self._shut_down()
            now = time.monotonic()
            for worker in self._workers:
                # While the machine was suspended neither side ran; that does not count as silence of the worker.
                worker.read_heartbeats(min(now - last_read_at, 2 * TICK_S))
            last_read_at = now
            self._check_workers()
            if not self._starting and (signal.SIGHUP in received or (not self._active and now >= self._restart_at)):
                self._start(anew=signal.SIGHUP in received)

    @property
    def _workers(self) -> list[WorkerProcess]:
        return [worker for worker in (self._active, self._starting) if worker]

    def _start(self, *, anew: bool = False) -> None:
        self._listener = self._listener or _create_listener(self._address)
        self._starting = WorkerProcess(self._start_program if anew else self._fork, self._listener)

    def _check_workers(self) -> None:
        self._retired = [worker for worker in self._retired if not worker.has_exited()]
        if self._active and (fault := self._active.failure):
            self._handle_failure(self._active, fault)
            self._active = None
        if self._starting and (fault := self._starting.failure):
            self._handle_failure(self._starting, fault)
            self._starting = None
        elif self._starting and self._starting.is_serving:
            if self._active:
                self._retired.append(self._active.retire(self._drain_s))
            self._active, self._starting = self._starting, None
            self._has_served = True

    def _handle_failure(self, worker: WorkerProcess, failure: str) -> None:
        log.error("worker %d %s", worker.pid, failure)
        worker.kill()
        if not self._has_served:
            raise WorkerFailed(f"The FastAGI worker {failure}.")
        if len(self._workers) > 1:
            return  # the other one serves, or is starting
        self._short_runs = 0 if worker.age > STEADY_AFTER_S else self._short_runs + 1
        delay = RESTART_DELAYS_S[min(self._short_runs, len(RESTART_DELAYS_S) - 1)]
        self._restart_at = time.monotonic() + delay
        if delay:  # no worker would respond: a refused connection makes Asterisk fall back at once
            self.close()

    def close(self) -> None:
        """Closes the listening socket."""
        if self._listener:
            self._listener.close()
        self._listener = None

    def _shut_down(self) -> None:
        self.close()
        self._retired += [worker.retire(self._drain_s) for worker in self._workers]
        for worker in self._retired:
            worker.wait()


def _create_listener(address: tuple[str, int]) -> socket.socket:
    """The socket that Asterisk connects to; waits for a worker that an earlier parent left behind."""
    deadline = time.monotonic() + ORPHAN_EXIT_S
    while True:
        try:
            return socket.create_server(address, backlog=BACKLOG)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                where = f"{address[0]}:{address[1]}"
                raise WorkerFailed(f"{where} cannot be listened on ({error.strerror}); stop what holds it.") from None
            time.sleep(TICK_S)


def _create_signal_pipe(*numbers: signal.Signals) -> int:
    """A pipe from which received signals are read, one byte each."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return reading


def _read_signals(signal_pipe: int) -> bytes:
    try:
        return os.read(signal_pipe, 64)
    except BlockingIOError:
        return b""
