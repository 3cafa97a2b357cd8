"""Writes down what calls report, in order, from one thread: the caller never waits for the base, promises apart."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from records.base import Base
from records.errors import BaseBusy, RecordsError

log = logging.getLogger("agi")

BUSY_MAX_S = 3.0  # another process may hold the base for a moment; what it keeps out is tried again that long
T = TypeVar("T")


class Notebook:
    """`write(entry)` returns at once; entries run one after the other, each with the base as its argument."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._entries: queue.SimpleQueue[tuple[Callable[[Base], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._run, name="notebook", daemon=True)
        self._writer.start()

    def write(self, entry: Callable[[Base], T]) -> Future[T]:
        """The future holds what the entry returned, or raises what it raised; nobody needs to wait for it."""
        written: Future[T] = Future()
        self._entries.put((entry, written))
        return written

    def close(self) -> None:
        """Returns when everything handed in so far is in the base."""
        self._entries.put(None)
        self._writer.join()

    def _run(self) -> None:
        while item := self._entries.get():
            entry, written = item
            try:
                written.set_result(self._enter(entry))
            except Exception as error:  # one bad entry never stops the rest
                log.error("not written down: %s", error, exc_info=not isinstance(error, RecordsError))
                written.set_exception(error)

    def _enter(self, entry: Callable[[Base], Any]) -> Any:
        patience_ends = time.monotonic() + BUSY_MAX_S
        while True:
            try:
                return entry(self._base)
            except BaseBusy:
                if time.monotonic() > patience_ends:
                    raise
