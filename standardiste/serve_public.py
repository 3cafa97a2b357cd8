"""The process that serves visitors of websites: the callback form, its button and its API."""

import logging
import signal
import sys
import threading

from waitress.server import BaseWSGIServer, create_server

import callback_api.checks
from callback_api.app import create_app
from callback_api.current_plan import CurrentPlan
from callback_api.door import Door
from standardiste.heartbeat import EVERY_S, Heart
from standardiste.installation import Installation
from standardiste.settings import Settings

MOST_CONNECTIONS = 1000
LONGEST_REQUEST = 1_000_000  # bytes; beyond, waitress itself refuses; what the application takes is far less
IDLE_S = 30


class CannotListen(Exception):
    """The public port cannot be used; one sentence says why."""


def serve(house: Installation) -> None:
    """Returns after SIGTERM or SIGINT, when the requests under way are answered. Raises CannotListen, RecordsError."""
    settings = house.settings
    door = Door(house.base, CurrentPlan(house.base, house.plan), settings.links, settings.trusted_proxies)
    server = listening(door, settings)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # else a flood of visitors floods the log too
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit())  # which `run` takes as the wish to end
    threading.Thread(target=_live, args=(settings,), name="heartbeat", daemon=True).start()
    server.run()
    house.base.close()


def listening(door: Door, settings: Settings) -> BaseWSGIServer:
    """The server at its port, which `run()` serves. Raises CannotListen."""
    try:
        return create_server(
            create_app(door),
            host=str(settings.public_address),
            port=settings.public_port,
            threads=settings.public_threads,
            connection_limit=MOST_CONNECTIONS,
            asyncore_use_poll=True,  # select(2) knows no descriptor above 1024
            channel_timeout=IDLE_S,
            max_request_body_size=LONGEST_REQUEST,
            clear_untrusted_proxy_headers=False,  # the application counts the proxies whose word it takes
            ident=None,
        )
    except OSError as error:
        raise CannotListen(
            f"TCP port {settings.public_port} on {settings.public_address} cannot be used ({error.strerror}); "
            "stop what holds it, or choose another with the setting public_port."
        ) from None


def _live(settings: Settings) -> None:
    """A sign of life for as long as visitors are answered, be it that we cannot serve them now."""
    heart, pause = Heart(settings.heartbeats, "public"), threading.Event()
    while not pause.wait(EVERY_S):
        if callback_api.checks.lives(settings.public_here):
            heart.beat()
