"""The process that serves visitors of websites: the callback form, its button and its API."""

import logging
import signal
import sys
from datetime import UTC, datetime

from waitress.server import BaseWSGIServer

from callback_api.app import create_app
from callback_api.door import Door
from records.current_plan import CurrentPlan
from routing import calendars
from standardiste import web_server
from standardiste.heartbeat import Heart
from standardiste.installation import Installation
from standardiste.settings import Settings

MOST_CONNECTIONS = 1000
LONGEST_REQUEST = 1_000_000  # bytes; what the application takes is far less


def serve(house: Installation) -> None:
    """Returns after SIGTERM or SIGINT, when the requests under way are answered. Raises CannotListen, RecordsError."""
    settings = house.settings
    door = Door(house.base, CurrentPlan(house.base, house.plan), settings.links, settings.trusted_proxies)
    server = listening(door, settings)
    calendars.make_ready(datetime.now(UTC).date())
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # else a flood of visitors floods the log too
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit())  # which `run` takes as the wish to end
    web_server.beat_while_it_answers(Heart(settings.heartbeats, "public"), settings.public_here)
    server.run()
    house.base.close()


def listening(door: Door, settings: Settings) -> BaseWSGIServer:
    """The server at its port, which `run()` serves. Raises CannotListen."""
    return web_server.listening(
        create_app(door),
        settings.public_address,
        settings.public_port,
        "public_port",
        threads=settings.public_threads,
        connections=MOST_CONNECTIONS,
        longest=LONGEST_REQUEST,
        clear_untrusted_proxy_headers=False,  # the application counts the proxies whose word it takes
    )
