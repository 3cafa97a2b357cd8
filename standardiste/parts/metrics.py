"""The process that Prometheus scrapes: it reads the database and the heartbeats, and changes nothing."""

import logging
import signal
import threading

from prometheus_client import CollectorRegistry, start_http_server

from standardiste.installation import Installation
from standardiste.parts.heartbeat import HEARTBEAT_INTERVAL_S, Heartbeat
from standardiste.parts.metrics_collector import MetricsCollector
from standardiste.parts.server import ServerStartError

log = logging.getLogger("metrics")


def serve(installation: Installation) -> None:
    """Returns after SIGTERM or SIGINT. Raises ServerStartError."""
    settings = installation.settings
    registry = CollectorRegistry()
    registry.register(MetricsCollector(installation))
    stop_requested = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop_requested.set())
    try:
        server, _ = start_http_server(settings.metrics_port, str(settings.metrics_address), registry)
    except OSError as error:
        raise ServerStartError(
            f"TCP port {settings.metrics_port} on {settings.metrics_address} cannot be used ({error.strerror}); "
            "stop what holds it, or choose another with the setting metrics_port."
        ) from None
    heartbeat = Heartbeat(settings.heartbeats, "metrics")
    try:
        while not stop_requested.wait(HEARTBEAT_INTERVAL_S):
            heartbeat.beat()
    finally:
        server.shutdown()
        server.server_close()
        installation.close()
