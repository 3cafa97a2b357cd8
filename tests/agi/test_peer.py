"""Who may connect to the FastAGI server: the user of a local socket."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from agi_peers import Peer, one_command, serving

from agi import checks
from agi import peer as agi_peer
from agi.peer import PeerLookup, PeerUnknown

NOBODY = 65534


@contextmanager
def connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection: the peer's, and ours."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as peer:
        ours = listener.accept()[0]
        with ours:
            yield peer, ours


@pytest.fixture(params=["sock_diag", "proc"])
def lookup(request: pytest.FixtureRequest) -> Iterator[PeerLookup]:
    """The two ways of asking the kernel."""
    found = PeerLookup()
    if request.param == "proc":
        found.close()
        found._netlink = None
    yield found
    found.close()


def test_the_user_of_a_peer_is_found(lookup: PeerLookup) -> None:
    assert lookup.works()
    with connected() as (peer, ours):
        assert lookup.find_user_id(peer.getsockname(), ours.getsockname()) == os.geteuid()


def test_a_peer_that_has_closed_its_socket_is_not_taken_for_root(lookup: PeerLookup) -> None:
    with connected() as (peer, ours):
        address = peer.getsockname()
        peer.close()

        with pytest.raises(PeerUnknown):
            lookup.find_user_id(address, ours.getsockname())


def test_a_listening_socket_at_the_peers_address_is_not_taken_for_it(lookup: PeerLookup) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PeerUnknown):
        lookup.find_user_id(other.getsockname(), ("127.0.0.1", 9))


def test_a_question_takes_some_tens_of_microseconds(lookup: PeerLookup) -> None:
    if lookup._netlink is None:
        pytest.skip("the table of /proc grows with the connections; it is read only where sock_diag is missing")
    with connected() as (peer, ours):
        times = []
        for _ in range(200):
            started = time.perf_counter()
            lookup.find_user_id(peer.getsockname(), ours.getsockname())
            times.append(time.perf_counter() - started)
    assert sorted(times)[len(times) // 2] < 0.0005  # the median, on a busy machine


def test_doctor_tells_a_server_that_refuses_from_one_that_is_not_there(connect: Callable[..., Peer]) -> None:
    with serving({"reception": one_command}, trusted_users=()) as server:
        (refuses,) = checks.check_fastagi_server(server.server_address[1])
    (absent,) = checks.check_fastagi_server(server.server_address[1])

    assert not refuses.ok and "closes connections at once" in str(refuses.message)
    assert not absent.ok and "Nothing answers" in str(absent.message)


def test_another_local_user_cannot_act_as_asterisk(
    connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture
) -> None:
    with serving({"reception": one_command}, trusted_users={os.geteuid() + 1}, max_sessions=1) as server:
        for _ in range(3):
            assert connect(server.server_address, "reception").receive() == b""
    assert f"local user {os.geteuid()} rejected" in caplog.text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_process_of_another_user_is_rejected_while_ours_is_served(
    connect: Callable[..., Peer], caplog: pytest.LogCaptureFixture
) -> None:
    with serving({"reception": one_command}) as server:
        port = server.server_address[1]
        talk = f"exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'agi_network_script: reception\\n\\n' >&3; head -c 5 <&3"
        stranger = subprocess.run(["/bin/bash", "-c", talk], capture_output=True, user=NOBODY, cwd="/")
        assert stranger.stdout == b""
        assert f"local user {NOBODY} rejected" in caplog.text
        assert connect(server.server_address, "reception").receive() == b"NOOP\n"


def test_where_the_machine_says_nothing_calls_are_served_and_the_log_says_so(
    connect: Callable[..., Peer], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(agi_peer, "_NETLINK_SOCK_DIAG", 31)  # no such protocol
    monkeypatch.setattr(agi_peer, "_TCP_TABLE", Path("/nonexistent"))
    with serving({"reception": one_command}) as server:
        assert connect(server.server_address, "reception").receive() == b"NOOP\n"
    assert "any local user can act as Asterisk" in caplog.text
    (check,) = checks.check_peer_lookup()
    assert not check.ok and check.remedy


def test_doctor_says_nothing_of_a_machine_that_knows_its_peers() -> None:
    assert not list(checks.check_peer_lookup())
