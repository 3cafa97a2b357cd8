"""The base fails: locked, slow, read-only, gone, or nothing can be written at all. Whoever operates it is told."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread
from urllib.request import urlopen

import bases
from bases import held
from by_hand import by_hand, our_code_answers
from fault_case import NotHere, Unkept, case, heard, limited, send, served_as_ever
from postgres import Postgres
from reception import wait_for
from witnesses import Lived
from workload import Caller, Workload

from caller.story import Press

JOURNAL = "a journal is kept in place of the base"
NEITHER = "the journal cannot be written to either"


@case(short=True)
def base_locked_for_a_moment(work: Workload, chance: Random) -> list[Lived]:
    with _locked(work), _alarm(work, JOURNAL):
        return served_as_ever(work, chance)


@case()
def base_locked_for_a_minute_and_python_started_anew(work: Workload, chance: Random) -> list[Lived]:
    with _locked(work), _alarm(work, JOURNAL):
        ends = time.monotonic() + 60
        lived = served_as_ever(work, chance)
        send(work.reception.worker_pids(), signal.SIGKILL)
        our_code_answers(work.reception)  # from what was last read
        lived += served_as_ever(work, chance)
        Event().wait(ends - time.monotonic())
    return lived


@case()
def base_slow(work: Workload, chance: Random) -> list[Lived]:
    """Somebody else writes nearly all the time: each of our commits waits for a gap of a few milliseconds."""
    ended = Event()

    def write_all_the_time() -> None:
        while not ended.wait(0.005):
            with _locked(work):
                Event().wait(chance.uniform(0.05, 0.6))

    other = Thread(target=write_all_the_time)
    other.start()
    try:
        return served_as_ever(work, chance)
    finally:
        ended.set()
        other.join()


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


@case()
def base_read_only(work: Workload, chance: Random) -> list[Lived]:
    """To the process that talks with callers the base's file is mounted read-only, in a mount namespace of its own."""
    file = _file(work)
    mounting = ("unshare", "--mount", "sh", "-c", READ_ONLY, str(file))
    if subprocess.run([*mounting, "true"], capture_output=True, check=False).returncode:
        raise NotHere("mounting is not permitted")
    with by_hand(work.reception, "calls", before=mounting), _alarm(work, JOURNAL):
        our_code_answers(work.reception)
        lived = served_as_ever(work, chance)
        if not any(file.read_bytes()[:1].strip(b"\0") for file in work.reception.settings.journal.glob("*.journal")):
            raise Unkept("the base took what was to be kept from it")
    return lived


@case()
def base_gone_and_put_back(work: Workload, chance: Random) -> list[Lived]:
    file = _file(work)
    _ = work.ear  # reads the base to know the messages
    away = work.folder / "away"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(file, away)
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink()
    try:
        with _alarm(work, JOURNAL):
            _metrics_know(work)
            return served_as_ever(work, chance)
    finally:
        os.replace(away, file)


@case()
def base_server_killed(work: Workload, chance: Random) -> list[Lived]:
    """It crashes, is away for some time, and recovers."""
    if not isinstance(bases.server, Postgres):
        raise NotHere("the base is on no server of ours")
    _ = work.ear  # reads the base to know the messages
    bases.server.stop("QUIT")
    try:
        with _alarm(work, JOURNAL):
            _metrics_know(work)
            return served_as_ever(work, chance)
    finally:
        bases.server.start()


@case()
def no_disk_takes_a_byte(work: Workload, chance: Random) -> list[Lived]:
    """The worker can write nothing, base or journal: no promise is made, and the story is told once it can."""
    _ = _file(work)
    with limited(work, resource.RLIMIT_FSIZE, lambda _: 0), _alarm(work, NEITHER):
        callback, message = work.numbers(chance, 2)
        lived = work.call(
            [
                Caller(callback, (Press(keys="2", at_s=0.5),), stays_s=9),
                Caller(message, (Press(keys="3", at_s=0.5),), stays_s=9),
            ]
        )
    if any(sound.key.startswith("callback-accepted") for sound in heard(lived[0])):
        raise Unkept("a callback was promised that nothing had been written of")
    return lived


@contextmanager
def _locked(work: Workload) -> Iterator[None]:
    with held(work.reception.settings.base_url):
        yield


@contextmanager
def _alarm(work: Workload, words: str) -> Iterator[None]:
    """Before this ends, the log of who talks with callers says so."""
    log = work.reception.settings.log / "calls.log"
    before = log.stat().st_size
    yield
    wait_for(lambda: words.encode() in log.read_bytes()[before:], f"the log to say that {words}")


def _metrics_know(work: Workload) -> None:
    """Prometheus is told that the base cannot be read."""
    address = f"http://127.0.0.1:{work.reception.settings.metrics_port}/metrics"

    def told() -> bool:
        with urlopen(address, timeout=10) as answer:
            return b"\nstandardiste_base_up 0.0" in answer.read()

    wait_for(told, "the metrics to say that the base is away", 20)


def _file(work: Workload) -> Path:
    if not (file := work.reception.settings.base_file):
        raise NotHere("the base is on a server")
    return file
