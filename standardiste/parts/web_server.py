"""The server of our web applications: waitress, at a port of this machine; its heartbeat and its health socket."""

import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket
from typing import Any, TypeAlias
from urllib.error import HTTPError, URLError
from urllib.request import urlopen
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from waitress.adjustments import Adjustments
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

from standardiste.parts.heartbeat import Heartbeat
from standardiste.parts.limited_server import ConnectionLimits, LimitedServer
from standardiste.parts.listening import PortUnavailable, allow_descriptors

WebServer: TypeAlias = LimitedServer
ANSWER_TIMEOUT_S = 3.0
CONNECTIONS_PER_ADDRESS = 200  # an office behind one address, with a few connections for each browser
_UNDECLARED_PROXY = "Standardiste-Undeclared-Proxy"


def create_web_server(
    app: WSGIApplication,
    address: IPv4Address,
    port: int,
    port_setting: str,
    *,
    threads: int,
    max_connections: int,
    max_body_bytes: int,
    proxies: int = 0,
    **waitress_options: Any,
) -> WebServer:
    """The server at its port; its `run()` serves. Raises PortUnavailable.

    `port_setting` is the setting that names the port. waitress itself rejects a body of more than `max_body_bytes`.
    `proxies`: how many of our own proxies each request passes; limits of one address concern those who ask them.
    More than six arguments: most are waitress' own, of which each application sets different ones.
    """
    options = Adjustments(
        host=str(address),
        port=port,
        threads=threads,
        asyncore_use_poll=True,  # select(2) takes no descriptor above 1023
        max_request_body_size=max_body_bytes,
        ident=None,
        **waitress_options,
    )
    limits = ConnectionLimits(max_connections, CONNECTIONS_PER_ADDRESS, proxies)
    dispatcher = ThreadedTaskDispatcher()
    try:
        server = LimitedServer(app, dispatcher=dispatcher, adj=options, sockinfo=options.listen[0], limits=limits)
    except OSError as error:
        raise PortUnavailable(address, port, port_setting, error.strerror) from None
    dispatcher.set_thread_count(threads)
    return server


def run_web_server(server: WebServer, heartbeat: Heartbeat, health_socket: Path) -> None:
    """Serves until SystemExit, and beats meanwhile.

    A second listener, a Unix socket that only our own user opens, serves `/health` to `doctor` and to whoever starts
    the parts: strangers who fill the port do not make the process look dead.
    """
    allow_descriptors(server.limits.total)
    server.heartbeat = heartbeat.beat
    _serve_health(server, health_socket)
    server.run()


def is_healthy(url: str) -> bool:
    """True if the server answers at its port and can read the database."""
    try:
        with urlopen(f"{url}/health", timeout=ANSWER_TIMEOUT_S) as answer:
            return int(answer.status) == HTTPStatus.OK
    except HTTPError as error:
        error.close()
        return False
    except (URLError, OSError, ValueError):
        return False


def is_part_healthy(health_socket: Path) -> bool:
    """True if the process answers at its private socket and can read the database."""
    return _ask_health(health_socket)[0] == HTTPStatus.OK


def has_undeclared_proxy(health_socket: Path) -> bool:
    """True if the process has served a proxy of this network while the setting `trusted_proxies` names none."""
    return _ask_health(health_socket)[1]


def _ask_health(health_socket: Path) -> tuple[int | None, bool]:
    """The status (None without an answer), and whether a proxy was seen."""
    connection = HTTPConnection("localhost", timeout=ANSWER_TIMEOUT_S)
    try:
        connection.sock = socket(AF_UNIX, SOCK_STREAM)
        connection.sock.settimeout(ANSWER_TIMEOUT_S)
        connection.sock.connect(str(health_socket))
        connection.request("GET", "/health")
        with connection.getresponse() as answer:
            return answer.status, answer.headers[_UNDECLARED_PROXY] is not None
    except (OSError, HTTPException):
        return None, False
    finally:
        connection.close()


def _serve_health(server: WebServer, health_socket: Path) -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            seen = [(_UNDECLARED_PROXY, "1")] if server.has_undeclared_proxy else []
            return start_response(status, headers + seen, *rest)

        environ["PATH_INFO"] = "/health"
        return server.application(environ, start)  # type: ignore[no-any-return]

    health_socket.parent.mkdir(parents=True, exist_ok=True)
    listener = create_server(
        app, unix_socket=str(health_socket), unix_socket_perms="600", threads=1, asyncore_use_poll=True, ident=None
    )
    threading.Thread(target=listener.run, name="health", daemon=True).start()
