"""The machine has no more to give: descriptors, memory, a reader of our logs."""

import os
import resource
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random
from threading import Event

from fault_case import Unkept, case, heard, limited, served_as_ever
from reception import wait_for
from witnesses import Lived
from workload import Caller, Workload

from caller.story import Press


@case()
def no_file_descriptor_left(work: Workload, chance: Random) -> list[Lived]:
    """A new call is refused at once, and goes to the team; one under way goes on."""
    return _refused_new_kept_old(work, chance, resource.RLIMIT_NOFILE, _open_files)


@case()
def no_memory_left_for_a_thread(work: Workload, chance: Random) -> list[Lived]:
    return _refused_new_kept_old(work, chance, resource.RLIMIT_AS, _mapped_bytes)


def _refused_new_kept_old(work: Workload, chance: Random, limit: int, used: Callable[[int], int]) -> list[Lived]:
    old, new = work.numbers(chance, 2)
    mended = ExitStack()

    def fail() -> None:
        Event().wait(4)  # the old one is in the menu
        work.begins()
        mended.enter_context(limited(work, limit, used))

    with mended:
        lived = work.call(
            [
                Caller(old, (Press(keys="1", at_s=7),), stays_s=14),
                Caller(new, (Press(keys="1", at_s=2),), after_s=5, stays_s=9),
            ],
            fail,
        )
    if "apology" in [sound.key for sound in heard(lived[0])]:
        raise Unkept(f"the call under way was given up:\n{lived[0].story}")
    return lived


def _open_files(pid: int) -> int:
    return max(int(file.name) for file in Path(f"/proc/{pid}/fd").iterdir()) + 1


def _mapped_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    return pages * resource.getpagesize() + 1_000_000  # less than the stack of a thread


@case()
def log_disk_full(work: Workload, chance: Random) -> list[Lived]:
    """Whoever keeps our logs can write no byte: calls are served, and a part that dies is started again."""
    supervisor, fsize = work.reception.supervisor_pid(), resource.RLIMIT_FSIZE
    before = resource.prlimit(supervisor, fsize, (0, resource.RLIM_INFINITY))
    try:
        lived = served_as_ever(work, chance)
        dead = work.reception.calls_pids()[0]
        os.kill(dead, signal.SIGKILL)
        wait_for(lambda: work.reception.supervisor("pid", "calls").strip() not in ("0", str(dead)), "a new one", 20)
        return lived
    finally:
        resource.prlimit(supervisor, fsize, before)
        work.reception.supervisor("restart", "calls")  # who was started meanwhile has the limit too


@case()
def log_pipe_blocked(work: Workload, chance: Random) -> list[Lived]:
    """Whoever keeps our logs is frozen: what we write to him is not waited for."""
    supervisor = work.reception.supervisor_pid()
    os.kill(supervisor, signal.SIGSTOP)
    try:
        return served_as_ever(work, chance)
    finally:
        os.kill(supervisor, signal.SIGCONT)
