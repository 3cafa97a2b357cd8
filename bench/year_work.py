"""What an installation with a year of calls costs: at rest by process, `doctor`, and the delivery of webhooks."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from reception import Reception, wait_for
from sqlalchemy import text

from bench.at_rest import measure_processes, process_trees
from bench.installations import PreparedInstallation
from bench.report import OURS, Row, Section
from bench.scale import Scale
from bench.variants import serve_ours
from records.webhooks import endpoints
from webhooks.signing import generate_signing_secret

TITLE = "A year of calls"
_TEXT = (
    "{calls:,} calls, {cards:,} cards with a name and an address, {versions:,} versions of the message, and as many "
    "delivered webhooks as calls. At rest: every process for {seconds:g} s, {settle:g} s after its start. *doctor*: "
    "the command, beside the server. *Webhooks*: {events:,} events to one endpoint of this machine, in turn."
)
_DOCTORS = 3
_EVENTS = (
    "INSERT INTO outbox_event (id, at, kind, data) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
    "WHERE i < :count) SELECT 'bench-' || i, :at, 'call.ended', '{}' FROM n",
    "INSERT INTO webhook_delivery (endpoint_id, event_id, attempts, next_at) "
    "SELECT :endpoint, id, 0, :at FROM outbox_event WHERE id LIKE 'bench-%'",
)


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    reception = stage.copy_reception(webhook_allow_loopback=True)
    reception.is_program = True
    with _receive_events() as receiver, serve_ours(reception):
        time.sleep(scale.settle_s)
        say("at rest")
        usages = measure_processes(process_trees(reception), scale.quiet_s)
        say("doctor")
        doctors = [_run_doctor(reception) for _ in range(_DOCTORS)]
        say("webhooks")
        trees = process_trees(reception)
        cpu_s = trees["webhooks"].cpu_s
        seconds = _deliver(reception, receiver, scale.year_events)
        used_ms = 1000 * (trees["webhooks"].cpu_s - cpu_s) / scale.year_events
    rows = [
        *(Row(f"{name} at rest", "% of a core", {OURS: [usage.cpu_percent]}, "", "") for name, usage in usages.items()),
        Row("doctor", "s", {OURS: [took for took, _ in doctors]}, "", ""),
        Row("doctor", "CPU s", {OURS: [used for _, used in doctors]}, "", ""),
        Row("webhooks delivered", "1/s", {OURS: [scale.year_events / seconds]}, "", ""),
        Row("webhooks", "CPU ms each", {OURS: [used_ms]}, "", ""),
    ]
    given = {"calls": scale.calls, "cards": scale.cards, "versions": scale.versions}
    words = _TEXT.format(seconds=scale.quiet_s, settle=scale.settle_s, events=scale.year_events, **given)
    return [Section(TITLE, words, tuple(rows))]


def _run_doctor(reception: Reception) -> tuple[float, float]:
    """Seconds, and seconds of a processor."""
    command, began = reception._command("doctor", "--json"), time.monotonic()
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    child = os.posix_spawn(command[0], command, os.environ | reception.environment, file_actions=silent)
    _, _, used = os.wait4(child, 0)
    return time.monotonic() - began, used.ru_utime + used.ru_stime


class _Receiver(ThreadingHTTPServer):
    """An endpoint that takes every event; `arrived` counts them."""

    daemon_threads = True
    arrived = 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Receiver

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.arrived += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the terminal shows the progress of the measurement."""


@contextmanager
def _receive_events() -> Iterator[_Receiver]:
    with _Receiver(("127.0.0.1", 0), _Handler) as receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        yield receiver
        receiver.shutdown()


def _deliver(reception: Reception, receiver: _Receiver, count: int) -> float:
    """Seconds from the commit of the events to the last of them."""
    at, url = datetime.now(UTC), f"http://127.0.0.1:{receiver.server_port}/"
    database = reception.database
    endpoint = endpoints.add_endpoint(database, url, generate_signing_secret(), kinds=("*",), full_numbers=True, at=at)
    with database.write() as connection:
        for statement in _EVENTS:
            values = {"count": count, "at": f"{at:%Y-%m-%d %H:%M:%S.%f}", "endpoint": endpoint.id}
            connection.execute(text(statement), values)
    began = time.monotonic()
    wait_for(lambda: receiver.arrived >= count, f"{count} events to arrive", 300)
    return time.monotonic() - began
