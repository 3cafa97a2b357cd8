"""Our code as Asterisk sees it once it is frozen: a connection on which nothing comes any more, for one caller."""

import socket
import socketserver
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Self

END = "the end of the connection"


class FreezingProxy(socketserver.ThreadingTCPServer):
    """Listens on `port`, between Asterisk and our FastAGI server.

    What our code says in a caller's conversations is counted: each command, and the end of each conversation. Once it
    has said `most` words of a caller's, it seems frozen to him: of what it says then, in this conversation and later
    ones, Asterisk learns nothing. Callers are named as Asterisk knows them; `frozen` is called once for each.
    """

    daemon_threads = True

    def __init__(self, target: int, frozen: Callable[[str], None]) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.target, self.port = target, self.server_address[1]
        self.max_words: dict[str, int] = {}
        self.said: dict[str, list[str]] = defaultdict(list)
        self._frozen, self._told = frozen, set[str]()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.1,), name="freezing proxy")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def forward(self, caller: str, word: str) -> bool:
        """False where it is frozen."""
        with self._turn:
            if len(self.said[caller]) < self.max_words.get(caller, len(self.said[caller]) + 1):
                self.said[caller].append(word)
                return True
            if caller not in self._told:
                self._told.add(caller)
                self._frozen(caller)
            return False

    def is_frozen(self, caller: str) -> bool:
        return len(self.said[caller]) >= self.max_words.get(caller, len(self.said[caller]) + 1)


class _Conversation(socketserver.StreamRequestHandler):
    server: FreezingProxy
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with suppress(OSError):  # one of the two is gone
            self._pass_between()

    def _pass_between(self) -> None:
        environment = dict[bytes, bytes]()
        begun = b""
        while (line := self.rfile.readline()) not in (b"\n", b""):
            begun += line
            name, _, value = line.partition(b":")
            environment[name] = value.strip()
        caller = environment.get(b"agi_callerid", b"").decode()
        if self.server.is_frozen(caller):
            self.server.forward(caller, END)  # which tells since when
            self.rfile.read()  # until Asterisk gives up
            return
        with socket.create_connection(("127.0.0.1", self.server.target), 5) as ours:
            ours.settimeout(None)
            ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ours.sendall(begun + b"\n")
            answers = threading.Thread(target=self._pass_answers, args=(ours,))
            answers.start()
            with ours.makefile("rb") as words:
                spoken = all(self._pass_on(caller, word) for word in words)
            if not (spoken and self.server.forward(caller, END)):
                answers.join()
                return
            self.request.shutdown(socket.SHUT_WR)
            answers.join()

    def _pass_on(self, caller: str, word: bytes) -> bool:
        if not self.server.forward(caller, word.decode().strip()):
            return False
        self.wfile.write(word)
        return True

    def _pass_answers(self, ours: socket.socket) -> None:
        """Until Asterisk says no more; then our code learns it too."""
        with suppress(OSError):
            for answer in self.rfile:
                ours.sendall(answer)
        with suppress(OSError):
            ours.shutdown(socket.SHUT_RDWR)
