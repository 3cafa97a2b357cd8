"""SIPp as the public: calls at a given rate, of which those that complete are counted, not the attempts."""

import csv
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

import ports

from bench.process_usage import count_dropped_datagrams

SCENARIOS = Path(__file__).parent / "scenarios"
GRACE_S = 20


@dataclass(frozen=True, slots=True)
class CallCounts:
    """`succeeded`: answered with 200, and ended by our own BYE, answered with 200. `active`: not yet ended."""

    succeeded: int
    failed: int
    retransmissions: int
    active: int

    @property
    def is_clean(self) -> bool:
        """Nothing failed, and no answer was so late that a message was retransmitted (500 ms, RFC 3261)."""
        return not (self.failed or self.retransmissions)


@dataclass(frozen=True, slots=True)
class CallLoad:
    """`count` calls, `rate` new ones a second, by callers from `first` on: 06 39 98 and four digits.

    `before_ms` passes between the answer and the key 3 (by INFO; without one: the hang-up), `after_ms` from there to
    the hang-up. A call that `may_be_refused` succeeds also if it gets 480, 486 or 503.
    """

    count: int
    rate: float
    before_ms: int
    after_ms: int = 0
    key: bool = False
    first: int = 0
    may_be_refused: bool = False

    @property
    def scenario(self) -> str:
        if self.key:
            return "with_key.xml"
        return "hang_up_or_refused.xml" if self.may_be_refused else "hang_up.xml"

    @property
    def seconds(self) -> float:
        return self.count / self.rate + (self.before_ms + self.after_ms) / 1000


class RtpSink:
    """A destination for voice that nobody reads: the kernel counts it, at no cost to the generator."""

    def __init__(self) -> None:
        self.port = ports.free(2)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        self._socket.bind(("127.0.0.1", self.port))

    @property
    def packets(self) -> int:
        """Packets that have arrived, without the first one or two."""
        return count_dropped_datagrams(Path("/proc/net/udp").read_text().splitlines()[1:], self.port)

    def close(self) -> None:
        self._socket.close()


def place_calls(calls: CallLoad, sip_port: int, number: str, folder: Path) -> CallCounts:
    """Returns when every call has ended, or when SIPp has waited long enough: it does not end under too much load."""
    with run_sipp(calls, sip_port, number, folder) as (process, _, log):
        with suppress(subprocess.TimeoutExpired):
            process.wait(calls.seconds + 2 * GRACE_S)
        return read_latest(log)


@contextmanager
def run_sipp(
    calls: CallLoad, sip_port: int, number: str, folder: Path
) -> Iterator[tuple["subprocess.Popen[bytes]", RtpSink, Path]]:
    """Runs SIPp until the end of the block: its process, the sink of its voice, and its log."""
    folder.mkdir(parents=True, exist_ok=True)
    callers, log = folder / "callers.csv", folder / "statistics.csv"
    for earlier in (log, *folder.glob("*_counts.csv")):
        earlier.unlink(missing_ok=True)
    numbers = (f"+3363998{(calls.first + n) % 10_000:04};" for n in range(min(calls.count, 10_000)))
    callers.write_text("\n".join(["SEQUENTIAL", *numbers]) + "\n")
    sink = RtpSink()
    scenario = folder / "scenario.xml"
    template = Template((SCENARIOS / calls.scenario).read_text())
    scenario.write_text(template.substitute(before=calls.before_ms, after=calls.after_ms))
    command = ["sipp", f"127.0.0.1:{sip_port}", "-sf", str(scenario), "-s", number, "-inf", str(callers)]
    command += ["-i", "127.0.0.1", "-p", str(ports.free()), "-nostdin", "-l", "100000", "-skip_rlimit"]
    command += ["-m", str(calls.count), "-r", str(max(1, round(calls.rate)))]
    command += ["-trace_stat", "-stf", str(log), "-fd", "1"]
    command += ["-trace_counts"] if calls.may_be_refused else []
    command += ["-timeout", f"{calls.seconds + GRACE_S:.0f}", "-key", "voice", str(sink.port)]
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process, sink, log
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        sink.close()


def count_refused(folder: Path) -> int:
    """The calls of the last run in this folder that were refused.

    SIPp counts the messages of each step of its scenario; the columns are named `<step>_<response>_Recv`.
    """
    logs = sorted(folder.glob("*_counts.csv"), key=lambda file: file.stat().st_mtime)
    rows = list(csv.DictReader(logs[-1].read_text().splitlines(), delimiter=";")) if logs else []
    if not rows:
        return 0
    columns = [name for name in rows[-1] if name and re.fullmatch(r"\d+_(480|486|503)_Recv", name)]
    return sum(int(rows[-1][name] or 0) for name in columns)


def read_latest(log: Path) -> CallCounts:
    """The latest counts in SIPp's log."""
    counts = parse_statistics(log.read_text() if log.exists() else "")
    return counts[-1] if counts else CallCounts(0, 0, 0, 0)


def parse_statistics(text: str) -> list[CallCounts]:
    """The counts of each second; SIPp marks cumulative columns with (C)."""
    rows = csv.DictReader(text.splitlines(), delimiter=";")
    return [
        CallCounts(
            int(row["SuccessfulCall(C)"]),
            int(row["FailedCall(C)"]),
            int(row["Retransmissions(C)"]),
            int(row["CurrentCall"]),
        )
        for row in rows
        if row.get("Retransmissions(C)")
    ]
