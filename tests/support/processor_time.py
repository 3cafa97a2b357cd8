"""The processor time of this process and of all that it started, while they run and after they ended."""

import os
from contextlib import suppress
from pathlib import Path

import fork_server

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def used_s() -> float:
    """User and system time in seconds. It may fall a little when a process ends that nobody waited for."""
    own = os.times()
    ended = own.user + own.system + own.children_user + own.children_system + fork_server.ended_cpu_s
    return ended + sum(_tree_s(pid) for pid in {*_children(os.getpid()), *fork_server.running})


def _tree_s(pid: int) -> float:
    return _process_s(pid) + sum(_tree_s(child) for child in _children(pid))


def _process_s(pid: int) -> float:
    """Its own time, and that of the children it waited for (proc_pid_stat(5), fields 14 to 17)."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICKS_PER_S
    return 0.0


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return []
