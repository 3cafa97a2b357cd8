"""Parts are forks of a process that has imported their code, and are to supervision what programs are."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from databases import copy_installation
from reception import Reception, children, wait_for

from standardiste.parts import forking
from standardiste.settings import CHECKOUT, PARTS

# Prints what a fork finds: handlers of signals, open descriptors, the wake-up descriptor, and its name.
PROGRAM = """
import json, os, signal, sys
from standardiste.parts import forking
from standardiste.settings import PARTS
forking.import_code(PARTS)
threads = len(os.listdir("/proc/self/task"))
forking.freeze()
signal.signal(signal.SIGTERM, lambda *_: None)
readable, writable = os.pipe2(os.O_NONBLOCK)
signal.set_wakeup_fd(writable)
kept = os.dup(readable)
def report():
    found = sorted(int(fd) for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}"))
    print(json.dumps({
        "threads of the parent": threads, "descriptors": found, "kept": kept, "fork": forking.is_fork(),
        "term": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, "wakeup": signal.set_wakeup_fd(-1),
        "name": open("/proc/self/comm").read().strip(),
    }))
    sys.exit(7)
def run():
    forking.close_descriptors([kept])
    forking.run_forked(report, "serve-public", {})
print(forking.ForkedProcess(run).wait(), flush=True)
"""


def test_a_fork_is_like_a_program_that_has_just_started() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    report, code = done.stdout.splitlines()
    found = json.loads(report)

    assert code == "7"
    assert found["threads of the parent"] == 1, "a thread does not survive a fork, and what it holds stays locked"
    assert found["descriptors"] == [0, 1, 2, found["kept"]]
    assert (found["term"], found["wakeup"], found["fork"], found["name"]) == (True, -1, True, "serve-public")


def test_a_fork_reports_its_end_as_a_program_does() -> None:
    def wait_for_signal() -> None:
        threading.Event().wait()

    child = forking.fork_function(wait_for_signal, "waiting")
    assert child.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.01)

    child.kill()

    assert (child.wait(10), child.poll()) == (-signal.SIGKILL, -signal.SIGKILL)
    child.send_signal(signal.SIGTERM)  # to nobody


def test_every_part_of_ours_has_its_code_imported() -> None:
    assert {*forking.MODULES_BY_PART, "asterisk"} == set(PARTS)


@pytest.mark.long
def test_parts_share_their_memory(prepared: Path, tmp_path: Path) -> None:
    reception = Reception(copy_installation(prepared, tmp_path / "var"))
    reception.is_program = True
    reception.start()
    try:
        parts = [int(reception.supervisorctl("pid", part)) for part in PARTS if part != "asterisk"]
        wait_for(lambda: len(reception.worker_pids()) == 1, "the worker")
        sizes = [_sizes(pid) for pid in [*parts, *reception.worker_pids()]]
    finally:
        reception.stop()

    assert all(own < resident / 2 for own, resident in sizes), f"own and resident kB: {sizes}"


def _sizes(pid: int) -> tuple[int, int]:
    """What only this process has in memory, and what it has in all, in kB."""
    lines = dict(line.split(":") for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    sizes = {name: int(value.split()[0]) for name, value in lines.items()}
    return sizes["Private_Dirty"] + sizes["Private_Clean"], sizes["Rss"]


def test_a_worker_that_is_asked_for_anew_is_a_program_with_the_code_on_the_disk(prepared: Path, tmp_path: Path) -> None:
    reception = Reception.for_calls(copy_installation(prepared, tmp_path / "var"))
    reception.start()
    try:
        watchdog, *workers = reception.calls_pids()
        assert not any(map(_is_program, workers))

        os.kill(watchdog, signal.SIGHUP)

        wait_for(lambda: any(map(_is_program, children(watchdog))), "a program")
    finally:
        reception.stop()


def _is_program(worker: int) -> bool:
    try:
        return b"--listener" in Path(f"/proc/{worker}/cmdline").read_bytes()
    except OSError:  # it has just ended
        return False
