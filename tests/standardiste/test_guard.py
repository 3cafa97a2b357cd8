"""What is frozen is ended, so that whoever runs it starts it again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from reception import wait_for

from standardiste import guard as guards
from standardiste.heartbeat import Heart

BEATING = """
import sys, time
from pathlib import Path
from standardiste.heartbeat import Heart
heart = Heart(Path(sys.argv[1]), "public")
print("beating", flush=True)
while True:
    heart.beat()
    time.sleep(0.1)
"""
GUARDING = """
import sys
from pathlib import Path
from standardiste import guard
guard.LOOK_S, guard.START_S, guard.LATE_S = 0.1, 0.2, 1.5
sys.exit(guard.guard([sys.executable, "-c", sys.argv[2], sys.argv[1]], "public", Path(sys.argv[1])))
"""


@pytest.fixture
def guarded(tmp_path: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", GUARDING, str(tmp_path), BEATING], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "beating\n"
    return process


def child(guarded: "subprocess.Popen[str]") -> int:
    return int(Path(f"/proc/{guarded.pid}/task/{guarded.pid}/children").read_text().split()[0])


def test_a_part_that_freezes_is_ended_with_a_failure(guarded: "subprocess.Popen[str]") -> None:
    frozen = child(guarded)

    os.kill(frozen, signal.SIGSTOP)

    assert guarded.communicate(timeout=20) and guarded.returncode == guards.FROZEN
    assert not Path(f"/proc/{frozen}").exists()


def test_a_part_that_beats_lives_on_and_a_planned_end_reaches_it(guarded: "subprocess.Popen[str]") -> None:
    part, began = child(guarded), time.monotonic()
    wait_for(lambda: time.monotonic() > began + 2.5, "longer than a frozen part would live")
    assert guarded.poll() is None

    guarded.terminate()

    assert guarded.communicate(timeout=20) and guarded.returncode == 128 + signal.SIGTERM
    assert not Path(f"/proc/{part}").exists()


def test_a_part_that_never_gave_a_sign_is_silent(tmp_path: Path) -> None:
    Heart(tmp_path, "switch").beat()
    assert guards.silent("public", tmp_path)
    assert not guards.silent("switch", tmp_path)
