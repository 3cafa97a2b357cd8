"""FastAGI sessions a second of `serve-calls` alone, with a FastAGI client in place of Asterisk.

Each session is a whole reception: the caller is answered, hears the menu, presses 0 and is routed; eight run at once.
It counts once our side has set the route. Two times are measured: until the last session has ended, and until the
database has all of them. Then, one after the other: the time until Asterisk gets the first command.
"""

import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from reception import NUMBER, Reception, wait_for

from agi.checks import check_fastagi_server
from bench.installations import PreparedInstallation, start_part, stop
from bench.process_usage import ProcessTree
from bench.report import OURS, Row, Section, percentile
from bench.scale import Scale
from bench.variants import Variant

TITLE = "`serve-calls` alone"
_TEXT = (
    "A raw FastAGI client in Asterisk's place has {count} callers greeted, hear the menu and choose, eight at "
    "once; counted where our side has set the route. *First command*: from the connection to our first "
    "command, {alone} callers one after the other. The client shares the machine."
)
_AT_ONCE, _ALONE = 8, 200
_LANDING = f"+33{NUMBER[1:]}"


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    with _serve_calls_alone(stage) as variant:
        _run_sessions(variant, range(20))
        began, cpu = time.monotonic(), variant.processes.cpu_s
        say(f"{scale.sessions} sessions")
        routed = _run_sessions(variant, range(20, 20 + scale.sessions))
        ended = time.monotonic()
        wait_for(
            lambda: variant.query_database(_ROUTED_COUNT) >= 20 + routed, "all sessions to be in the database", 300
        )
        recorded = time.monotonic()
        used = variant.processes.cpu_s - cpu
        first_ms = [1000 * _run_session(variant, number).first_s for number in range(_ALONE)]
    if routed != scale.sessions:
        raise SystemExit(f"{routed} of {scale.sessions} sessions completed.")
    rows = (
        Row("sessions", "1/s", {OURS: [routed / (ended - began)]}),
        Row("the same, on record", "1/s", {OURS: [routed / (recorded - began)]}),
        Row("processor time", "ms each", {OURS: [1000 * used / routed]}),
        Row("first command, median", "ms", {OURS: [median(first_ms)]}),
        Row("first command, p95", "ms", {OURS: [percentile(first_ms, 95)]}),
    )
    return [Section(TITLE, _TEXT.format(count=scale.sessions, alone=_ALONE), rows)]


_ROUTED_COUNT = "SELECT count(*) FROM call_event WHERE kind = 'routed'"


@contextmanager
def _serve_calls_alone(stage: PreparedInstallation) -> Iterator[Variant]:
    reception: Reception = stage.copy_reception()
    process = start_part(reception, "serve-calls", log="calls.log")
    try:
        wait_for(
            lambda: all(check.ok for check in check_fastagi_server(reception.settings.agi_port)),
            "our code to answer",
            60,
        )
        yield Variant(OURS, reception, ProcessTree((process.pid,)))
    finally:
        stop(process)
        reception.database.close()
        reception.installation.close()


class AgiSession(NamedTuple):
    """`routed`: our side has set the route; `first_s`: seconds until its first command."""

    routed: bool
    first_s: float


def _run_sessions(variant: Variant, numbers: range) -> int:
    with ThreadPoolExecutor(_AT_ONCE) as telephones:
        return sum(session.routed for session in telephones.map(lambda number: _run_session(variant, number), numbers))


def _run_session(variant: Variant, number: int) -> AgiSession:
    environment = {
        "agi_network": "yes",
        "agi_network_script": "reception",
        "agi_channel": f"PJSIP/trunk-{number:08x}",
        "agi_language": "fr",
        "agi_callerid": f"+3363998{number % 10_000:04}",
        "agi_arg_1": f"{1_700_000_000 + number}.{number}",
        "agi_arg_2": _LANDING,
        "agi_arg_3": "0",
    }
    routed, first_s, began = False, 0.0, time.perf_counter()
    where = ("127.0.0.1", variant.reception.settings.agi_port)
    with socket.create_connection(where) as connection, connection.makefile("rb") as commands:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = "".join(f"{name}: {value}\n" for name, value in environment.items())
        connection.sendall(lines.encode() + b"\n")
        for command in commands:
            first_s = first_s or time.perf_counter() - began
            routed |= b"ROUTE=" in command
            variable = command.startswith(b"GET FULL VARIABLE")
            answer = b"200 result=1 (OK:0)\n" if variable and re.search(rb"READSTATUS", command) else b"200 result=0\n"
            connection.sendall(answer)
    return AgiSession(routed, first_s)
