"""Where the time goes: the processor time of each thread and of each statement, at rest, in calls and in requests.

The whole server runs as in operation, instrumented (bench/instrument.py). What the instruments cost, some µs for each
statement, is in the figures: they say where to look, and `call-processes` says what was gained.
"""

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from public_server import PLAN

from bench import public_requests, sipp
from bench.installations import PreparedInstallation
from bench.instrument import FOLDER_VARIABLE, PHASE_FILE
from bench.report import OURS, Row, Section, format_value, render_table
from bench.scale import Scale
from bench.sipp import CallLoad
from bench.variants import Variant, serve_ours

TITLE = "Profile"
_TEXT = (
    "Processor time by process, thread and statement, as the kernel counts it: {rest:g} s at rest, {calls} calls at "
    "{rate} a second (signalling only) and {requests} callback requests over four connections; calls and requests with "
    "what the same thread uses at rest. A statement's time is that of its first step: rows that are fetched later "
    "count to the thread alone. `to_thread`: what an asyncio loop gave to a thread, with the statements in it. "
    "*Threads that ended*: of each process together."
)
_SHORT_MS, _WARM = 700, 20
_FIRST_REQUEST = 4_000
"""The numbers that ask for a callback are others than those that call."""
_MOST_LINES = 30
_ENDED = "threads that ended"
_THREAD = re.compile(r"^\S+\s+(\d+)\s+(\S+)", re.MULTILINE)
"""A line of Asterisk's `core show threads`: pthread, LWP, name."""


@dataclass(frozen=True, slots=True)
class _Phase:
    """`unit` is what times are divided by: a call, a request, or a second."""

    name: str
    unit: str
    count: float
    threads_ms: Mapping[tuple[str, str], float]


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    folder = stage.folder / "profile"
    folder.mkdir()
    marker = folder / PHASE_FILE
    marker.write_bytes(b"\0")
    reception = stage.copy_reception(PLAN, trusted_proxies=1)
    reception.is_program, reception.module = True, "bench.instrument"
    reception.environment[FOLDER_VARIABLE] = str(folder)
    sipp_folder, port = stage.folder / "sipp", reception.settings.public_port
    requests = range(_FIRST_REQUEST, _FIRST_REQUEST + scale.requests)
    calls = CallLoad(round(scale.process_rates[0] * scale.process_s), scale.process_rates[0], _SHORT_MS)
    with serve_ours(reception) as variant:
        _place_calls(variant, CallLoad(_WARM, _WARM, _SHORT_MS, first=9_000), sipp_folder, _WARM)
        time.sleep(scale.settle_s)
        works: list[tuple[str, str, float, Callable[[], object]]] = [
            ("at rest", "second", scale.quiet_s, lambda: time.sleep(scale.quiet_s)),
            ("calls", "call", calls.count, lambda: _place_calls(variant, calls, sipp_folder, _WARM + calls.count)),
            ("requests", "request", scale.requests, lambda: public_requests.post(port, requests)),
        ]
        phases = []
        for number, (name, unit, count, work) in enumerate(works, 1):
            if name == "requests":  # none is called back meanwhile
                reception.run("callbacks", "pause")
                public_requests.post(port, range(9_900, 9_900 + _WARM))
            say(name)
            phases.append(_Phase(name, unit, count, _measure_phase(variant, marker, number, work)))
    statements = _read_statements(folder)
    rows = tuple(_rows(phases))
    text = _TEXT.format(rest=scale.quiet_s, calls=calls.count, rate=scale.process_rates[0], requests=scale.requests)
    notes = tuple(
        note for number, phase in enumerate(phases, 1) for note in _render_phase(phase, statements.get(number, {}))
    )
    return [Section(TITLE, text, rows, notes=notes)]


def _measure_phase(
    variant: Variant, marker: Path, number: int, work: Callable[[], object]
) -> Mapping[tuple[str, str], float]:
    """The ms of each thread, by the names of its process and its own."""
    before, processes = _thread_times(variant)
    with marker.open("r+b") as file:  # the instruments have mapped it: it must stay the same file
        file.write(bytes([number]))
    work()
    with marker.open("r+b") as file:
        file.write(b"\0")
    after, processes_after = _thread_times(variant)
    used: Counter[tuple[str, str]] = Counter()
    for key, (process, thread, ms) in after.items():
        used[process, thread] += ms - before.get(key, ("", "", 0.0))[2]
    by_process: Counter[str] = Counter()
    for (process, _), ms in used.items():
        by_process[process] += ms
    for process, cpu_s in processes_after.items():
        used[process, _ENDED] = 1000 * (cpu_s - processes.get(process, 0.0)) - by_process[process]
    return used


def _thread_times(variant: Variant) -> tuple[Mapping[tuple[int, int], tuple[str, str, float]], Mapping[str, float]]:
    """Process, thread and ms of each thread that runs, and the seconds of each process with its ended threads."""
    told = variant.reception.installation.asterisk_cli.run("core show threads")
    names = {int(lwp): name for lwp, name in _THREAD.findall(told)}
    threads = {
        (each.process, each.thread): (each.process_name, names.get(each.thread, each.name), each.cpu_ms)
        for each in variant.processes.threads()
    }
    return threads, variant.processes.cpu_s_by_name()


def _place_calls(variant: Variant, calls: CallLoad, folder: Path, total: int) -> None:
    outcome = sipp.place_calls(calls, variant.sip_port, variant.number, folder)
    if outcome.succeeded != calls.count:
        raise SystemExit(f"{outcome.succeeded} of {calls.count} calls completed; see {folder}.")
    variant.wait_until_idle(total)


def _read_statements(folder: Path) -> Mapping[int, Mapping[tuple[str, str, str], tuple[int, float]]]:
    """By phase: how often each statement of each process and thread was executed, and its ms."""
    found: dict[int, dict[tuple[str, str, str], tuple[int, float]]] = defaultdict(dict)
    for file in folder.glob("*.json"):
        process = file.stem.rpartition("-")[0]
        for phase, thread, statement, count, ms in json.loads(file.read_text()):
            key = process, re.sub(r"[-_]?\d+(_\d+)?$", "", thread), " ".join(statement.split())
            counted, used = found[phase].get(key, (0, 0.0))
            found[phase][key] = counted + count, used + ms
    return found


def _rows(phases: list[_Phase]) -> Iterator[Row]:
    for phase in phases:
        yield Row(f"{phase.name}, all processes", f"ms a {phase.unit}", {OURS: [_total(phase)]}, compared="")


def _total(phase: _Phase) -> float:
    return sum(phase.threads_ms.values()) / phase.count


def _render_phase(phase: _Phase, statements: Mapping[tuple[str, str, str], tuple[int, float]]) -> Iterator[str]:
    yield f"**{phase.name}, threads** (ms a {phase.unit})"
    threads = sorted(phase.threads_ms.items(), key=lambda each: -each[1])[:_MOST_LINES]
    yield render_table(
        ("process", "thread", "ms"),
        [(process, thread, format_value(ms / phase.count)) for (process, thread), ms in threads if ms > 0],
    )
    yield f"**{phase.name}, statements** (for each {phase.unit})"
    costliest = sorted(statements.items(), key=lambda each: -each[1][1])[:_MOST_LINES]
    yield render_table(
        ("process", "thread", "statement", "times", "µs each", "ms"),
        [
            (
                process,
                thread,
                f"`{_shorten(text)}`",
                format_value(count / phase.count),
                format_value(1000 * ms / count),
                f"{ms / phase.count:.3f}",
            )
            for (process, thread, text), (count, ms) in costliest
        ],
    )


def _shorten(statement: str) -> str:
    """The beginning and the end: what is done to which table, and for which rows."""
    text = statement.replace("|", "¦")
    return text if len(text) <= 110 else f"{text[:60]} … {text[-45:]}"
