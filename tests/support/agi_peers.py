"""A FastAGI server in a thread of the test process, and Asterisk's side of its connections."""

import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

import ports

from agi.channel import Channel
from agi.server import FastAgiServer, Flow

TIMEOUT_S = 10


class Peer:
    """Asterisk's side of one connection to the server."""

    def __init__(self, address: tuple[str, int], request: str = "") -> None:
        self.socket = socket.create_connection(address, timeout=TIMEOUT_S)
        if request:
            self.socket.sendall(f"agi_network_script: {request}\n\n".encode())

    def receive(self) -> bytes:
        """What the server sends next; b"" when it has closed the connection."""
        try:
            return self.socket.recv(1000)
        except ConnectionResetError:
            return b""

    def respond(self) -> None:
        self.socket.sendall(b"200 result=0\n")


@contextmanager
def serving(
    flows: Mapping[str, Flow],
    *,
    max_sessions: int = 50,
    address: str = "127.0.0.1",
    heartbeat: Callable[[], None] = lambda: None,
    trusted_users: Collection[int] | None = None,
) -> Iterator[FastAgiServer]:
    server = FastAgiServer(
        socket.create_server((address, ports.free())),
        flows,
        max_sessions=max_sessions,
        heartbeat=heartbeat,
        trusted_users=trusted_users,
    )
    loop = threading.Thread(target=server.serve_forever)
    loop.start()
    try:
        yield server
    finally:
        server.shutdown()
        loop.join()
        server.server_close()


def one_command(channel: Channel) -> None:
    channel.noop()
