"""At rest: processor time and memory of each process while nobody calls, and of several organisations side by side."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from reception import Reception

from bench.installations import PreparedInstallation
from bench.process_usage import ProcessTree
from bench.report import OURS, Row, Section
from bench.scale import Scale

TITLE = "At rest"
_TEXT = (
    "`standardiste server` with every part, {settle:g} s after its start, for {seconds:g} s in which nobody calls. "
    "Memory is proportional (PSS): pages that processes share are divided among them. *supervisor* and *server* are "
    "without the parts, which are their children. {organisations} organisations: so many installations together."
)
MOST_MB, MOST_PERCENT = 200, 0.5


@dataclass(frozen=True, slots=True)
class _Usage:
    cpu_percent: float
    memory_mb: float

    def __sub__(self, other: "_Usage") -> "_Usage":
        return _Usage(self.cpu_percent - other.cpu_percent, self.memory_mb - other.memory_mb)

    def __add__(self, other: "_Usage") -> "_Usage":
        return _Usage(self.cpu_percent + other.cpu_percent, self.memory_mb + other.memory_mb)


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    with _running(stage, 1, say) as [alone]:
        time.sleep(scale.settle_s)
        usages = measure_processes(process_trees(alone), scale.quiet_s)
    with _running(stage, scale.organisations, say) as many:
        time.sleep(scale.settle_s)
        servers = {str(number): ProcessTree((each.process.pid,)) for number, each in enumerate(many)}
        together = sum(measure_processes(servers, scale.quiet_s).values(), _Usage(0, 0))
    everything = sum(usages.values(), _Usage(0, 0))
    rows = [
        *_rows("all", everything, f"≤ {MOST_PERCENT:g} %", f"≤ {MOST_MB} MB"),
        *(row for name, usage in usages.items() for row in _rows(name, usage)),
        *_rows(f"{scale.organisations} organisations", together),
    ]
    text = _TEXT.format(settle=scale.settle_s, seconds=scale.quiet_s, organisations=scale.organisations)
    return [Section(TITLE, text, tuple(rows))]


@contextmanager
def _running(stage: PreparedInstallation, count: int, say: Callable[[str], None]) -> Iterator[Sequence[Reception]]:
    receptions: list[Reception] = []
    try:
        for number in range(count):
            reception = stage.copy_reception()
            reception.is_program = True
            receptions.append(reception)
            reception.start()
            say(f"{number + 1} of {count} runs")
        yield receptions
    finally:
        for reception in receptions:
            reception.stop()


def process_trees(reception: Reception) -> dict[str, ProcessTree]:
    """From the root to the leaves: the server, the supervisor, and the parts together, then each part."""
    parts = {part: int(reception.supervisorctl("pid", part)) for part in reception.settings.parts}
    return {
        "server": ProcessTree((reception.process.pid,)),
        "supervisor": ProcessTree((reception.supervisor_pid(),)),
        "parts": ProcessTree(tuple(parts.values())),
        **{part: ProcessTree((pid,)) for part, pid in parts.items()},
    }


def measure_processes(trees: dict[str, ProcessTree], seconds: float) -> dict[str, _Usage]:
    """Each for itself: what a tree shares with the next smaller one is taken out."""
    before = {name: tree.cpu_s for name, tree in trees.items()}
    time.sleep(seconds)
    usages = {
        name: _Usage((tree.cpu_s - before[name]) / seconds * 100, tree.memory_kb / 1000) for name, tree in trees.items()
    }
    nested = [name for name in ("server", "supervisor", "parts") if name in usages]
    own = {outer: usages[outer] - usages[inner] for outer, inner in pairwise(nested)}
    return {name: own.get(name, usage) for name, usage in usages.items() if name != "parts"}


def _rows(name: str, usage: _Usage, cpu_goal: str = "", memory_goal: str = "") -> Iterator[Row]:
    yield Row(f"{name}: processor", "% of a core", {OURS: [usage.cpu_percent]}, cpu_goal, "")
    yield Row(f"{name}: memory", "MB", {OURS: [usage.memory_mb]}, memory_goal, "")
