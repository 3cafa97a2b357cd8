"""The parent of the FastAGI worker: holds the listening socket, and replaces a worker that is dead or frozen.

The socket stays open while one worker replaces another, so that no call is refused in between.
"""

import errno
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence

from agi.worker import Retired, Worker

log = logging.getLogger("agi.watchdog")

BACKLOG = 128
TICK_S = 0.1
ORPHAN_LEAVES_S = 3.0  # a worker whose parent was killed gives up the address at its next heartbeat
STEADY_AFTER_S = 10.0  # who lived that long was not ill from birth
PAUSES_S = (0, 0, 1, 2, 4, 8, 15, 30)  # before the next start, by the number of short lives in a row


class WorkerFailed(Exception):
    """Nothing of ours can answer Asterisk; one sentence says why. Calls then go to staff at once."""


class Watchdog:
    """Keeps one worker serving, for ever; see `agi.worker` for what `command` must be.

    SIGTERM, SIGINT: stop accepting, let conversations end, leave. SIGHUP: put a new worker in place, then drain the
    old one, which stays when the new one does not start. Raises WorkerFailed when the address is taken, or when the
    very first worker does not start. `heartbeat` is called several times a second, until it is told to leave.
    """

    def __init__(
        self, command: Sequence[str], address: tuple[str, int], *, drain_s: float, heartbeat: Callable[[], None]
    ) -> None:
        self._command, self._address, self._drain_s, self._beat = command, address, drain_s, heartbeat
        self._listener: socket.socket | None = _listening(address)
        self._serving: Worker | None = None
        self._starting: Worker | None = None
        self._retired: list[Retired] = []
        self._has_served = False
        self._short_lives = 0
        self._pause_ends = 0.0

    def run(self) -> None:
        orders = _orders(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        self._start()
        before = time.monotonic()
        while True:
            select.select([orders, *(worker.heartbeat for worker in self._workers)], [], [], TICK_S)
            self._beat()
            told = _read(orders)
            if signal.SIGTERM in told or signal.SIGINT in told:
                return self._end()
            now = time.monotonic()
            for worker in self._workers:
                # A machine that slept was silent on both sides; that is no fault of the worker.
                worker.listen(min(now - before, 2 * TICK_S))
            before = now
            self._tend()
            if not self._starting and (signal.SIGHUP in told or (not self._serving and now >= self._pause_ends)):
                self._start()

    @property
    def _workers(self) -> list[Worker]:
        return [worker for worker in (self._serving, self._starting) if worker]

    def _start(self) -> None:
        self._listener = self._listener or _listening(self._address)
        self._starting = Worker(self._command, self._listener)

    def _tend(self) -> None:
        self._retired = [worker for worker in self._retired if not worker.has_left()]
        if self._serving and (fault := self._serving.fault):
            self._lose(self._serving, fault)
            self._serving = None
        if self._starting and (fault := self._starting.fault):
            self._lose(self._starting, fault)
            self._starting = None
        elif self._starting and self._starting.serves:
            if self._serving:
                self._retired.append(self._serving.retire(self._drain_s))
            self._serving, self._starting = self._starting, None
            self._has_served = True

    def _lose(self, worker: Worker, fault: str) -> None:
        log.error("worker %d %s", worker.pid, fault)
        worker.kill()
        if not self._has_served:
            raise WorkerFailed(f"The FastAGI worker {fault}.")
        if len(self._workers) > 1:
            return  # the other one serves, or is about to
        self._short_lives = 0 if worker.age > STEADY_AFTER_S else self._short_lives + 1
        pause = PAUSES_S[min(self._short_lives, len(PAUSES_S) - 1)]
        self._pause_ends = time.monotonic() + pause
        if pause:  # nobody would answer: Asterisk is to learn it at once
            self.close()

    def close(self) -> None:
        """Gives up the address."""
        if self._listener:
            self._listener.close()
        self._listener = None

    def _end(self) -> None:
        self.close()
        self._retired += [worker.retire(self._drain_s) for worker in self._workers]
        for worker in self._retired:
            worker.wait()


def _listening(address: tuple[str, int]) -> socket.socket:
    """The socket on which Asterisk asks; waits a little for a worker that an earlier parent left behind."""
    patience_ends = time.monotonic() + ORPHAN_LEAVES_S
    while True:
        try:
            return socket.create_server(address, backlog=BACKLOG)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > patience_ends:
                where = f"{address[0]}:{address[1]}"
                raise WorkerFailed(f"{where} cannot be listened on ({error.strerror}); stop what holds it.") from None
            time.sleep(TICK_S)


def _orders(*numbers: signal.Signals) -> int:
    """A pipe from which the signals that came can be read, as bytes."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return reading


def _read(orders: int) -> bytes:
    try:
        return os.read(orders, 64)
    except BlockingIOError:
        return b""
