"""Durable requests a second of one process of `serve-public`, against a bare Flask application with one commit.

Both run under the same waitress with the same number of threads, each with its own database on the same disk, and get
their requests over four connections that stay open. Counted: answers 202, each of which is on the disk. Each request is
for another number and from another address, behind one trusted proxy, below all limits. The same requests for a premium
number, which we reject without using the database, show the share of the web application in the cost.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import ports
from public_server import PLAN
from reception import wait_for

from bench.installations import PreparedInstallation, start_part, stop
from bench.process_usage import ProcessTree
from bench.report import BARE, BARE_AGAIN, OURS, Row, Section
from bench.scale import Scale
from bench.variants import abba_order
from standardiste.parts.web_server import is_healthy
from standardiste.settings import CHECKOUT

TITLE = "A durable request"
_TEXT = (
    "`POST /v1/callbacks` in JSON over four open connections, each request for another number: from the first byte "
    "sent to the last answer 202, each after a commit that survives a power cut. Bare: Flask under the same "
    "waitress, the form checked by hand, one row. *A premium number*: the same for one, which we reject (422) "
    "without using the database, and bare accepts like any other. The client runs on the same machine."
)
_CONNECTIONS = 4
_MOBILE, _PREMIUM = "06 39 98", "08 99 98"


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    rate: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    premium: dict[str, list[float]] = defaultdict(list)
    for name in abba_order([BARE, OURS, BARE_AGAIN], scale.rounds):
        say(name)
        with _SERVERS[name](stage) as (port, processes):
            _post(port, range(9_900, 9_920), _MOBILE, 202)
            used = processes.cpu_s
            rate[name].append(_rate(port, scale.requests, _MOBILE, 202))
            cpu[name].append(1000 * (processes.cpu_s - used) / scale.requests)
            premium[name].append(_rate(port, scale.requests, _PREMIUM, 422 if name == OURS else 202))
    rows = (
        Row("accepted", "1/s", rate, "≥ 0.8 ×"),
        Row("processor time", "ms each", cpu),
        Row("a premium number", "1/s", premium),
    )
    return [Section(TITLE, _TEXT, rows)]


@contextmanager
def _ours(stage: PreparedInstallation) -> Iterator[tuple[int, ProcessTree]]:
    reception = stage.copy_reception(PLAN, trusted_proxies=1)
    reception.database.close()
    reception.installation.close()
    process = start_part(reception, "serve-public", log="public.log")
    with _wait_and_stop(reception.settings.public_port, process) as served:
        yield served


@contextmanager
def _bare(stage: PreparedInstallation) -> Iterator[tuple[int, ProcessTree]]:
    port, file = ports.free(), stage.folder / f"bare-{time.monotonic_ns()}.sqlite3"
    threads = "16"  # the default of `public_threads`
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.bare_flask", str(port), str(file), threads],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stderr=subprocess.DEVNULL,
    )
    with _wait_and_stop(port, process) as served:
        yield served


@contextmanager
def _wait_and_stop(port: int, process: "subprocess.Popen[bytes]") -> Iterator[tuple[int, ProcessTree]]:
    try:
        wait_for(lambda: is_healthy(f"http://127.0.0.1:{port}"), "the server to answer", 60)
        yield port, ProcessTree((process.pid,))
    finally:
        stop(process)


def _rate(port: int, posts: int, prefix: str, status: int) -> float:
    """Requests a second, each of which was answered with this status."""
    began = time.monotonic()
    answered = _post(port, range(posts), prefix, status)
    took = time.monotonic() - began
    if answered != posts:
        raise SystemExit(f"{answered} of {posts} requests were answered with {status}.")
    return posts / took


def post(port: int, numbers: range) -> None:
    """Asks for a callback to each of these numbers, over open connections."""
    if (accepted := _post(port, numbers, _MOBILE, 202)) != len(numbers):
        raise SystemExit(f"{accepted} of {len(numbers)} requests were answered with 202.")


def _post(port: int, numbers: range, prefix: str, status: int) -> int:
    shares = [numbers[each::_CONNECTIONS] for each in range(_CONNECTIONS)]
    with ThreadPoolExecutor(_CONNECTIONS) as visitors:
        return sum(visitors.map(lambda share: _post_in_sequence(port, share, prefix, status), shares))


def _post_in_sequence(port: int, numbers: range, prefix: str, status: int) -> int:
    """The number of answers with this status. Answers are small and have a Content-Length."""
    counted = 0
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in numbers:
            connection.sendall(_request(port, number, prefix))
            status_line = answers.readline()
            length = 0
            while (header := answers.readline().strip()) != b"":
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            answers.read(length)
            counted += status_line.startswith(b"HTTP/1.1 %d" % status)
    return counted


def _request(port: int, number: int, prefix: str) -> bytes:
    body = json.dumps({"number": f"{prefix} {number // 100:02} {number % 100:02}", "consent_call": True}).encode()
    head = (
        f"POST /v1/callbacks HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"X-Forwarded-For: 2001:db8:{number:x}::1\r\nAccept-Language: fr\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


_SERVERS = {BARE: _bare, BARE_AGAIN: _bare, OURS: _ours}
