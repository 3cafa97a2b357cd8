"""A FastAGI proxy that freezes: for one caller, Asterisk receives nothing more from our code."""

import socket
import socketserver
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Self

END = "the end of the connection"


class FreezingProxy(socketserver.ThreadingTCPServer):
    """A proxy on `port` between Asterisk and our FastAGI server.

    For each caller it counts our commands, and the end of each conversation. After `max_words` of them it is frozen for
    this caller: Asterisk receives nothing more, in this conversation and in later ones. Callers are named by their
    caller ID; `frozen` is called once for each.
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
        """Counts a command; False once it is frozen for this caller."""
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
        with suppress(OSError):  # one side has closed its connection
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
            self.server.forward(caller, END)  # calls `frozen`
            self.rfile.read()  # until Asterisk closes the connection
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
        """Forwards answers until Asterisk closes its connection, then closes ours."""
        with suppress(OSError):
            for answer in self.rfile:
                ours.sendall(answer)
        with suppress(OSError):
            ours.shutdown(socket.SHUT_RDWR)
