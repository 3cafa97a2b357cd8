"""Durable requests a second of one process of `serve-public`, against a bare Flask application with one commit.

Both stand under the same waitress with as many threads, on bases of their own on the same disk, and are asked over four
connections that stay open. Counted: answers 202, each of which is on the disk. Each wish is for another number and from
another address, behind one trusted proxy, with limits out of the way.
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
from public_door import PLAN
from reception import wait_for

from bench.accounting import Processes
from bench.arms import there_and_back
from bench.scale import Scale
from bench.stage import Stage, start_part, stop
from bench.table import AGAIN, BARE, OURS, Row, Section
from standardiste.settings import CHECKOUT
from standardiste.web_server import answers

TITLE = "A durable request"
_TEXT = (
    "`POST /v1/callbacks` in JSON over four open connections, each wish for another number: from the first byte "
    "sent to the last answer 202, each after a commit that survives a power cut. Bare: Flask under the same "
    "waitress, the form checked by hand, one row. The client shares the machine."
)
_CONNECTIONS = 4


def measure(stage: Stage, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    rate: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    for name in there_and_back([BARE, OURS, AGAIN], scale.rounds):
        say(name)
        with _SERVED[name](stage) as (port, processes):
            _post(port, range(9_900, 9_920))
            began, used = time.monotonic(), processes.cpu_s
            accepted = _post(port, range(scale.posts))
            took = time.monotonic() - began
            if accepted != scale.posts:
                raise SystemExit(f"{name}: {accepted} of {scale.posts} requests were accepted.")
            rate[name].append(accepted / took)
            cpu[name].append(1000 * (processes.cpu_s - used) / accepted)
    rows = (Row("accepted", "1/s", rate, "≥ 0.8 ×"), Row("processor time", "ms each", cpu))
    return [Section(TITLE, _TEXT, rows)]


@contextmanager
def _ours(stage: Stage) -> Iterator[tuple[int, Processes]]:
    reception = stage.copy(PLAN, trusted_proxies=1)
    reception.base.close()
    reception.house.close()
    process = start_part(reception, "serve-public", log="public.log")
    with _answering(reception.settings.public_port, process) as served:
        yield served


@contextmanager
def _bare(stage: Stage) -> Iterator[tuple[int, Processes]]:
    port, file = ports.free(), stage.folder / f"bare-{time.monotonic_ns()}.sqlite3"
    threads = "16"  # the default of `public_threads`
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.bare_flask", str(port), str(file), threads],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stderr=subprocess.DEVNULL,
    )
    with _answering(port, process) as served:
        yield served


@contextmanager
def _answering(port: int, process: "subprocess.Popen[bytes]") -> Iterator[tuple[int, Processes]]:
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}"), "the server to answer", 60)
        yield port, Processes((process.pid,))
    finally:
        stop(process)


def _post(port: int, numbers: range) -> int:
    shares = [numbers[each::_CONNECTIONS] for each in range(_CONNECTIONS)]
    with ThreadPoolExecutor(_CONNECTIONS) as visitors:
        return sum(visitors.map(lambda share: _one_after_the_other(port, share), shares))


def _one_after_the_other(port: int, numbers: range) -> int:
    """How many were answered with 202. Answers are small and come whole, with their length."""
    accepted = 0
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in numbers:
            connection.sendall(_request(port, number))
            status = answers.readline()
            length = 0
            while (header := answers.readline().strip()) != b"":
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            answers.read(length)
            accepted += status.startswith(b"HTTP/1.1 202")
    return accepted


def _request(port: int, number: int) -> bytes:
    body = json.dumps({"number": f"06 39 98 {number // 100:02} {number % 100:02}", "consent_call": True}).encode()
    head = (
        f"POST /v1/callbacks HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"X-Forwarded-For: 2001:db8:{number:x}::1\r\nAccept-Language: fr\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


_SERVED = {BARE: _bare, AGAIN: _bare, OURS: _ours}
