"""The base fails: locked, gone, or nothing can be written at all."""

import os
import resource
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random
from threading import Event

from fault_case import Unkept, case, heard, limited, send, served_as_ever
from reception import wait_for
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
        wait_for(lambda: _answers(work), "a worker that serves from what was last read", 30)
        lived += served_as_ever(work, chance)
        Event().wait(chance.uniform(15, 25))
    return lived


@case()
def base_gone_and_put_back(work: Workload, chance: Random) -> list[Lived]:
    file = work.reception.settings.base_file
    assert file
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
    base = work.reception.settings.base_file
    assert base
    with closing(sqlite3.connect(base, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def _answers(work: Workload) -> bool:
    return "Our code answers" in work.reception.run("doctor", check=False).stdout
