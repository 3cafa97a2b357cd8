"""A log handler that writes to standard error and never blocks a thread, even if nobody reads the pipe."""

import logging
import os
import queue
import threading

STANDARD_ERROR = 2
MAX_QUEUED_LINES = 1000
FLUSH_TIMEOUT_S = 1.0  # for the queued lines when the process ends


class NonBlockingHandler(logging.Handler):
    """Gives each line to a thread that writes it; beyond MAX_QUEUED_LINES a line is dropped.

    Once there is room again, a line says how many were lost. A child process made by fork without exec has no such
    thread, and so cannot log.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: queue.SimpleQueue[str | threading.Event] = (
            queue.SimpleQueue()
        )  # reentrant, because a destructor may log
        self._dropped = self._lost = self._reported = 0  # emit() counts the first, the thread the others
        threading.Thread(target=self._write, name="log-writer", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        if self._lines.qsize() >= MAX_QUEUED_LINES:
            self._dropped += 1
            return
        try:
            self._lines.put(self.format(record))
        except Exception:  # logging would print the traceback, and wait for that
            self._dropped += 1

    def flush(self) -> None:
        """Returns when every line is written, or after FLUSH_TIMEOUT_S; `logging` calls it when the process ends."""
        written = threading.Event()
        self._lines.put(written)
        written.wait(FLUSH_TIMEOUT_S)

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            try:
                if isinstance(line, str):
                    self._lost += not _write_line(line)
                if self._lines.empty():
                    self._report_lost_lines()
                if isinstance(line, threading.Event):
                    line.set()
            except Exception:  # out of memory, say: without this thread no later line would be written
                self._lost += 1

    def _report_lost_lines(self) -> None:
        if lost := self._dropped + self._lost - self._reported:
            text = "%d lines of this log are lost: they could not be written"
            if _write_line(self.format(logging.LogRecord("log", logging.WARNING, "", 0, text, (lost,), None))):
                self._reported += lost


def _write_line(line: str) -> bool:
    left = f"{line}\n".encode(errors="replace")
    try:
        while left:  # not by sys.stderr, for whose lock the end of the process would wait
            left = left[os.write(STANDARD_ERROR, left) :]
    except OSError:  # a full disk, or a closed pipe
        return False
    return True
