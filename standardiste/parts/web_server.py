"""The server of our web applications: waitress, at a port of this machine, and its heartbeat."""

import threading
from http import HTTPStatus
from ipaddress import IPv4Address
from typing import Any, TypeAlias
from urllib.error import HTTPError, URLError
from urllib.request import urlopen
from wsgiref.types import WSGIApplication

from waitress.server import BaseWSGIServer, create_server

from standardiste.parts.heartbeat import HEARTBEAT_INTERVAL_S, Heartbeat

WebServer: TypeAlias = BaseWSGIServer
IDLE_TIMEOUT_S = 30
ANSWER_TIMEOUT_S = 3.0


class PortUnavailable(Exception):
    """The port cannot be used; the text says why in one sentence."""


def create_web_server(
    app: WSGIApplication,
    address: IPv4Address,
    port: int,
    port_setting: str,
    *,
    threads: int,
    max_connections: int,
    max_body_bytes: int,
    **waitress_options: Any,
) -> WebServer:
    """The server at its port; its `run()` serves. Raises PortUnavailable.

    `port_setting` is the setting that names the port. waitress itself rejects a body of more than `max_body_bytes`.
    Eight parameters: they are waitress' own, of which each application sets different ones.
    """
    try:
        return create_server(
            app,
            host=str(address),
            port=port,
            threads=threads,
            connection_limit=max_connections,
            asyncore_use_poll=True,  # select(2) takes no descriptor above 1023
            channel_timeout=IDLE_TIMEOUT_S,
            max_request_body_size=max_body_bytes,
            ident=None,
            **waitress_options,
        )
    except OSError as error:
        raise PortUnavailable(
            f"TCP port {port} on {address} cannot be used ({error.strerror}); "
            f"stop what holds it, or choose another with the setting {port_setting}."
        ) from None


def start_heartbeat(heartbeat: Heartbeat, url: str) -> None:
    """Starts a thread that beats while the server answers at all, even if it answers that it has no database."""
    threading.Thread(target=_beat_forever, args=(heartbeat, url), name="heartbeat", daemon=True).start()


def is_healthy(url: str) -> bool:
    """True if the server answers and can read the database."""
    return _health_status(f"{url}/health") == HTTPStatus.OK


def _beat_forever(heartbeat: Heartbeat, url: str) -> None:
    pause = threading.Event()
    while not pause.wait(HEARTBEAT_INTERVAL_S):
        if _health_status(f"{url}/health") is not None:
            heartbeat.beat()


def _health_status(url: str) -> int | None:
    try:
        with urlopen(url, timeout=ANSWER_TIMEOUT_S) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
    except (URLError, OSError, ValueError):
        return None
