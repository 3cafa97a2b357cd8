"""Threads that serve one AGI session after the other: starting a thread costs more than waking one that waits."""

import queue
import threading
from collections.abc import Callable
from contextvars import Context

MAX_IDLE = 32  # threads that wait for a session; more end with their session


class SessionThreads:
    """Each session has a thread for itself, until it ends, and a log context of its own."""

    def __init__(self) -> None:
        self._sessions: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock, self._idle = threading.Lock(), 0

    def run(self, session: Callable[[], None]) -> None:
        """Begins the session, which must raise nothing. Raises RuntimeError when the machine has no thread left."""
        with self._lock:
            has_idle = self._idle > 0
            self._idle -= has_idle
        if has_idle:
            self._sessions.put(session)
        else:
            threading.Thread(target=self._serve, args=(session,), name="agi-session", daemon=True).start()

    def _serve(self, session: Callable[[], None]) -> None:
        while True:
            Context().run(session)
            with self._lock:
                if self._idle >= MAX_IDLE:
                    return
                self._idle += 1
            session = self._sessions.get()
