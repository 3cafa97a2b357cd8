"""The machine runs out of file descriptors, threads, memory or disk space."""

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

from asterisk_faults import OPEN_MISSED_CALLS
from databases import lock_writes
from evidence import CallerExperience, query
from fault_case import (
    GuaranteeBroken,
    NotPossibleHere,
    check_normal_service,
    fault_case,
    heard_prompts,
    limit_workers,
    send_signal,
)
from manual_parts import run_parts, wait_for_agi
from reception import children, wait_for
from workload import SimulatedCaller, Workload

from caller.pcm import tone, write_wav
from caller.scripted_call import Press

PYTHON_PROMPTS = ("greeting-", "menu-", "message-")  # prompts that only our code plays
MAX_SPARE = 20  # threads and descriptors that a worker may have in reserve


@fault_case()
def no_file_descriptor_left(work: Workload, chance: Random) -> list[CallerExperience]:
    """A new call is rejected at once and goes to staff; a call in progress continues."""
    return _check_new_call_rejected(work, chance, lambda: _exhaust(work, resource.RLIMIT_NOFILE, _open_files))


@fault_case()
def no_memory_left_for_a_thread(work: Workload, chance: Random) -> list[CallerExperience]:
    return _check_new_call_rejected(work, chance, lambda: _exhaust(work, resource.RLIMIT_AS, _mapped_bytes))


@fault_case()
def no_thread_left(work: Workload, chance: Random) -> list[CallerExperience]:
    """Our code runs as a user whose threads are limited."""
    as_nobody = ("setpriv", "--reuid", "nobody", "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override")
    if os.getuid() or subprocess.run([*as_nobody, "true"], capture_output=True, check=False).returncode:
        raise NotPossibleHere("only root can change the user, and the limit does not apply to root")
    with run_parts(work.reception, "calls", before=as_nobody) as (watchdog,):
        wait_for_agi(work.reception)
        [worker] = children(watchdog.pid)

        @contextmanager
        def none_left() -> Iterator[None]:
            subprocess.run([*as_nobody, "prlimit", f"--pid={worker}", "--nproc=1:1"], check=True)
            with _occupy_workers(work.reception.settings.agi_port):
                yield

        return _check_new_call_rejected(work, chance, none_left)


@fault_case()
def no_agi_session_left(work: Workload, chance: Random) -> list[CallerExperience]:
    """The settings allow one AGI session, which is in progress."""
    with run_parts(work.reception, "calls", environment={"STANDARDISTE_AGI_THREADS": "1"}):
        wait_for_agi(work.reception)
        return _check_new_call_rejected(work, chance, nullcontext)


def _check_new_call_rejected(
    work: Workload, chance: Random, none_left: Callable[[], AbstractContextManager[None]]
) -> list[CallerExperience]:
    """A new caller hears the apology at once and is connected by the dialplan; an earlier caller hears the menu."""
    old, new = work.numbers(chance, 2)
    lived = []

    def fail() -> None:
        Event().wait(4)  # the first caller is in the menu
        work.mark_fault()
        with none_left():
            lived.extend(work.call([SimulatedCaller(new, stays_s=6)]))

    lived[:0] = work.call([SimulatedCaller(old, (Press(keys="1", at_s=8),), stays_s=14)], fail)
    kept, rejected = ([sound.key for sound in heard_prompts(one)] for one in lived)
    if "apology" in kept or not any(key.startswith("menu-") for key in kept):
        raise GuaranteeBroken(f"the call in progress was lost:\n{lived[0].report}")
    if rejected[:1] != ["apology"] or any(key.startswith(PYTHON_PROMPTS) for key in rejected):
        raise GuaranteeBroken(f"a new call was not rejected:\n{lived[1].report}")
    return lived


@contextmanager
def _exhaust(work: Workload, limit: int, used: Callable[[int], int]) -> Iterator[None]:
    """Limits a resource of the worker, and uses up its reserve."""
    with limit_workers(work, limit, used), _occupy_workers(work.reception.settings.agi_port):
        yield


@contextmanager
def _occupy_workers(port: int) -> Iterator[None]:
    """Silent connections use up file descriptors and threads.

    Each holds a descriptor and a thread for some five seconds; the last one is rejected by closing its connection.
    """
    with ExitStack() as connections:
        for _ in range(MAX_SPARE):
            connection = connections.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            connection.settimeout(0.15)
            try:
                connection.recv(1)
            except TimeoutError:
                continue
            break
        else:
            raise GuaranteeBroken("no connection was rejected")
        yield


def _open_files(pid: int) -> int:
    return max(int(file.name) for file in Path(f"/proc/{pid}/fd").iterdir()) + 1


def _mapped_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    return pages * resource.getpagesize() + 1_000_000  # less than the stack of a thread


@fault_case()
def log_disk_full(work: Workload, chance: Random) -> list[CallerExperience]:
    """The supervisor cannot write our logs: calls are served, and a part that dies is restarted."""
    supervisor, fsize = work.reception.supervisor_pid(), resource.RLIMIT_FSIZE
    before = resource.prlimit(supervisor, fsize, (0, resource.RLIM_INFINITY))
    try:
        lived = check_normal_service(work, chance)
        dead = work.reception.calls_pids()[0]
        os.kill(dead, signal.SIGKILL)
        wait_for(lambda: work.reception.supervisorctl("pid", "calls").strip() not in ("0", str(dead)), "a new one", 20)
        return lived
    finally:
        resource.prlimit(supervisor, fsize, before)
        work.reception.supervisorctl("restart", "calls")  # a process that was started meanwhile has the limit too


@fault_case()
def asterisk_disk_full(work: Workload, chance: Random) -> list[CallerExperience]:
    """Asterisk can write neither its log, nor channel events, nor voicemails.

    All callers are served, and no caller is thanked for a voicemail that was not stored. With space again Asterisk is
    restarted, and those calls are recorded as cut.
    """
    pid, fsize = int(work.reception.settings.asterisk_pid_file.read_text()), resource.RLIMIT_FSIZE
    [number] = work.numbers(chance, 1)
    speaks = work.folder / "speaks.wav"
    write_wav(speaks, tone(620, 60))
    before = resource.prlimit(pid, fsize, (0, resource.RLIM_INFINITY))
    try:
        lived = check_normal_service(work, chance)
        lived += work.call([SimulatedCaller(number, (Press(keys="1", at_s=0.5),), stays_s=38, outgoing_audio=speaks)])
    finally:
        resource.prlimit(pid, fsize, before)
        work.reception.supervisorctl("restart", "asterisk")
    wait_for(
        lambda: work.reception.installation.asterisk_cli.is_booted(),
        "Asterisk",
        30,
    )
    work.wait_until_idle(90)
    prompts = [sound.key for sound in heard_prompts(lived[-1])]
    if "voicemail-invite" not in prompts or "voicemail-thanks" in prompts:
        raise GuaranteeBroken(f"a voicemail that was not stored was confirmed:\n{lived[-1].report}")
    missed = query(work.reception.settings.sqlalchemy_url, OPEN_MISSED_CALLS)
    if (number,) not in missed:
        raise GuaranteeBroken("the caller of a voicemail that was not stored is not recorded as missed")
    return lived


@fault_case()
def log_pipe_blocked(work: Workload, chance: Random) -> list[CallerExperience]:
    """The supervisor, which stores our logs, is frozen, and its pipe is full.

    No part waits for its log lines, about a worker that dies or a database that is away.
    """
    supervisor, (watchdog, *workers) = work.reception.supervisor_pid(), work.reception.calls_pids()
    os.kill(supervisor, signal.SIGSTOP)
    try:
        _fill_pipe(f"/proc/{watchdog}/fd/2")
        send_signal(workers, signal.SIGKILL)
        wait_for_agi(work.reception)
        with lock_writes(work.reception.settings.sqlalchemy_url):
            return check_normal_service(work, chance)
    finally:
        os.kill(supervisor, signal.SIGCONT)


def _fill_pipe(pipe: str) -> None:
    writing = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    for size in (4096, 1):  # a write of the first size is atomic
        with suppress(BlockingIOError):
            while os.write(writing, b"\n" * size):
                pass
    os.close(writing)
