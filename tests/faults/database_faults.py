"""The database fails: it is locked, slow, read-only or missing, or the disk is full; and the log says so."""

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

import databases
from databases import lock_writes
from evidence import CallerExperience
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
from postgres import TemporaryPostgresServer
from reception import wait_for
from workload import SimulatedCaller, Workload

from caller.scripted_call import Press

SPOOL_USED = "database unavailable, spooling writes"
SPOOL_FAILED = "spool is not writable either"


@fault_case(short=True)
def base_locked_for_a_moment(work: Workload, chance: Random) -> list[CallerExperience]:
    with _lock_database(work), _expect_alarm(work, SPOOL_USED):
        return check_normal_service(work, chance)


@fault_case()
def base_locked_for_a_minute_and_python_started_anew(work: Workload, chance: Random) -> list[CallerExperience]:
    with _lock_database(work), _expect_alarm(work, SPOOL_USED):
        ends = time.monotonic() + 60
        lived = check_normal_service(work, chance)
        send_signal(work.reception.worker_pids(), signal.SIGKILL)
        wait_for_agi(work.reception)  # with the last configuration snapshot
        lived += check_normal_service(work, chance)
        Event().wait(ends - time.monotonic())
    return lived


@fault_case()
def base_slow(work: Workload, chance: Random) -> list[CallerExperience]:
    """Another process writes nearly all the time: each of our commits waits for a gap of a few milliseconds."""
    ended = Event()

    def write_all_the_time() -> None:
        while not ended.wait(0.005):
            with _lock_database(work):
                Event().wait(chance.uniform(0.05, 0.6))

    other = Thread(target=write_all_the_time)
    other.start()
    try:
        return check_normal_service(work, chance)
    finally:
        ended.set()
        other.join()


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


@fault_case()
def base_read_only(work: Workload, chance: Random) -> list[CallerExperience]:
    """For the process that serves calls the database file is mounted read-only, in a mount namespace."""
    file = _database_file(work)
    mounting = ("unshare", "--mount", "sh", "-c", READ_ONLY, str(file))
    if subprocess.run([*mounting, "true"], capture_output=True, check=False).returncode:
        raise NotPossibleHere("mounting is not permitted")
    with run_parts(work.reception, "calls", before=mounting), _expect_alarm(work, SPOOL_USED):
        wait_for_agi(work.reception)
        lived = check_normal_service(work, chance)
        if not any(
            file.read_bytes()[:1].strip(b"\0") for file in work.reception.settings.write_behind_spool.glob("*.journal")
        ):
            raise GuaranteeBroken("the spool is empty: the database was written to")
    return lived


@fault_case()
def base_gone_and_put_back(work: Workload, chance: Random) -> list[CallerExperience]:
    file = _database_file(work)
    _ = work.prompt_recognizer  # reads the messages from the database
    away = work.folder / "away"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(file, away)
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink()
    try:
        with _expect_alarm(work, SPOOL_USED):
            _wait_for_metrics(work)
            return check_normal_service(work, chance)
    finally:
        os.replace(away, file)


@fault_case()
def base_server_killed(work: Workload, chance: Random) -> list[CallerExperience]:
    """The database server crashes, is away for some time, and recovers."""
    if not isinstance(databases.server, TemporaryPostgresServer):
        raise NotPossibleHere("the database is not on a server of these tests")
    _ = work.prompt_recognizer  # reads the messages from the database
    databases.server.stop("QUIT")
    try:
        with _expect_alarm(work, SPOOL_USED):
            _wait_for_metrics(work)
            return check_normal_service(work, chance)
    finally:
        databases.server.start()


@fault_case()
def no_disk_takes_a_byte(work: Workload, chance: Random) -> list[CallerExperience]:
    """The worker can write neither database nor spool: no callback is accepted; calls are recorded later."""
    _ = _database_file(work)
    with limit_workers(work, resource.RLIMIT_FSIZE, lambda _: 0), _expect_alarm(work, SPOOL_FAILED):
        callback, message = work.numbers(chance, 2)
        lived = work.call(
            [
                SimulatedCaller(callback, (Press(keys="2", at_s=0.5),), stays_s=9),
                SimulatedCaller(message, (Press(keys="3", at_s=0.5),), stays_s=9),
            ]
        )
    if any(sound.key.startswith("callback-accepted") for sound in heard_prompts(lived[0])):
        raise GuaranteeBroken("a callback was accepted that had not been written")
    return lived


@contextmanager
def _lock_database(work: Workload) -> Iterator[None]:
    with lock_writes(work.reception.settings.sqlalchemy_url):
        yield


@contextmanager
def _expect_alarm(work: Workload, words: str) -> Iterator[None]:
    """Waits until the log of the part `calls` has these words."""
    log = work.reception.settings.log / "calls.log"
    before = log.stat().st_size
    yield
    wait_for(lambda: words.encode() in log.read_bytes()[before:], f"the log to say that {words}")


def _wait_for_metrics(work: Workload) -> None:
    """Waits until the metrics say that the database cannot be read."""
    address = f"http://127.0.0.1:{work.reception.settings.metrics_port}/metrics"

    def metrics_say_down() -> bool:
        with urlopen(address, timeout=10) as answer:
            return b"\nstandardiste_database_up 0.0" in answer.read()

    wait_for(metrics_say_down, "the metrics to say that the database is down", 20)


def _database_file(work: Workload) -> Path:
    if not (file := work.reception.settings.sqlite_file):
        raise NotPossibleHere("the database is on a server")
    return file
