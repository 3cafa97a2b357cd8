"""The base fails: locked, slow, read-only, gone, or nothing can be written at all."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread

import bases
from bases import held
from by_hand import by_hand, our_code_answers
from fault_case import NotHere, Unkept, case, heard, limited, send, served_as_ever
from postgres import Postgres
from witnesses import Lived
from workload import Caller, Workload

from caller.story import Press


@case(short=True)
def base_locked(work: Workload, chance: Random) -> list[Lived]:
    with _locked(work):
        return served_as_ever(work, chance)


@case()
def base_locked_for_a_minute_and_python_started_anew(work: Workload, chance: Random) -> list[Lived]:
    with _locked(work):
        lived = served_as_ever(work, chance)
        send(work.reception.worker_pids(), signal.SIGKILL)
        our_code_answers(work.reception)  # from what was last read
        lived += served_as_ever(work, chance)
        Event().wait(chance.uniform(15, 25))
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
    with by_hand(work.reception, "calls", before=mounting):
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
        return served_as_ever(work, chance)
    finally:
        bases.server.start()


@case()
def no_disk_takes_a_byte(work: Workload, chance: Random) -> list[Lived]:
    """The worker can write nothing, base or journal: no promise is made, and the story is told once it can."""
    with limited(work, resource.RLIMIT_FSIZE, lambda _: 0):
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


def _file(work: Workload) -> Path:
    if not (file := work.reception.settings.base_file):
        raise NotHere("the base is on a server")
    return file
