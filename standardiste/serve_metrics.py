"""The process that Prometheus asks: it reads the base and the parts' signs of life, and can disturb nothing."""

import logging
import signal
import threading

from prometheus_client import CollectorRegistry, start_http_server

from standardiste.heartbeat import EVERY_S, Heart
from standardiste.installation import Installation
from standardiste.metrics import Metrics
from standardiste.server import CannotStart

log = logging.getLogger("metrics")


def serve(house: Installation) -> None:
    """Returns after SIGTERM or SIGINT. Raises CannotStart."""
    settings = house.settings
    registry = CollectorRegistry()
    registry.register(Metrics(house))
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    try:
        server, _ = start_http_server(settings.metrics_port, str(settings.metrics_address), registry)
    except OSError as error:
        raise CannotStart(
            f"TCP port {settings.metrics_port} on {settings.metrics_address} cannot be used ({error.strerror}); "
            "stop what holds it, or choose another with the setting metrics_port."
        ) from None
    heart = Heart(settings.heartbeats, "metrics")
    try:
        while not told_to_stop.wait(EVERY_S):
            heart.beat()
    finally:
        server.shutdown()
        server.server_close()
        house.close()
