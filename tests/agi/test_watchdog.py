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

LONG_S = 15
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

    def ask(self) -> socket.socket:
        """A conversation that has begun: connected, and its environment told."""
        peer = socket.create_connection(self.address, timeout=LONG_S)
        self.peers.append(peer)
        peer.sendall(b"agi_network_script: who\n\n")
        return peer

    def worker(self) -> int:
        """The process id of who answers now, in a short conversation."""
        with self.ask() as peer:
            return told(peer)

    def first_worker(self) -> int:
        """The process id of who answers as soon as somebody does."""
        return until(self._worker_if_any)

    def _worker_if_any(self) -> int | None:
        try:
            return self.worker()
        except ConnectionError:
            return None

    def is_listened_to(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(self.address) == 0

    def starts(self) -> int:
        return len((self.folder / "started").read_text().split())

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def close(self) -> None:
        for peer in self.peers:
            peer.close()
        for process in self.processes:
            process.terminate()
            process.wait(LONG_S)
        for pid in (self.folder / "started").read_text().split():
            until(lambda pid=pid: not is_alive(int(pid)))


def told(peer: socket.socket) -> int:
    """The process id that the worker tells in VERBOSE "<id>" 1."""
    line = peer.recv(100)
    if not line:
        raise ConnectionError("the conversation ended")
    return int(line.split(b'"')[1])


def until(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + LONG_S
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it went while it was being read
        return False


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    running = Calls(tmp_path)
    yield running
    running.close()


@pytest.fixture
def serving(calls: Calls) -> Calls:
    calls.start()
    calls.first_worker()
    return calls


def test_a_worker_that_is_killed_is_replaced_and_no_connection_is_refused(serving: Calls) -> None:
    first = serving.worker()
    os.kill(first, signal.SIGKILL)
    peers = [serving.ask() for _ in range(5)]
    second = told(peers[-1])
    assert second != first
    assert {told(peer) for peer in peers[1:-1]} == {second}
    assert "died" in serving.log()


def test_a_frozen_worker_is_replaced_within_two_and_a_half_seconds(serving: Calls) -> None:
    first = serving.worker()
    os.kill(first, signal.SIGSTOP)
    frozen_at = time.monotonic()
    peers = [serving.ask() for _ in range(3)]
    assert told(peers[-1]) != first
    assert time.monotonic() - frozen_at < 2.5
    assert not is_alive(first)
    assert "no heartbeat" in serving.log()


def test_a_planned_restart_refuses_nobody_and_cuts_nobody_off(serving: Calls) -> None:
    first = serving.worker()
    talking = serving.ask()
    assert told(talking) == first
    answered: list[int] = []

    def keep_asking() -> None:
        while not answered or answered[-1] == first:
            answered.append(serving.worker())

    asking = threading.Thread(target=keep_asking)
    asking.start()
    serving.processes[0].send_signal(signal.SIGHUP)
    asking.join(LONG_S)
    assert answered[-1] != first
    assert is_alive(first)
    talking.sendall(b"200 result=0\n")
    assert talking.recv(100) == b""  # the conversation came to its own end
    assert told_of_every_peer_closed(serving, first)


def told_of_every_peer_closed(serving: Calls, pid: int) -> bool:
    for peer in serving.peers:
        peer.close()
    return until(lambda: not is_alive(pid))


def test_a_successor_that_does_not_start_leaves_the_old_worker_in_place(serving: Calls) -> None:
    first = serving.worker()
    (serving.folder / "ill").touch()
    serving.processes[0].send_signal(signal.SIGHUP)
    until(lambda: "did not start" in serving.log())
    assert [serving.worker() for _ in range(3)] == [first] * 3
    (serving.folder / "ill").unlink()
    serving.processes[0].send_signal(signal.SIGHUP)
    until(lambda: serving.worker() != first)


def test_restarts_leave_no_open_file_behind(serving: Calls) -> None:
    def open_files() -> int:
        return len(list(Path(f"/proc/{serving.processes[0].pid}/fd").iterdir()))

    def restart() -> None:
        before = serving.worker()
        serving.processes[0].send_signal(signal.SIGHUP)
        until(lambda: not is_alive(before))

    restart()
    at_first = open_files()
    for _ in range(3):
        restart()
    assert open_files() == at_first


def test_a_planned_stop_accepts_no_more_calls_and_lets_those_under_way_end(serving: Calls) -> None:
    talking = serving.ask()
    told(talking)
    for peer in serving.peers[:-1]:
        peer.close()
    serving.processes[0].terminate()
    until(lambda: not serving.is_listened_to())
    assert serving.processes[0].poll() is None
    talking.sendall(b"200 result=0\n")
    assert talking.recv(100) == b""
    assert serving.processes[0].wait(LONG_S) == 0


def test_a_planned_stop_waits_no_longer_than_told(tmp_path: Path) -> None:
    calls = Calls(tmp_path, drain_s=0.2)
    calls.start()
    calls.first_worker()
    told(calls.ask())
    calls.processes[0].terminate()
    assert calls.processes[0].wait(3) == 0
    calls.close()


def test_a_stop_is_obeyed_even_together_with_a_restart(serving: Calls) -> None:
    parent = serving.processes[0]
    for number in (signal.SIGSTOP, signal.SIGHUP, signal.SIGTERM, signal.SIGCONT):
        parent.send_signal(number)
    for peer in serving.peers:
        peer.close()
    assert parent.wait(LONG_S) == 0


def test_a_worker_whose_parent_was_killed_gives_up_the_address_and_ends_its_conversations(serving: Calls) -> None:
    talking = serving.ask()
    orphan = told(talking)
    serving.processes[0].kill()
    serving.processes[0].wait()
    killed_at = time.monotonic()
    serving.start()
    until(lambda: serving.first_worker() != orphan)
    assert time.monotonic() - killed_at < 3
    assert is_alive(orphan)
    talking.sendall(b"200 result=0\n")
    assert talking.recv(100) == b""
    assert told_of_every_peer_closed(serving, orphan)


def test_a_worker_that_keeps_dying_is_started_ever_more_rarely_and_calls_are_refused_meanwhile(serving: Calls) -> None:
    (serving.folder / "short-lived").touch()
    os.kill(serving.worker(), signal.SIGKILL)
    until(lambda: not serving.is_listened_to())
    starts, since = serving.starts(), time.monotonic()
    until(lambda: serving.starts() > starts)
    assert time.monotonic() - since > 0.8
    (serving.folder / "short-lived").unlink()
    assert serving.first_worker()


def test_a_first_worker_that_does_not_start_ends_the_watchdog_with_a_sentence(calls: Calls) -> None:
    (calls.folder / "ill").touch()
    assert calls.start().wait(LONG_S) == 1
    assert "WorkerFailed: The FastAGI worker did not start; its own messages above say why." in calls.log()


def test_an_address_that_is_taken_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "ORPHAN_LEAVES_S", 0.1)
    with (
        socket.create_server(("127.0.0.1", ports.free())) as other,
        pytest.raises(WorkerFailed, match=r"cannot be listened on .* stop what holds it"),
    ):
        Watchdog(["true"], other.getsockname(), drain_s=0, heartbeat=lambda: None)


def test_an_address_that_an_earlier_worker_is_about_to_leave_is_waited_for() -> None:
    earlier = socket.create_server(("127.0.0.1", ports.free()))
    address = earlier.getsockname()
    leaving = threading.Timer(0.3, earlier.close)
    leaving.start()
    Watchdog(["true"], address, drain_s=0, heartbeat=lambda: None).close()
    leaving.join()
