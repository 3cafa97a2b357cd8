"""A TCP proxy whose connections can be cut, or fall silent."""

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self


class TcpProxy:
    """Listens on `port` and forwards to another port of this machine, in its own thread."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ends: dict[socket.socket, socket.socket] = {}
        self._silent: set[socket.socket] = set()
        self._cut_within: tuple[bytes, int] | None = None
        self.cut_message_size = 0
        self._awaited: tuple[bytes, Callable[[], object], bool] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.cut()
        self._listener.close()

    def cut(self) -> None:
        """Closes all connections."""
        for end in list(self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def fall_silent(self) -> None:
        """Stops forwarding on the present connections; new ones are forwarded."""
        self._silent |= set(self._ends)

    def cut_after(self, action: bytes, size: int) -> None:
        """Forwards so many bytes of the next message that contains `action`, then cuts the connection.

        `cut_message_size` is then the size of that message; until then it is 0.
        """
        self.cut_message_size, self._cut_within = 0, (action, size)

    def on_message(self, said: bytes, then: Callable[[], object], *, lost: bool = False) -> None:
        """Calls `then` before it forwards the next message that contains `said`; `lost`: the message is dropped."""
        self._awaited = said, then, lost

    def _run(self) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(self._listener, selectors.EVENT_READ)
            while not self._ended.is_set():
                for key, _ in ready.select(0.1):
                    if key.fileobj is self._listener:
                        self._connect(ready)
                    else:
                        self._pass_on(ready, key.fileobj)  # type: ignore[arg-type]
            for end in list(self._ends):
                end.close()
            self._ends.clear()

    def _connect(self, ready: selectors.BaseSelector) -> None:
        near = self._listener.accept()[0]
        try:
            far = socket.create_connection(("127.0.0.1", self._target), 5)
        except OSError:
            near.close()
            return
        self._ends |= {near: far, far: near}
        for end in (near, far):
            ready.register(end, selectors.EVENT_READ)

    def _pass_on(self, ready: selectors.BaseSelector, end: socket.socket) -> None:
        if end not in self._ends:  # closed a moment ago, with the other end
            return
        said = b""
        with suppress(OSError):
            said = end.recv(65536)
        if not said:
            other = self._ends[end]
            for gone in (end, other):
                ready.unregister(gone)
                self._ends.pop(gone)
                self._silent.discard(gone)
                gone.close()
        elif end not in self._silent and not self._is_lost(said):
            passing = self._left_of(said)
            with suppress(OSError):
                self._ends[end].sendall(passing or said)
            if passing:
                self.cut()

    def _is_lost(self, said: bytes) -> bool:
        awaited, then, lost = self._awaited or (b"", bool, False)
        if not awaited or awaited not in said:
            return False
        self._awaited = None
        then()
        return lost

    def _left_of(self, said: bytes) -> bytes:
        """What is passed before the cut; nothing: there is none here."""
        action, size = self._cut_within or (b"", 0)
        before, found, after = said.partition(action) if action else (said, b"", b"")
        if not found:
            return b""
        self._cut_within, self.cut_message_size = None, len(found + after)
        return before + (found + after)[:size]
