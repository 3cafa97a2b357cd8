"""The process that serves visitors of websites: the callback form, its button and its API."""

import logging
import signal
import sys
from datetime import UTC, datetime
from functools import cache, partial
from wsgiref.types import WSGIApplication

from callback_api.app import create_app
from callback_api.context import AppContext
from records.plan.reader import PlanReader
from records.trunks import has_trunks
from routing.hours import public_holidays
from standardiste.installation import Installation
from standardiste.parts import web_server
from standardiste.parts.heartbeat import Heartbeat
from standardiste.settings import Settings

MAX_CONNECTIONS = 1000
MAX_REQUEST_BYTES = 1_000_000  # the application accepts far less


def serve(installation: Installation) -> None:
    """Returns after SIGTERM or SIGINT, when the requests in progress are answered.

    Raises PortUnavailable, RecordsError.
    """
    settings = installation.settings
    server = create_public_server(create_application(installation), settings)
    public_holidays.preload_holidays(datetime.now(UTC).date())
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a flood of requests would flood the log too
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit())  # SystemExit ends waitress' `run`
    web_server.run_web_server(server, Heartbeat(settings.heartbeats, "public"), settings.health_socket("public"))
    installation.database.close()


@cache  # made before the fork, it is shared
def create_application(installation: Installation) -> WSGIApplication:
    """What answers visitors. Raises RecordsError if nothing is prepared."""
    settings = installation.settings
    context = AppContext(
        installation.database,
        PlanReader(installation.database, installation.plan),
        settings.public_root_url,
        settings.trusted_proxies,
        outbound_trunk=partial(has_trunks, installation.database),
    )
    return create_app(context)


def create_public_server(app: WSGIApplication, settings: Settings) -> web_server.WebServer:
    """The server at its port; its `run()` serves. Raises PortUnavailable."""
    return web_server.create_web_server(
        app,
        settings.public_address,
        settings.public_port,
        "public_port",
        threads=settings.public_threads,
        max_connections=MAX_CONNECTIONS,
        max_body_bytes=MAX_REQUEST_BYTES,
        proxies=settings.trusted_proxies,
        clear_untrusted_proxy_headers=False,  # the application itself counts the trusted proxies
    )
