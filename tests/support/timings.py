"""Where a run spent its time: the slowest tests, the time of each folder, and the processor time of each file."""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath
from typing import NamedTuple

SLOWEST, COSTLIEST = 10, 25


class Part(NamedTuple):
    """The set-up, the call or the end of a test."""

    test: str
    """The node id."""
    seconds: float
    cpu_s: float
    """The processor time of the test process and of what it started."""


def lines(parts: Iterable[Part], start_cpu_s: float) -> list[str]:
    """What to print. `start_cpu_s`: what the test processes used before their first test."""
    tests, folders = Counter[str](), Counter[str]()
    tests_cpu, files_cpu, folders_cpu = Counter[str](), Counter[str](), Counter[str]()
    for part in parts:
        file = part.test.partition("::")[0]
        folder = str(PurePath(file).parent)
        tests[part.test] += part.seconds
        folders[folder] += part.seconds
        tests_cpu[part.test] += part.cpu_s
        files_cpu[file] += part.cpu_s
        folders_cpu[folder] += part.cpu_s
    return [
        f"The {min(SLOWEST, len(tests))} slowest tests:",
        *(f"{seconds:7.1f} s  {test}" for test, seconds in tests.most_common(SLOWEST)),
        "Each folder, over all processes: seconds, and seconds of a processor:",
        *(f"{seconds:7.1f} s {folders_cpu[folder]:7.1f} s  {folder}" for folder, seconds in folders.most_common()),
        "The tests that needed most of a processor:",
        *(f"{cpu_s:7.1f} s  {test}" for test, cpu_s in tests_cpu.most_common(COSTLIEST)),
        "The files that needed most of a processor:",
        *(f"{cpu_s:7.1f} s  {file}" for file, cpu_s in files_cpu.most_common(COSTLIEST)),
        f"{start_cpu_s:7.1f} s  the start of the test processes",
        f"{start_cpu_s + sum(files_cpu.values()):7.1f} s  in all",
    ]
