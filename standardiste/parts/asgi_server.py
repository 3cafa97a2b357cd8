"""The server of our ASGI application: uvicorn, at a port of this machine and at its health socket."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from uvicorn import Config, Server

from standardiste.parts.listening import PortUnavailable, allow_descriptors

MAX_CONNECTIONS = 1000
STOP_S = 1
"""How long a stop waits for connections that do not end by themselves."""
BACKLOG = 128
MAX_SOCKET_BYTES = 32_000
"""Of one message of a WebSocket."""


class _Server(Server):
    """uvicorn that stops when an event is set. Signals are left to the process; nothing is done ten times a second."""

    def __init__(self, config: Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop

    async def main_loop(self) -> None:
        await self._stop.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def import_protocols() -> None:
    """Imports what uvicorn itself imports at its start."""

    async def nothing(_scope: object, _receive: object, _send: object) -> None:
        """No application is called here."""

    _configure(nothing).load()


async def run_asgi_server(
    app: Callable[..., Awaitable[Any]],
    at: tuple[IPv4Address, int],
    port_setting: str,
    health_socket: Path,
    stop: asyncio.Event,
) -> None:
    """Serves until `stop` is set. `port_setting` is the setting that names the port. Raises PortUnavailable."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # below, it names every address
    allow_descriptors(MAX_CONNECTIONS)
    with _listen(at, port_setting) as port, _listen_for_health(health_socket) as health:
        await _Server(_configure(app), stop).serve(sockets=[port, health])


def _configure(app: Callable[..., Awaitable[Any]]) -> Config:
    return Config(
        app,
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=MAX_SOCKET_BYTES,
        ws_per_message_deflate=False,
        http="h11",
        loop="asyncio",
        log_config=None,
        access_log=False,  # it would name every address
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=STOP_S,
    )


def _listen(at: tuple[IPv4Address, int], port_setting: str) -> socket.socket:
    address, port = at
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(address), port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise PortUnavailable(address, port, port_setting, error.strerror) from None
    return listener


def _listen_for_health(path: Path) -> socket.socket:
    """A Unix socket that only our own user opens: strangers who fill the port do not make the process look dead."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(BACKLOG)
    return listener
