"""The FastAGI server: sessions, their maximum, and exhausted resources."""

import os
import resource
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import ports
import pytest
from agi_peers import Peer, one_command, serving
from reception import wait_for

from agi import server as agi_server
from agi.channel import Channel
from agi.server import FastAgiServer

TIMEOUT_S = 10


def failing(_: Channel) -> None:
    raise RuntimeError("a bug")


def two_commands(channel: Channel) -> None:
    channel.noop()
    channel.noop()


def test_a_session_runs_the_requested_flow_and_then_ends(connect: Callable[..., Peer]) -> None:
    with serving({"reception": one_command, "other": failing}) as server:
        peer = connect(server.server_address, "reception")
        assert peer.receive() == b"NOOP\n"
        peer.respond()
        assert peer.receive() == b""


@pytest.mark.parametrize("request_name", ["unknown", "failing"])
def test_a_session_that_fails_ends_at_once_and_does_not_affect_others(
    connect: Callable[..., Peer], request_name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with serving({"reception": one_command, "failing": failing}, max_sessions=2) as server:
        talking = connect(server.server_address, "reception")
        assert talking.receive() == b"NOOP\n"
        for _ in range(5):  # none of them counts as active any more
            assert connect(server.server_address, request_name).receive() == b""
        talking.respond()
        assert talking.receive() == b""
        assert connect(server.server_address, "reception").receive() == b"NOOP\n"
    assert "unknown" in caplog.text or "a bug" in caplog.text


def test_a_rejected_command_ends_the_session_and_is_logged(
    connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture
) -> None:
    with serving({"reception": one_command}) as server:
        peer = connect(server.server_address, "reception")
        peer.receive()
        peer.socket.sendall(b"510 Invalid or unknown command\n")
        assert peer.receive() == b""
    assert "rejected a command" in caplog.text


def test_a_hang_up_is_not_logged(connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture) -> None:
    with serving({"reception": one_command}) as server:
        peer = connect(server.server_address, "reception")
        peer.receive()
        peer.socket.close()
        assert server.drain(TIMEOUT_S)
    assert caplog.text == ""


def test_a_session_beyond_the_maximum_is_rejected_at_once_until_another_ends(connect: Callable[..., Peer]) -> None:
    with serving({"reception": one_command}, max_sessions=2) as server:
        first, second = (connect(server.server_address, "reception") for _ in range(2))
        assert first.receive() == second.receive() == b"NOOP\n"
        assert connect(server.server_address, "reception").receive() == b""
        first.respond()
        assert first.receive() == b""
        assert connect(server.server_address, "reception").receive() == b"NOOP\n"


def test_a_peer_that_sends_no_complete_environment_is_disconnected(
    connect: Callable[..., Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agi_server, "ENVIRONMENT_MAX_S", 0.1)
    with serving({"reception": one_command}, max_sessions=2) as server:
        silent, slow = (connect(server.server_address) for _ in range(2))
        slow.socket.sendall(b"agi_request: never ending")
        assert silent.receive() == slow.receive() == b""
        monkeypatch.setattr(agi_server, "ENVIRONMENT_MAX_S", TIMEOUT_S)  # on a busy machine the next peer is no faster
        # Their connections are closed a moment before they stop counting as active.
        wait_for(lambda: connect(server.server_address, "reception").receive() == b"NOOP\n", "a free session")


def test_a_long_command_does_not_end_the_session(connect: Callable[..., Peer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agi_server, "ENVIRONMENT_MAX_S", 0.3)
    beats = threading.Semaphore(0)
    with serving({"reception": two_commands}, heartbeat=beats.release) as server:
        peer = connect(server.server_address, "reception")
        assert peer.receive() == b"NOOP\n"
        for _ in range(4):  # each checks for connections without an environment
            assert beats.acquire(timeout=TIMEOUT_S)
        peer.respond()
        assert peer.receive() == b"NOOP\n"


def test_the_heartbeat_continues_at_the_maximum_number_of_sessions(connect: Callable[..., Peer]) -> None:
    beats = threading.Semaphore(0)
    with serving({"reception": one_command}, max_sessions=1, heartbeat=beats.release) as server:
        assert connect(server.server_address, "reception").receive() == b"NOOP\n"
        for _ in range(5):
            assert beats.acquire(timeout=1)


def test_without_a_free_file_descriptor_a_new_session_is_rejected_at_once_and_the_others_continue(
    connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = []
    with serving({"reception": two_commands}) as server, socket.socket() as client:
        old = connect(server.server_address, "reception")
        assert old.receive() == b"NOOP\n"
        resource.setrlimit(resource.RLIMIT_NOFILE, (client.fileno() + 20, hard))
        try:
            with suppress(OSError):
                while True:
                    taken.append(os.dup(client.fileno()))
            client.settimeout(TIMEOUT_S)
            client.connect(server.server_address)
            assert client.recv(100) == b""
            old.respond()
            assert old.receive() == b"NOOP\n"
        finally:
            for descriptor in taken:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert connect(server.server_address, "reception").receive() == b"NOOP\n"
    assert "no file descriptor is left" in caplog.text


def test_without_a_free_thread_a_new_session_is_rejected_at_once(
    connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    with serving({"reception": one_command}, max_sessions=1) as server:
        monkeypatch.setattr(threading.Thread, "start", no_thread)
        assert connect(server.server_address, "reception").receive() == b""
        monkeypatch.undo()
        assert connect(server.server_address, "reception").receive() == b"NOOP\n"
    assert "no thread left" in caplog.text


@pytest.mark.timeout(10)
def test_a_connection_that_another_worker_accepted_first_is_not_waited_for() -> None:
    server = FastAgiServer(
        socket.create_server(("127.0.0.1", ports.free())), {}, max_sessions=1, heartbeat=lambda: None
    )
    with pytest.raises(BlockingIOError):  # which socketserver ignores
        server.get_request()
    server.server_close()


def test_a_peer_from_another_machine_is_rejected(
    connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; getsockname() is then the external address of this machine
        except OSError:
            pytest.skip("this machine has no address but loopback")
        outside = probe.getsockname()[0]
    with serving({"reception": one_command}, address="0.0.0.0") as server:
        port = server.server_address[1]
        assert connect((outside, port), "reception").receive() == b""
        assert connect(("127.0.0.1", port), "reception").receive() == b"NOOP\n"
    assert f"from {outside} rejected" in caplog.text


def test_drain_waits_for_the_sessions_in_progress_up_to_its_timeout(connect: Callable[..., Peer]) -> None:
    with serving({"reception": one_command}) as server:
        peer = connect(server.server_address, "reception")
        peer.receive()
        assert not server.drain(0.05)
        peer.respond()
        assert server.drain(TIMEOUT_S)


def test_a_response_in_two_parts_is_not_delayed(connect: Callable[..., Peer]) -> None:
    """Nagle's algorithm keeps the second part until the first is acknowledged: at once, or 40 ms later."""
    rounds = 50

    def many_commands(channel: Channel) -> None:
        for _ in range(rounds):
            channel.noop()

    with serving({"reception": many_commands}) as server:
        peer = connect(server.server_address, "reception")
        began = time.monotonic()
        for _ in range(rounds):
            assert peer.receive() == b"NOOP\n"
            peer.socket.sendall(b"100 result=0 Trying...\n")
            peer.respond()
        assert peer.receive() == b""
        assert time.monotonic() - began < rounds * 0.02  # 40 ms each otherwise
