"""A frozen part is killed, so that it is restarted."""

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
import subprocess, sys
from pathlib import Path
from standardiste.parts import guard
guard.CHECK_INTERVAL_S, guard.START_TIMEOUT_S, guard.HEARTBEAT_TIMEOUT_S = 0.1, float(sys.argv[3]), 1.5
command = [sys.executable, "-c", sys.argv[2], sys.argv[1]]
sys.exit(guard.run_guarded(subprocess.Popen(command), "public", Path(sys.argv[1]), ("127.0.0.1", 9)))
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


def test_a_frozen_part_is_killed(guarded: "subprocess.Popen[str]") -> None:
    frozen = child(guarded)

    os.kill(frozen, signal.SIGSTOP)

    assert guarded.communicate(timeout=20) and guarded.returncode == guards.EXIT_FROZEN
    assert not Path(f"/proc/{frozen}").exists()


def test_a_part_that_beats_is_not_killed_and_gets_forwarded_signals(guarded: "subprocess.Popen[str]") -> None:
    part, began = child(guarded), time.monotonic()
    wait_for(lambda: time.monotonic() > began + 2.5, "longer than a frozen part would live")
    assert guarded.poll() is None

    guarded.terminate()

    assert guarded.communicate(timeout=20) and guarded.returncode == 128 + signal.SIGTERM
    assert not Path(f"/proc/{part}").exists()


def test_no_part_is_killed_while_heartbeats_cannot_be_written(tmp_path: Path) -> None:
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


def test_a_part_without_heartbeat_is_killed_despite_one_of_an_earlier_process(tmp_path: Path) -> None:
    began = time.monotonic()
    silent = subprocess.Popen([sys.executable, "-c", GUARDING, str(tmp_path), "import time; time.sleep(60)", "2"])
    (tmp_path / "public").write_text(f"1 1 {time.clock_gettime(time.CLOCK_BOOTTIME) - 1}\n")
    assert silent.wait(20) == guards.EXIT_FROZEN
    assert time.monotonic() - began > 2


@pytest.fixture
def asterisk(monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """A socket in place of Asterisk's SIP port, after the start timeout."""
    monkeypatch.setattr(guards, "START_TIMEOUT_S", 0.0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        yield listening


def test_asterisk_is_frozen_after_too_long_without_a_sip_answer(tmp_path: Path, asterisk: socket.socket) -> None:
    probe = guards.create_liveness_probe("asterisk", tmp_path, asterisk.getsockname())

    checks = [probe.check_frozen() for _ in range(guards.SIP_SILENCE_MAX_S + 1)]

    assert checks == [False] * guards.SIP_SILENCE_MAX_S + [True]
    assert asterisk.recv(2000).startswith(b"OPTIONS sip:127.0.0.1:")
    Heartbeat(tmp_path, "asterisk").beat()
    assert not probe.check_frozen()


def test_asterisk_that_answers_sip_is_not_frozen_despite_a_late_heartbeat(
    tmp_path: Path, asterisk: socket.socket
) -> None:
    probe = guards.create_liveness_probe("asterisk", tmp_path, asterisk.getsockname())
    assert not probe.check_frozen()
    _, client = asterisk.recvfrom(2000)

    for _ in range(2 * guards.SIP_SILENCE_MAX_S):
        asterisk.sendto(b"SIP/2.0 401 Unauthorized\r\n\r\n", client)
        assert not probe.check_frozen()
        asterisk.recv(2000)
    Heartbeat(tmp_path, "asterisk").beat()
    assert not probe.check_frozen()


def test_asterisk_gets_no_sip_request_while_it_beats_or_starts(
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
