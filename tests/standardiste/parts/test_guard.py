"""What is frozen is ended, so that whoever runs it starts it again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from reception import wait_for

from standardiste.parts import guard as guards
from standardiste.parts.heartbeat import Heartbeat

BEATING = """
import sys, time
from pathlib import Path
from standardiste.parts.heartbeat import Heartbeat
heartbeat = Heartbeat(Path(sys.argv[1]), "public")
heartbeat.beat()
print("beating", flush=True)
while True:
    heartbeat.beat()
    time.sleep(0.1)
"""
GUARDING = """
import sys
from pathlib import Path
from standardiste.parts import guard
guard.CHECK_INTERVAL_S, guard.START_TIMEOUT_S, guard.HEARTBEAT_TIMEOUT_S = 0.1, float(sys.argv[3]), 1.5
command = [sys.executable, "-c", sys.argv[2], sys.argv[1]]
sys.exit(guard.run_guarded(command, "public", Path(sys.argv[1]), ("127.0.0.1", 9)))
"""


@pytest.fixture
def guarded(tmp_path: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", GUARDING, str(tmp_path), BEATING, "30"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "beating\n"
    return process


def child(guarded: "subprocess.Popen[str]") -> int:
    return int(Path(f"/proc/{guarded.pid}/task/{guarded.pid}/children").read_text().split()[0])


def test_a_part_that_freezes_is_ended_with_a_failure(guarded: "subprocess.Popen[str]") -> None:
    frozen = child(guarded)

    os.kill(frozen, signal.SIGSTOP)

    assert guarded.communicate(timeout=20) and guarded.returncode == guards.EXIT_FROZEN
    assert not Path(f"/proc/{frozen}").exists()


def test_a_part_that_beats_lives_on_and_a_planned_end_reaches_it(guarded: "subprocess.Popen[str]") -> None:
    part, began = child(guarded), time.monotonic()
    wait_for(lambda: time.monotonic() > began + 2.5, "longer than a frozen part would live")
    assert guarded.poll() is None

    guarded.terminate()

    assert guarded.communicate(timeout=20) and guarded.returncode == 128 + signal.SIGTERM
    assert not Path(f"/proc/{part}").exists()


def test_where_no_sign_can_be_left_nobody_is_taken_for_frozen(tmp_path: Path) -> None:
    limited = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n{GUARDING}"
    began = time.monotonic()
    part = subprocess.Popen(
        [sys.executable, "-c", limited, str(tmp_path), BEATING, "0.2"], stdout=subprocess.PIPE, text=True
    )
    assert part.stdout and part.stdout.readline() == "beating\n"
    wait_for(lambda: time.monotonic() > began + 2.5, "longer than a frozen part would live")
    assert part.poll() is None
    part.terminate()
    part.communicate(timeout=20)


def test_a_part_that_never_gives_a_sign_is_ended_whatever_another_process_of_it_gave_before(tmp_path: Path) -> None:
    began = time.monotonic()
    silent = subprocess.Popen([sys.executable, "-c", GUARDING, str(tmp_path), "import time; time.sleep(60)", "2"])
    (tmp_path / "public").write_text(f"1 1 {time.clock_gettime(time.CLOCK_BOOTTIME) - 1}\n")
    assert silent.wait(20) == guards.EXIT_FROZEN
    assert time.monotonic() - began > 2


@pytest.fixture
def asterisk(monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """Where it would answer, a minute after its start."""
    monkeypatch.setattr(guards, "START_TIMEOUT_S", 0.0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        yield listening


def test_asterisk_is_ended_when_it_has_answered_nobody_for_long(tmp_path: Path, asterisk: socket.socket) -> None:
    vigil = guards.create_liveness_probe("asterisk", tmp_path, asterisk.getsockname())

    looks = [vigil.check_frozen() for _ in range(guards.SIP_SILENCE_MAX_S + 1)]

    assert looks == [False] * guards.SIP_SILENCE_MAX_S + [True]
    assert asterisk.recv(2000).startswith(b"OPTIONS sip:127.0.0.1:")
    Heartbeat(tmp_path, "asterisk").beat()
    assert not vigil.check_frozen()


def test_asterisk_that_answers_is_left_alone_whatever_the_switch_hears(tmp_path: Path, asterisk: socket.socket) -> None:
    vigil = guards.create_liveness_probe("asterisk", tmp_path, asterisk.getsockname())
    assert not vigil.check_frozen()
    _, asker = asterisk.recvfrom(2000)

    for _ in range(2 * guards.SIP_SILENCE_MAX_S):
        asterisk.sendto(b"SIP/2.0 401 Unauthorized\r\n\r\n", asker)
        assert not vigil.check_frozen()
        asterisk.recv(2000)
    Heartbeat(tmp_path, "asterisk").beat()
    assert not vigil.check_frozen()


def test_asterisk_is_not_asked_while_the_switch_hears_it_nor_while_it_starts(
    tmp_path: Path, asterisk: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    asterisk.settimeout(0.2)
    young = guards.create_liveness_probe("asterisk", tmp_path, asterisk.getsockname())
    Heartbeat(tmp_path, "asterisk").beat()
    assert not young.check_frozen()
    monkeypatch.setattr(guards, "START_TIMEOUT_S", 60.0)
    (tmp_path / "asterisk").unlink()
    assert not young.check_frozen()

    with pytest.raises(TimeoutError):
        asterisk.recv(2000)
