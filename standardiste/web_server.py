"""The server under our web applications: waitress, at a port of this machine, and whether it lives."""

import threading
from http import HTTPStatus
from ipaddress import IPv4Address
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen
from wsgiref.types import WSGIApplication

from waitress.server import BaseWSGIServer, create_server

from standardiste.heartbeat import EVERY_S, Heart

IDLE_S = 30
ANSWER_MAX_S = 3.0


class CannotListen(Exception):
    """The port cannot be used; one sentence says why."""


def listening(
    app: WSGIApplication,
    address: IPv4Address,
    port: int,
    setting: str,
    *,
    threads: int,
    connections: int,
    longest: int,
    **more: Any,
) -> BaseWSGIServer:
    """The server at its port, which `run()` serves. `setting` is the one that names the port; `longest` is in bytes:
    beyond, waitress itself refuses; `more` is waitress's. Raises CannotListen."""
    try:
        return create_server(
            app,
            host=str(address),
            port=port,
            threads=threads,
            connection_limit=connections,
            asyncore_use_poll=True,  # select(2) knows no descriptor above 1024
            channel_timeout=IDLE_S,
            max_request_body_size=longest,
            ident=None,
            **more,
        )
    except OSError as error:
        raise CannotListen(
            f"TCP port {port} on {address} cannot be used ({error.strerror}); "
            f"stop what holds it, or choose another with the setting {setting}."
        ) from None


def beat_while_it_answers(heart: Heart, url: str) -> None:
    """In a thread of its own: a sign of life for as long as the server answers at all, be it that there is no base."""
    threading.Thread(target=_beat, args=(heart, url), name="heartbeat", daemon=True).start()


def answers(url: str) -> bool:
    """True where the server answers, and can read the base."""
    return _status(f"{url}/health") == HTTPStatus.OK


def _beat(heart: Heart, url: str) -> None:
    pause = threading.Event()
    while not pause.wait(EVERY_S):
        if _status(f"{url}/health") is not None:
            heart.beat()


def _status(url: str) -> int | None:
    try:
        with urlopen(url, timeout=ANSWER_MAX_S) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
    except (URLError, OSError, ValueError):
        return None
