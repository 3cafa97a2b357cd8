"""The process that Prometheus scrapes: it reads the database and the heartbeats, and changes nothing."""

import signal
import sys

from prometheus_client import CollectorRegistry, make_wsgi_app

from standardiste.installation import Installation
from standardiste.parts import web_server
from standardiste.parts.heartbeat import Heartbeat
from standardiste.parts.metrics_collector import MetricsCollector

THREADS = 2
MAX_CONNECTIONS = 100
MAX_REQUEST_BYTES = 10_000


def serve(installation: Installation) -> None:
    """Returns after SIGTERM or SIGINT. Raises PortUnavailable."""
    settings = installation.settings
    registry = CollectorRegistry()
    registry.register(MetricsCollector(installation))
    server = web_server.create_web_server(
        make_wsgi_app(registry),
        settings.metrics_address,
        settings.metrics_port,
        "metrics_port",
        threads=THREADS,
        max_connections=MAX_CONNECTIONS,
        max_body_bytes=MAX_REQUEST_BYTES,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit())  # SystemExit ends waitress' `run`
    web_server.run_web_server(server, Heartbeat(settings.heartbeats, "metrics"), settings.health_socket("metrics"))
    installation.close()
