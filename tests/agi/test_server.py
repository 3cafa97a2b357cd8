import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import ports
import pytest
from reception import wait_for

from agi import server as agi_server
from agi.channel import Channel
from agi.server import Flow, Server

LONG_S = 10


class Peer:
    """Asterisk's side of one connection to the server."""

    def __init__(self, address: tuple[str, int], request: str = "") -> None:
        self.socket = socket.create_connection(address, timeout=LONG_S)
        if request:
            self.socket.sendall(f"agi_network_script: {request}\n\n".encode())

    def hears(self) -> bytes:
        """What the server says next; empty when it has ended the connection."""
        try:
            return self.socket.recv(1000)
        except ConnectionResetError:
            return b""

    def answers(self) -> None:
        self.socket.sendall(b"200 result=0\n")


@pytest.fixture
def connect() -> Iterator[Callable[..., Peer]]:
    peers: list[Peer] = []

    def opened(address: tuple[str, int], request: str = "") -> Peer:
        peers.append(Peer(address, request))
        return peers[-1]

    yield opened
    for peer in peers:
        peer.socket.close()


@contextmanager
def serving(
    flows: Mapping[str, Flow],
    *,
    most: int = 50,
    address: str = "127.0.0.1",
    heartbeat: Callable[[], None] = lambda: None,
) -> Iterator[Server]:
    server = Server(socket.create_server((address, ports.free())), flows, most=most, heartbeat=heartbeat)
    loop = threading.Thread(target=server.serve_forever)
    loop.start()
    try:
        yield server
    finally:
        server.shutdown()
        loop.join()
        server.server_close()


def failing(_: Channel) -> None:
    raise RuntimeError("a mistake of ours")


def asks(channel: Channel) -> None:
    channel.noop()


def asks_twice(channel: Channel) -> None:
    channel.noop()
    channel.noop()


def test_a_conversation_runs_the_flow_that_is_asked_for_and_then_ends(connect: Callable[..., Peer]) -> None:
    with serving({"reception": asks, "other": failing}) as server:
        peer = connect(server.server_address, "reception")
        assert peer.hears() == b"NOOP\n"
        peer.answers()
        assert peer.hears() == b""


@pytest.mark.parametrize("request_name", ["unknown", "failing"])
def test_a_conversation_that_goes_wrong_ends_at_once_and_harms_no_other(
    connect: Callable[..., Peer], request_name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with serving({"reception": asks, "failing": failing}, most=2) as server:
        talking = connect(server.server_address, "reception")
        assert talking.hears() == b"NOOP\n"
        for _ in range(5):  # each gives its place back
            assert connect(server.server_address, request_name).hears() == b""
        talking.answers()
        assert talking.hears() == b""
        assert connect(server.server_address, "reception").hears() == b"NOOP\n"
    assert "unknown" in caplog.text or "a mistake of ours" in caplog.text


def test_a_refused_command_ends_the_conversation_and_is_logged(
    connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture
) -> None:
    with serving({"reception": asks}) as server:
        peer = connect(server.server_address, "reception")
        peer.hears()
        peer.socket.sendall(b"510 Invalid or unknown command\n")
        assert peer.hears() == b""
    assert "refused a command" in caplog.text


def test_a_hang_up_is_nothing_to_log(connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture) -> None:
    with serving({"reception": asks}) as server:
        peer = connect(server.server_address, "reception")
        peer.hears()
        peer.socket.close()
        assert server.drain(LONG_S)
    assert caplog.text == ""


def test_one_conversation_too_many_is_refused_at_once_until_another_ends(connect: Callable[..., Peer]) -> None:
    with serving({"reception": asks}, most=2) as server:
        first, second = (connect(server.server_address, "reception") for _ in range(2))
        assert first.hears() == second.hears() == b"NOOP\n"
        assert connect(server.server_address, "reception").hears() == b""
        first.answers()
        assert first.hears() == b""
        assert connect(server.server_address, "reception").hears() == b"NOOP\n"


def test_a_peer_that_does_not_say_what_it_wants_loses_its_place(
    connect: Callable[..., Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agi_server, "ENVIRONMENT_MAX_S", 0.1)
    with serving({"reception": asks}, most=2) as server:
        silent, dripping = (connect(server.server_address) for _ in range(2))
        dripping.socket.sendall(b"agi_request: never ending")
        assert silent.hears() == dripping.hears() == b""
        monkeypatch.setattr(agi_server, "ENVIRONMENT_MAX_S", LONG_S)  # the next one is no faster on a busy machine
        # Their connections are closed a moment before their places are free.
        wait_for(lambda: connect(server.server_address, "reception").hears() == b"NOOP\n", "a free place")


def test_a_caller_who_listens_for_long_keeps_his_place(
    connect: Callable[..., Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agi_server, "ENVIRONMENT_MAX_S", 0.3)
    beats = threading.Semaphore(0)
    with serving({"reception": asks_twice}, heartbeat=beats.release) as server:
        peer = connect(server.server_address, "reception")
        assert peer.hears() == b"NOOP\n"
        for _ in range(4):  # each looks for connections that have said nothing for too long
            assert beats.acquire(timeout=LONG_S)
        peer.answers()
        assert peer.hears() == b"NOOP\n"


def test_the_heartbeat_goes_on_while_every_place_is_taken(connect: Callable[..., Peer]) -> None:
    beats = threading.Semaphore(0)
    with serving({"reception": asks}, most=1, heartbeat=beats.release) as server:
        assert connect(server.server_address, "reception").hears() == b"NOOP\n"
        for _ in range(5):
            assert beats.acquire(timeout=1)


def test_without_a_file_descriptor_left_a_new_conversation_is_refused_at_once_and_the_old_go_on(
    connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = []
    with serving({"reception": asks_twice}) as server, socket.socket() as newcomer:
        old = connect(server.server_address, "reception")
        assert old.hears() == b"NOOP\n"
        resource.setrlimit(resource.RLIMIT_NOFILE, (newcomer.fileno() + 20, hard))
        try:
            with suppress(OSError):
                while True:
                    taken.append(os.dup(newcomer.fileno()))
            newcomer.settimeout(LONG_S)
            newcomer.connect(server.server_address)
            assert newcomer.recv(100) == b""
            old.answers()
            assert old.hears() == b"NOOP\n"
        finally:
            for descriptor in taken:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert connect(server.server_address, "reception").hears() == b"NOOP\n"
    assert "no file descriptor is left" in caplog.text


def test_without_a_thread_left_a_new_conversation_is_refused_at_once(
    connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    with serving({"reception": asks}, most=1) as server:
        monkeypatch.setattr(threading.Thread, "start", no_thread)
        assert connect(server.server_address, "reception").hears() == b""
        monkeypatch.undo()
        assert connect(server.server_address, "reception").hears() == b"NOOP\n"
    assert "no thread left" in caplog.text


@pytest.mark.timeout(10)
def test_a_connection_that_another_worker_was_quicker_to_accept_is_not_waited_for() -> None:
    server = Server(socket.create_server(("127.0.0.1", ports.free())), {}, most=1, heartbeat=lambda: None)
    with pytest.raises(BlockingIOError):  # which socketserver passes over
        server.get_request()
    server.server_close()


def test_a_peer_from_another_machine_is_turned_away(
    connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: tells which address this machine has outside
        except OSError:
            pytest.skip("this machine has no address but loopback")
        outside = probe.getsockname()[0]
    with serving({"reception": asks}, address="0.0.0.0") as server:
        port = server.server_address[1]
        assert connect((outside, port), "reception").hears() == b""
        assert connect(("127.0.0.1", port), "reception").hears() == b"NOOP\n"
    assert "turned away" in caplog.text


def test_draining_waits_for_the_conversations_under_way_and_no_longer_than_told(connect: Callable[..., Peer]) -> None:
    with serving({"reception": asks}) as server:
        peer = connect(server.server_address, "reception")
        peer.hears()
        assert not server.drain(0.05)
        peer.answers()
        assert server.drain(LONG_S)


def test_an_answer_in_two_parts_is_not_held_back(connect: Callable[..., Peer]) -> None:
    """Nagle's algorithm keeps the second part until the first is acknowledged: at once, or 40 ms later."""
    rounds = 50

    def asks_often(channel: Channel) -> None:
        for _ in range(rounds):
            channel.noop()

    with serving({"reception": asks_often}) as server:
        peer = connect(server.server_address, "reception")
        began = time.monotonic()
        for _ in range(rounds):
            assert peer.hears() == b"NOOP\n"
            peer.socket.sendall(b"100 result=0 Trying...\n")
            peer.answers()
        assert peer.hears() == b""
        assert time.monotonic() - began < rounds * 0.02  # 40 ms each otherwise
