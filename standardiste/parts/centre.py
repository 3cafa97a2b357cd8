"""The process that serves agents of overflow centres; its port is closed while nobody has an account there."""

import hmac
import logging
import signal
import sys
import time
from collections.abc import Hashable
from contextlib import closing
from functools import cache
from wsgiref.types import WSGIApplication

from centre.app import MAX_BODY_BYTES, create_app
from centre.context import AppContext
from records.centres.accounts import has_open_accounts
from records.database.engine import open_database
from records.database.revision import read_revision
from records.errors import DatabaseBusy, DatabaseUnavailable
from records.plan.reader import PlanReader
from standardiste.installation import Installation
from standardiste.parts import web_server
from standardiste.parts.heartbeat import Heartbeat
from standardiste.settings import Settings

MAX_CONNECTIONS = 500
THREADS = 4
POLL_S = 1.0


def serve(installation: Installation) -> None:
    """Returns after SIGTERM or SIGINT, when the requests in progress are answered.

    Raises PortUnavailable, RecordsError.
    """
    settings, heartbeat = installation.settings, Heartbeat(installation.settings.heartbeats, "centre")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit())  # SystemExit ends waitress' `run`
    try:
        _wait_for_account(installation, heartbeat)
        server = create_centre_server(create_application(installation), settings)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        web_server.run_web_server(server, heartbeat, settings.health_socket("centre"))
    finally:
        installation.database.close()


def create_app_context(installation: Installation) -> AppContext:
    """What every page works on. Raises RecordsError if nothing is prepared.

    Only where nobody but this machine reaches the pages, the second factor may be left out: a proxy before them means
    that others do.
    """
    settings = installation.settings
    is_local = settings.centre_address.is_loopback and not settings.centre_url and not settings.trusted_proxies
    return AppContext(
        installation.database,
        PlanReader(installation.database, installation.plan),
        settings.centre_root_url,
        # Not the key of the console: no cookie of one is taken by the other.
        hmac.digest(settings.console_secret_file.read_bytes(), b"pages of overflow centres", "sha256"),
        needs_second_factor=not is_local,
    )


@cache  # made before the fork, it is shared
def create_application(installation: Installation) -> WSGIApplication:
    """What answers people of centres. Raises RecordsError if nothing is prepared."""
    return create_app(create_app_context(installation))


def create_centre_server(app: WSGIApplication, settings: Settings) -> web_server.WebServer:
    """The server at its port; its `run()` serves. Raises PortUnavailable."""
    proxies = {
        "trusted_proxy": "*",  # any peer: `centre_address` decides who reaches the port
        "trusted_proxy_count": settings.trusted_proxies,
        "trusted_proxy_headers": {"x-forwarded-for"},
    }
    return web_server.create_web_server(
        app,
        settings.centre_address,
        settings.centre_port,
        "centre_port",
        threads=THREADS,
        max_connections=MAX_CONNECTIONS,
        max_body_bytes=MAX_BODY_BYTES,
        proxies=settings.trusted_proxies,
        clear_untrusted_proxy_headers=True,
        **(proxies if settings.trusted_proxies else {}),
    )


def _wait_for_account(installation: Installation, heartbeat: Heartbeat) -> None:
    """Returns when somebody has an account; looks for one after commits only."""
    with closing(open_database(installation.settings.sqlalchemy_url, connections=1)) as watched:
        seen: Hashable = None
        while True:
            heartbeat.beat()
            try:
                revision = read_revision(watched)
                if revision != seen and has_open_accounts(installation.database):
                    return
                seen = revision
            except (DatabaseBusy, DatabaseUnavailable):
                seen = None  # asked again in a moment
            time.sleep(POLL_S)
