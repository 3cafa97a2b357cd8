"""The watchdog replaces workers that are dead or frozen; real processes and sockets."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import agi_worker
import ports
import pytest

from agi import watchdog
from agi.watchdog import Watchdog, WorkerFailed

TIMEOUT_S = 15
PARENT = """
import logging, sys
sys.path[:] = {path!r}
from agi.watchdog import Watchdog
logging.basicConfig(level=logging.INFO, stream=sys.stderr)
Watchdog({command!r}, ("127.0.0.1", {port}), drain_s={drain_s}, heartbeat=lambda: None).run()
"""


class Calls:
    """A watchdog in a process of its own, and Asterisk's side of connections to its workers."""

    def __init__(self, folder: Path, drain_s: float = 5) -> None:
        self.folder, self.address = folder, ("127.0.0.1", ports.free())
        self.drain_s = drain_s
        self.processes: list[subprocess.Popen[bytes]] = []
        self.peers: list[socket.socket] = []

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, agi_worker.__file__, str(self.folder), str(self.drain_s)]
        code = PARENT.format(path=sys.path, command=command, port=self.address[1], drain_s=self.drain_s)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with (self.folder / "log").open("ab") as log:
            self.processes.append(subprocess.Popen([sys.executable, "-c", code], stderr=log, env=environment))
        return self.processes[-1]

    def connect(self) -> socket.socket:
        """An AGI session that has begun: its environment was sent."""
        peer = socket.create_connection(self.address, timeout=TIMEOUT_S)
        self.peers.append(peer)
        peer.sendall(b"agi_network_script: who\n\n")
        return peer

    def worker_pid(self) -> int:
        """The process id of the worker that serves a new session."""
        with self.connect() as peer:
            return read_pid(peer)

    def first_worker_pid(self) -> int:
        """The process id of the first worker to respond."""
        return wait_until(self._worker_pid_or_none)

    def _worker_pid_or_none(self) -> int | None:
        try:
            return self.worker_pid()
        except ConnectionError:
            return None

    def is_listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(self.address) == 0

    def start_count(self) -> int:
        return len((self.folder / "started").read_text().split())

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def close(self) -> None:
        for peer in self.peers:
            peer.close()
        for process in self.processes:
            process.terminate()
            process.wait(TIMEOUT_S)
        for pid in (self.folder / "started").read_text().split():
            wait_until(lambda pid=pid: not is_alive(int(pid)))


def read_pid(peer: socket.socket) -> int:
    """The process id that the worker sends in VERBOSE "<id>" 1."""
    line = peer.recv(100)
    if not line:
        raise ConnectionError("the session ended")
    return int(line.split(b'"')[1])


def wait_until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + TIMEOUT_S
    while not (result := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return result


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it exited while its state was being read
        return False


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    running = Calls(tmp_path)
    yield running
    running.close()


@pytest.fixture
def serving(calls: Calls) -> Calls:
    calls.start()
    calls.first_worker_pid()
    return calls


def test_a_worker_that_is_killed_is_replaced_and_no_connection_is_refused(serving: Calls) -> None:
    first = serving.worker_pid()
    os.kill(first, signal.SIGKILL)
    peers = [serving.connect() for _ in range(5)]
    second = read_pid(peers[-1])
    assert second != first
    assert {read_pid(peer) for peer in peers[1:-1]} == {second}
    assert "died" in serving.log()


def test_a_frozen_worker_is_replaced_within_two_and_a_half_seconds(serving: Calls) -> None:
    first = serving.worker_pid()
    os.kill(first, signal.SIGSTOP)
    frozen_at = time.monotonic()
    peers = [serving.connect() for _ in range(3)]
    assert read_pid(peers[-1]) != first
    assert time.monotonic() - frozen_at < 2.5
    assert not is_alive(first)
    assert "no heartbeat" in serving.log()


def test_a_planned_restart_refuses_no_connection_and_interrupts_no_session(serving: Calls) -> None:
    first = serving.worker_pid()
    peer = serving.connect()
    assert read_pid(peer) == first
    answered: list[int] = []

    def keep_connecting() -> None:
        while not answered or answered[-1] == first:
            answered.append(serving.worker_pid())

    connecting = threading.Thread(target=keep_connecting)
    connecting.start()
    serving.processes[0].send_signal(signal.SIGHUP)
    connecting.join(TIMEOUT_S)
    assert answered[-1] != first
    assert is_alive(first)
    peer.sendall(b"200 result=0\n")
    assert peer.recv(100) == b""  # the session ended normally
    assert exits_once_its_peers_are_gone(serving, first)


def exits_once_its_peers_are_gone(serving: Calls, pid: int) -> bool:
    for peer in serving.peers:
        peer.close()
    return wait_until(lambda: not is_alive(pid))


def test_when_the_new_worker_does_not_start_the_old_worker_continues(serving: Calls) -> None:
    first = serving.worker_pid()
    (serving.folder / "ill").touch()
    serving.processes[0].send_signal(signal.SIGHUP)
    wait_until(lambda: "did not start" in serving.log())
    assert [serving.worker_pid() for _ in range(3)] == [first] * 3
    (serving.folder / "ill").unlink()
    serving.processes[0].send_signal(signal.SIGHUP)
    wait_until(lambda: serving.worker_pid() != first)


def test_restarts_leak_no_file_descriptor(serving: Calls) -> None:
    def open_files() -> int:
        return len(list(Path(f"/proc/{serving.processes[0].pid}/fd").iterdir()))

    def restart() -> None:
        worker = serving.worker_pid()
        serving.processes[0].send_signal(signal.SIGHUP)
        wait_until(lambda: not is_alive(worker))

    restart()
    before = open_files()
    for _ in range(3):
        restart()
    assert open_files() == before


def test_a_planned_stop_accepts_no_connection_and_lets_sessions_end(serving: Calls) -> None:
    peer = serving.connect()
    read_pid(peer)
    for other in serving.peers[:-1]:
        other.close()
    serving.processes[0].terminate()
    wait_until(lambda: not serving.is_listening())
    assert serving.processes[0].poll() is None
    peer.sendall(b"200 result=0\n")
    assert peer.recv(100) == b""
    assert serving.processes[0].wait(TIMEOUT_S) == 0


def test_a_planned_stop_waits_no_longer_than_the_drain_time(tmp_path: Path) -> None:
    calls = Calls(tmp_path, drain_s=0.2)
    calls.start()
    calls.first_worker_pid()
    read_pid(calls.connect())
    calls.processes[0].terminate()
    assert calls.processes[0].wait(3) == 0
    calls.close()


def test_a_stop_wins_over_a_restart_at_the_same_moment(serving: Calls) -> None:
    parent = serving.processes[0]
    for number in (signal.SIGSTOP, signal.SIGHUP, signal.SIGTERM, signal.SIGCONT):
        parent.send_signal(number)
    for peer in serving.peers:
        peer.close()
    assert parent.wait(TIMEOUT_S) == 0


def test_a_worker_whose_parent_was_killed_closes_its_socket_and_completes_its_sessions(serving: Calls) -> None:
    peer = serving.connect()
    orphan = read_pid(peer)
    serving.processes[0].kill()
    serving.processes[0].wait()
    killed_at = time.monotonic()
    serving.start()
    wait_until(lambda: serving.first_worker_pid() != orphan)
    assert time.monotonic() - killed_at < 3
    assert is_alive(orphan)
    peer.sendall(b"200 result=0\n")
    assert peer.recv(100) == b""
    assert exits_once_its_peers_are_gone(serving, orphan)


def test_a_worker_that_keeps_dying_is_restarted_after_longer_delays_in_which_connections_are_refused(
    serving: Calls,
) -> None:
    (serving.folder / "short-lived").touch()
    os.kill(serving.worker_pid(), signal.SIGKILL)
    wait_until(lambda: not serving.is_listening())
    starts, since = serving.start_count(), time.monotonic()
    wait_until(lambda: serving.start_count() > starts)
    assert time.monotonic() - since > 0.8
    (serving.folder / "short-lived").unlink()
    assert serving.first_worker_pid()


def test_when_the_first_worker_does_not_start_the_watchdog_ends_and_gives_the_reason(calls: Calls) -> None:
    (calls.folder / "ill").touch()
    assert calls.start().wait(TIMEOUT_S) == 1
    assert "WorkerFailed: The FastAGI worker did not start; its own messages above say why." in calls.log()


def test_an_address_in_use_is_an_error_that_gives_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "ORPHAN_EXIT_S", 0.1)
    with (
        socket.create_server(("127.0.0.1", ports.free())) as other,
        pytest.raises(WorkerFailed, match=r"cannot be listened on .* stop what holds it"),
    ):
        Watchdog(["true"], other.getsockname(), drain_s=0, heartbeat=lambda: None)


def test_an_address_that_an_earlier_worker_is_about_to_close_is_waited_for() -> None:
    earlier = socket.create_server(("127.0.0.1", ports.free()))
    address = earlier.getsockname()
    leaving = threading.Timer(0.3, earlier.close)
    leaving.start()
    Watchdog(["true"], address, drain_s=0, heartbeat=lambda: None).close()
    leaving.join()
