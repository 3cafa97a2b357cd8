"""The web server while strangers hold connections: real sockets on a server with small limits."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from ipaddress import IPv4Address
from pathlib import Path

import ports
import pytest
import waitress_thread
from reception import wait_for

from standardiste.doctor import web_checks
from standardiste.parts import limited_server, web_server
from standardiste.parts.web_server import WebServer, create_web_server
from standardiste.settings import Settings

MAX_CONNECTIONS, MAX_BODY_BYTES = 20, 100_000
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Site:
    """A server whose pages answer once `open_gate` is set; `port` is its port."""

    def __init__(self, **options: object) -> None:
        self.open_gate, self.port = threading.Event(), ports.free()
        self.open_gate.set()
        self.server: WebServer = create_web_server(
            self._answer,
            IPv4Address("127.0.0.1"),
            self.port,
            "public_port",
            **{"threads": 2, "max_connections": MAX_CONNECTIONS, "max_body_bytes": MAX_BODY_BYTES, **options},
        )
        self.beats = 0
        self.server.heartbeat = self._beat

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), 10, source_address=(source, 0))
        return connection

    def get(self, source: str = "127.0.0.1") -> bytes:
        with self.connect(source) as visitor:
            visitor.sendall(REQUEST)
            return visitor.recv(1000)

    def _answer(self, environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
        self.open_gate.wait(30)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    def _beat(self) -> None:
        self.beats += 1


@pytest.fixture
def connections() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(limited_server, "CHECK_INTERVAL_S", 0.1)
    monkeypatch.setattr(web_server, "CONNECTIONS_PER_ADDRESS", 10)
    site = Site()
    with waitress_thread.running(site.server):
        yield site
        site.open_gate.set()


def has_been_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1000) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_idle_connections_of_strangers_neither_keep_visitors_out_nor_stop_the_heartbeat(
    site: Site, connections: ExitStack
) -> None:
    for stranger in range(5 * MAX_CONNECTIONS):
        connections.enter_context(site.connect(f"127.0.0.{2 + stranger % 5}"))
    beats = site.beats

    assert site.get().startswith(b"HTTP/1.1 200")
    wait_for(lambda: site.beats > beats, "the next heartbeat", 5)
    assert len(site.server.active_channels) <= MAX_CONNECTIONS


def test_one_address_holds_no_more_connections_than_its_limit(site: Site, connections: ExitStack) -> None:
    other = connections.enter_context(site.connect("127.0.0.2"))
    own = [connections.enter_context(site.connect()) for _ in range(15)]

    wait_for(lambda: sum(map(has_been_closed, own[:5])) == 5, "the oldest connections to be closed", 5)
    assert not any(map(has_been_closed, (other, *own[5:])))


@pytest.fixture
def proxied_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site behind two proxies of ours."""
    monkeypatch.setattr(web_server, "CONNECTIONS_PER_ADDRESS", 5)
    site = Site(proxies=2)
    with waitress_thread.running(site.server):
        yield site
        site.open_gate.set()


def test_behind_our_own_proxies_their_connections_are_not_limited(proxied_site: Site, connections: ExitStack) -> None:
    held = [connections.enter_context(proxied_site.connect()) for _ in range(MAX_CONNECTIONS - 1)]

    assert proxied_site.get().startswith(b"HTTP/1.1 200")
    assert not any(map(has_been_closed, held))


@pytest.mark.parametrize(
    ("same", "other"),
    [
        ("192.0.2.7, 10.0.0.1", "192.0.2.8, 10.0.0.1"),
        ("192.0.2.7:4711, 10.0.0.1", "192.0.2.8, 10.0.0.1"),
        ("2001:db8::7, 10.0.0.1", "2001:db8:0:1::7, 10.0.0.1"),
        ("{number}.0.0.1, 192.0.2.7, 10.0.0.1", "192.0.2.7, 192.0.2.8, 10.0.0.1"),  # what a visitor adds counts nothing
    ],
)
def test_behind_our_own_proxies_a_visitor_has_so_many_requests_in_progress_and_others_are_served(
    proxied_site: Site, connections: ExitStack, same: str, other: str
) -> None:
    proxied_site.open_gate.clear()
    own = [ask(proxied_site, connections, same.format(number=number + 1)) for number in range(7)]
    stranger = ask(proxied_site, connections, other)

    proxied_site.open_gate.set()

    answers = [visitor.recv(1000) for visitor in own]
    assert [answer[9:12] for answer in answers] == [b"200"] * 5 + [b"429"] * 2
    assert b"Retry-After: 5" in answers[-1]
    assert stranger.recv(1000).startswith(b"HTTP/1.1 200")


def count_requests(site: Site) -> int:
    return sum(bool(each.requests) for each in list(site.server.active_channels.values()))


def ask(site: Site, connections: ExitStack, forwarded_for: str) -> socket.socket:
    """A request that a proxy forwards; returns when it waits for a thread, or has one."""
    proxy, before = connections.enter_context(site.connect()), count_requests(site)
    proxy.sendall(REQUEST.replace(b"\r\n\r\n", f"\r\nX-Forwarded-For: {forwarded_for}\r\n\r\n".encode()))
    wait_for(lambda: count_requests(site) > before, "the request", 5)
    return proxy


def test_a_request_in_progress_is_never_closed_and_a_newcomer_is_told_to_come_again(
    site: Site, connections: ExitStack
) -> None:
    site.open_gate.clear()
    visitors = [connections.enter_context(site.connect()) for _ in range(10)]
    for visitor in visitors:
        visitor.sendall(REQUEST)
    wait_for(lambda: count_requests(site) == 10, "ten requests in progress", 5)

    refused = connections.enter_context(site.connect())
    assert refused.recv(1000).startswith(b"HTTP/1.1 503")
    site.open_gate.set()

    assert all(visitor.recv(1000).startswith(b"HTTP/1.1 200") for visitor in visitors)


@pytest.mark.parametrize(
    ("limit", "sent", "drip", "answer"),
    [
        ("FIRST_REQUEST_MAX_S", b"", b"", b""),
        ("FIRST_REQUEST_MAX_S", b"\r\n\r\n", b"\r\n\r\n", b""),
        ("HEADER_MAX_S", b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n", b"HTTP/1.1 408"),
        ("TRANSFER_MAX_S", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n", b"x", b"HTTP/1.1 408"),
    ],
)
def test_a_slow_peer_is_closed_even_if_it_sends_a_byte_now_and_then(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    connections: ExitStack,
    limit: str,
    sent: bytes,
    drip: bytes,
    answer: bytes,
) -> None:
    monkeypatch.setattr(limited_server, limit, 0.5)
    slow = connections.enter_context(site.connect())
    slow.sendall(sent)
    received: list[bytes] = []

    def is_closed() -> bool:
        try:
            slow.setblocking(False)
            slow.send(drip)
            received.append(slow.recv(1000))
            return received[-1] == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    wait_for(is_closed, "the slow connection to be closed", 10)
    assert b"".join(received).startswith(answer)


def test_a_connection_is_kept_between_requests_and_closed_when_it_stays_idle(
    site: Site, monkeypatch: pytest.MonkeyPatch, connections: ExitStack
) -> None:
    monkeypatch.setattr(limited_server, "FIRST_REQUEST_MAX_S", 0.2)
    visitor = connections.enter_context(site.connect())
    visitor.sendall(REQUEST)
    assert visitor.recv(1000).startswith(b"HTTP/1.1 200")
    beats = site.beats
    wait_for(lambda: site.beats > beats, "the next heartbeat", 5)
    assert not has_been_closed(visitor)

    monkeypatch.setattr(limited_server, "IDLE_MAX_S", 0.2)

    wait_for(lambda: has_been_closed(visitor), "the idle connection to be closed", 5)


def test_uploads_that_would_fill_the_disk_together_are_closed_the_largest_first(
    site: Site, monkeypatch: pytest.MonkeyPatch, connections: ExitStack
) -> None:
    monkeypatch.setattr(limited_server, "RECEIVING_MAX_BYTES", 100_000)
    header = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n"
    small, large = (connections.enter_context(site.connect()) for _ in range(2))
    small.sendall(header + bytes(30_000))
    large.sendall(header + bytes(80_000))

    wait_for(lambda: has_been_closed(large), "the largest upload to be closed", 5)
    small.setblocking(True)
    small.sendall(bytes(60_000))
    assert small.recv(1000).startswith(b"HTTP/1.1 200")


def test_no_heartbeat_is_given_while_every_thread_is_stuck(
    site: Site, monkeypatch: pytest.MonkeyPatch, connections: ExitStack
) -> None:
    monkeypatch.setattr(limited_server, "STUCK_MAX_S", 0.3)
    site.open_gate.clear()
    for _ in range(4):
        connections.enter_context(site.connect()).sendall(REQUEST)

    def has_stopped() -> bool:
        before = site.beats
        return not threading.Event().wait(0.3) and site.beats == before

    wait_for(has_stopped, "the heartbeat to stop", 10)
    site.open_gate.set()
    beats = site.beats
    wait_for(lambda: site.beats > beats, "the heartbeat to go on", 5)


def test_a_proxy_that_no_setting_names_is_noticed(site: Site, connections: ExitStack) -> None:
    site.get()
    assert not site.server.has_undeclared_proxy

    proxy = connections.enter_context(site.connect())
    proxy.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n")
    proxy.recv(1000)

    assert site.server.has_undeclared_proxy


def test_the_private_socket_answers_while_the_port_is_full(site: Site, connections: ExitStack, tmp_path: Path) -> None:
    health = tmp_path / "public.health"
    web_server._serve_health(site.server, health)
    wait_for(lambda: web_server.is_part_healthy(health), "the private socket", 5)
    site.open_gate.clear()
    for source in range(2, 6):
        for _ in range(10):
            connections.enter_context(site.connect(f"127.0.0.{source}")).sendall(REQUEST)

    refused = connections.enter_context(site.connect())
    refused.settimeout(5)
    assert refused.recv(1000).startswith(b"HTTP/1.1 503")
    site.open_gate.set()
    assert web_server.is_part_healthy(health)
    assert health.stat().st_mode & 0o777 == 0o600
    assert not web_server.is_part_healthy(tmp_path / "console.health")


def test_doctor_reports_a_proxy_that_was_seen_although_the_settings_name_none(
    site: Site, connections: ExitStack, tmp_path: Path
) -> None:
    settings = Settings.model_validate({"var": tmp_path})
    web_server._serve_health(site.server, settings.health_socket("public"))
    wait_for(lambda: web_server.is_part_healthy(settings.health_socket("public")), "the private socket", 5)
    assert not list(web_checks.check_proxies(settings, "public", ""))

    proxy = connections.enter_context(site.connect())
    proxy.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nForwarded: for=192.0.2.7\r\n\r\n")
    proxy.recv(1000)

    (check,) = web_checks.check_proxies(settings, "public", "")
    assert not check.ok
