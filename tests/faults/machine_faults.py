"""The machine has no more to give: descriptors, memory, a reader of our logs."""

import os
import resource
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from random import Random
from threading import Event

from asterisk_faults import MISSED
from bases import held
from by_hand import by_hand, our_code_answers
from fault_case import NotHere, Unkept, case, heard, limited, send, served_as_ever
from reception import children, wait_for
from witnesses import Lived, query
from workload import Caller, Workload

from caller.sound import tone, write_wav
from caller.story import Press
from standardiste.server import asterisk_says

PYTHONS = ("greeting-", "menu-", "message-")  # what nobody hears without it
MOST_SPARE = 20  # threads and descriptors that a worker could have without asking for more


@case()
def no_file_descriptor_left(work: Workload, chance: Random) -> list[Lived]:
    """A new call is refused at once, and goes to the team; one under way goes on."""
    return _refused_new_kept_old(work, chance, lambda: _used_up(work, resource.RLIMIT_NOFILE, _open_files))


@case()
def no_memory_left_for_a_thread(work: Workload, chance: Random) -> list[Lived]:
    return _refused_new_kept_old(work, chance, lambda: _used_up(work, resource.RLIMIT_AS, _mapped_bytes))


@case()
def no_thread_left(work: Workload, chance: Random) -> list[Lived]:
    """Our code runs as a user who may have no thread more."""
    as_nobody = ("setpriv", "--reuid", "nobody", "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override")
    if os.getuid() or subprocess.run([*as_nobody, "true"], capture_output=True, check=False).returncode:
        raise NotHere("only root can become somebody else, and only who is not root is limited")
    with by_hand(work.reception, "calls", before=as_nobody) as (watchdog,):
        our_code_answers(work.reception)
        [worker] = children(watchdog.pid)

        @contextmanager
        def none_left() -> Iterator[None]:
            subprocess.run([*as_nobody, "prlimit", f"--pid={worker}", "--nproc=1:1"], check=True)
            with _taken(work.reception.settings.agi_port):
                yield

        return _refused_new_kept_old(work, chance, none_left)


@case()
def no_conversation_left(work: Workload, chance: Random) -> list[Lived]:
    """As many calls talk with us as the settings allow: one."""
    with by_hand(work.reception, "calls", environment={"STANDARDISTE_AGI_THREADS": "1"}):
        our_code_answers(work.reception)
        return _refused_new_kept_old(work, chance, nullcontext)


def _refused_new_kept_old(
    work: Workload, chance: Random, none_left: Callable[[], AbstractContextManager[None]]
) -> list[Lived]:
    """Who calls now hears the apology at once, and is put through by the dialplan; who called before hears the menu."""
    old, new = work.numbers(chance, 2)
    lived = []

    def fail() -> None:
        Event().wait(4)  # the old one is in the menu
        work.begins()
        with none_left():
            lived.extend(work.call([Caller(new, stays_s=6)]))

    lived[:0] = work.call([Caller(old, (Press(keys="1", at_s=8),), stays_s=14)], fail)
    kept, refused = ([sound.key for sound in heard(one)] for one in lived)
    if "apology" in kept or not any(key.startswith("menu-") for key in kept):
        raise Unkept(f"the call under way was given up:\n{lived[0].story}")
    if refused[:1] != ["apology"] or any(key.startswith(PYTHONS) for key in refused):
        raise Unkept(f"a new call was not refused:\n{lived[1].story}")
    return lived


@contextmanager
def _used_up(work: Workload, limit: int, used: Callable[[int], int]) -> Iterator[None]:
    """The worker may have no more than it has, and what it has spare is taken."""
    with limited(work, limit, used), _taken(work.reception.settings.agi_port):
        yield


@contextmanager
def _taken(port: int) -> Iterator[None]:
    """Whoever connects and says nothing takes a descriptor and a thread, for some five seconds; the last one is refused
    by the end of his connection."""
    with ExitStack() as connections:
        for _ in range(MOST_SPARE):
            connection = connections.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            connection.settimeout(0.15)
            try:
                connection.recv(1)
            except TimeoutError:
                continue
            break
        else:
            raise Unkept("nobody was refused")
        yield


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
def asterisk_disk_full(work: Workload, chance: Random) -> list[Lived]:
    """Asterisk can write no byte of its log, of what happens to calls, of a voicemail: all are served, and nobody is
    thanked for words that were not kept. With room again it is started anew, and those calls are recorded as cut."""
    pid, fsize = int(work.reception.settings.asterisk_pid.read_text()), resource.RLIMIT_FSIZE
    [number] = work.numbers(chance, 1)
    speaks = work.folder / "speaks.wav"
    write_wav(speaks, tone(620, 60))
    before = resource.prlimit(pid, fsize, (0, resource.RLIM_INFINITY))
    try:
        lived = served_as_ever(work, chance)
        lived += work.call([Caller(number, (Press(keys="1", at_s=0.5),), stays_s=38, speaks=speaks)])
    finally:
        resource.prlimit(pid, fsize, before)
        work.reception.supervisor("restart", "asterisk")
    wait_for(lambda: "fully booted" in asterisk_says(work.reception.house, "core waitfullybooted"), "Asterisk", 30)
    work.settle(90)
    prompts = [sound.key for sound in heard(lived[-1])]
    if "voicemail-invite" not in prompts or "voicemail-thanks" in prompts:
        raise Unkept(f"words were taken for kept that were not:\n{lived[-1].story}")
    missed = query(work.reception.settings.base_url, MISSED)
    if (number,) not in missed:
        raise Unkept("whoever left words that were not kept is not missed")
    return lived


@case()
def log_pipe_blocked(work: Workload, chance: Random) -> list[Lived]:
    """Whoever keeps our logs is frozen, and the pipe to him is full: what we say to him is not waited for, of a worker
    that dies, of a base that is away."""
    supervisor, (watchdog, *workers) = work.reception.supervisor_pid(), work.reception.calls_pids()
    os.kill(supervisor, signal.SIGSTOP)
    try:
        _fill(f"/proc/{watchdog}/fd/2")
        send(workers, signal.SIGKILL)
        our_code_answers(work.reception)
        with held(work.reception.settings.base_url):
            return served_as_ever(work, chance)
    finally:
        os.kill(supervisor, signal.SIGCONT)


def _fill(pipe: str) -> None:
    writing = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    for size in (4096, 1):  # a piece of the first size is taken whole or not at all
        with suppress(BlockingIOError):
            while os.write(writing, b"\n" * size):
                pass
    os.close(writing)
