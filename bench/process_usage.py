"""Processor time and memory of processes, from the kernel: proc(5), `stat` and `smaps_rollup`."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")


class ProcessStat(NamedTuple):
    """From /proc/PID/stat: the parent, and the processor time of the process and of its children that have ended."""

    parent: int
    cpu_s: float


class Thread(NamedTuple):
    """A thread, and the ms of a processor that it has had since its start."""

    process: int
    process_name: str
    thread: int
    name: str
    cpu_ms: float


def parse_stat(line: str) -> ProcessStat:
    """Parses a line of /proc/PID/stat. Field 2, the name, may hold brackets; field 3 follows the last of them."""
    fields = line.rpartition(")")[2].split()
    utime, stime, cutime, cstime = map(int, fields[11:15])
    return ProcessStat(int(fields[1]), (utime + stime + cutime + cstime) / _TICKS)


@dataclass(frozen=True, slots=True)
class ProcessTree:
    """These processes with all their descendants."""

    roots: tuple[int, ...]

    @property
    def cpu_s(self) -> float:
        """Processor seconds since their start, with those of children that have ended."""
        return sum(stat.cpu_s for stat in self._tree().values())

    def cpu_s_by_name(self) -> Mapping[str, float]:
        """The same by the name of the process: Asterisk, or the command that it runs, such as serve-calls."""
        used: dict[str, float] = {}
        for pid, stat in self._tree().items():
            name = _name(pid)
            used[name] = used.get(name, 0.0) + stat.cpu_s
        return used

    def threads(self) -> Iterator["Thread"]:
        """The threads that run now. The name of a process is that of `cpu_s_by_name`."""
        for pid in self._tree():
            process_name = _name(pid)
            for folder in Path(f"/proc/{pid}/task").glob("*"):
                try:
                    ran_ns = int((folder / "schedstat").read_text().split()[0])
                    yield Thread(
                        pid, process_name, int(folder.name), (folder / "comm").read_text().strip(), ran_ns / 1e6
                    )
                except OSError:  # it has ended
                    continue

    @property
    def memory_kb(self) -> int:
        """Resident memory, in which shared pages are divided among their processes (PSS)."""
        return sum(_pss(pid) for pid in self._tree())

    def _tree(self) -> dict[int, ProcessStat]:
        everything = dict(_all_stats())
        tree = {pid for pid in self.roots if pid in everything}
        grown = True
        while grown:
            children = {pid for pid, stat in everything.items() if stat.parent in tree} - tree
            tree |= children
            grown = bool(children)
        return {pid: everything[pid] for pid in tree}


def count_dropped_datagrams(lines: Iterable[str], port: int) -> int:
    """The datagrams that arrived at a UDP socket that nobody reads: the kernel counts what it drops.

    `lines` are those of /proc/net/udp.
    """
    for line in lines:
        fields = line.split()
        if len(fields) > 12 and fields[1].rpartition(":")[2] == f"{port:04X}":
            return int(fields[12])
    return 0


def _all_stats() -> Iterator[tuple[int, ProcessStat]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                yield int(folder.name), parse_stat((folder / "stat").read_text())
            except OSError:  # it has ended
                continue


def _name(pid: int) -> str:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        given = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "ended"
    if any(argument.endswith("/asterisk") for argument in arguments):
        return "asterisk"
    return next((argument for argument in arguments if argument.startswith("serve-")), given)


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
