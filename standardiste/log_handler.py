"""Lines on standard error that nobody waits for: a pipe that is not emptied stops none of our threads."""

import logging
import os
import queue
import threading

STANDARD_ERROR = 2
ROOM = 1000  # lines that wait to be written
LEAVE_S = 1.0  # for what is still to be written when the process ends


class UnblockedHandler(logging.Handler):
    """Hands each line to a thread of its own, which alone waits for whoever reads them; a line beyond ROOM is dropped.
    How many were lost is said once there is room again.

    For one process: a child made by a fork without an exec has no such thread.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: queue.SimpleQueue[str | threading.Event] = queue.SimpleQueue()  # a destructor may log: reentrant
        self._dropped = self._lost = self._told = 0  # the first counted in emit(), the others by the thread
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        if self._lines.qsize() >= ROOM:
            self._dropped += 1
            return
        try:
            self._lines.put(self.format(record))
        except Exception:  # logging's own way is to print it, and to wait for that
            self._dropped += 1

    def flush(self) -> None:
        """Returns when every line is written, or after LEAVE_S. `logging` calls it when the process ends."""
        written = threading.Event()
        self._lines.put(written)
        written.wait(LEAVE_S)

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            try:
                if isinstance(line, str):
                    self._lost += not _written(line)
                if self._lines.empty():
                    self._tell_lost()
                if isinstance(line, threading.Event):
                    line.set()
            except Exception:  # want of memory: nobody else would write the lines to come
                self._lost += 1

    def _tell_lost(self) -> None:
        if lost := self._dropped + self._lost - self._told:
            words = "%d lines of this log are lost: they could not be written"
            if _written(self.format(logging.LogRecord("log", logging.WARNING, "", 0, words, (lost,), None))):
                self._told += lost


def _written(line: str) -> bool:
    left = f"{line}\n".encode(errors="replace")
    try:
        while left:  # past sys.stderr: the end of the process would wait for its lock
            left = left[os.write(STANDARD_ERROR, left) :]
    except OSError:  # a full disk, a reader that is gone
        return False
    return True
