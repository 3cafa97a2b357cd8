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

    For each caller, identified by the caller ID, it counts our commands and the end of each AGI session. After
    `max_commands` of them it is frozen for this caller: Asterisk receives nothing more, in this session and in later
    ones. `frozen` is called once for each caller.
    """

    daemon_threads = True

    def __init__(self, target: int, frozen: Callable[[str], None]) -> None:
        super().__init__(("127.0.0.1", 0), _AgiSession)
        self.target, self.port = target, self.server_address[1]
        self.max_commands: dict[str, int] = {}
        self.commands: dict[str, list[str]] = defaultdict(list)
        self._frozen, self._announced = frozen, set[str]()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.1,), name="freezing proxy")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def forward(self, caller: str, command: str) -> bool:
        """Counts a command; False once the proxy is frozen for this caller."""
        with self._turn:
            if len(self.commands[caller]) < self.max_commands.get(caller, len(self.commands[caller]) + 1):
                self.commands[caller].append(command)
                return True
            if caller not in self._announced:
                self._announced.add(caller)
                self._frozen(caller)
            return False

    def is_frozen(self, caller: str) -> bool:
        return len(self.commands[caller]) >= self.max_commands.get(caller, len(self.commands[caller]) + 1)


class _AgiSession(socketserver.StreamRequestHandler):
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
            responses = threading.Thread(target=self._pass_responses, args=(ours,))
            responses.start()
            with ours.makefile("rb") as commands:
                all_passed = all(self._pass_on(caller, command) for command in commands)
            if not (all_passed and self.server.forward(caller, END)):
                responses.join()
                return
            self.request.shutdown(socket.SHUT_WR)
            responses.join()

    def _pass_on(self, caller: str, command: bytes) -> bool:
        if not self.server.forward(caller, command.decode().strip()):
            return False
        self.wfile.write(command)
        return True

    def _pass_responses(self, ours: socket.socket) -> None:
        """Forwards responses until Asterisk closes its connection, then closes ours."""
        with suppress(OSError):
            for response in self.rfile:
                ours.sendall(response)
        with suppress(OSError):
            ours.shutdown(socket.SHUT_RDWR)
