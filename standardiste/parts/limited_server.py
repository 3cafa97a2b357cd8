"""waitress with limits on strangers: slow and idle connections are closed, and a full server makes room for others."""

import errno
import ipaddress
import logging
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.utilities import Error

from routing.access.client_network import parse_client_network, parse_forwarded_address

log = logging.getLogger("web")

FIRST_REQUEST_MAX_S = 10.0  # from the connection to the first byte of a request
IDLE_MAX_S = 30.0  # between two requests of a connection
HEADER_MAX_S = 10.0
TRANSFER_MAX_S = 20.0  # for a body or a response, and more for a large one:
SLOWEST_BYTES_PER_S = 2000
CHECK_INTERVAL_S = 1.0
STUCK_MAX_S = 60.0  # requests wait and none ended for so long: every thread is stuck
RECEIVING_MAX_BYTES = 300_000_000  # of bodies that are being received, in all connections together
ACCEPTS_PER_PASS = 50
PEEKS_MAX = 10  # connections that are looked at for each one that is closed to make room
LOG_INTERVAL_S = 60.0
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections may be open, in all and from one address.

    With `proxies`, the number of our own proxies that a request passes, every peer is one of them. Then the address is
    the one for which they forward a request, and `per_address` is how many of its requests may be in progress.
    """

    total: int
    per_address: int
    proxies: int = 0


class TooManyRequests(Error):
    """The answer to a request of a visitor who has too many in progress (RFC 6585, 4)."""

    code, reason = 429, "Too Many Requests"

    def to_response(self, ident: Any = None) -> Any:
        status, headers, body = super().to_response(ident)
        return status, [*headers, ("Retry-After", "5")], body


class Phase(Enum):
    """What a connection is doing."""

    WAITING = "waiting"
    HEADER = "header"
    BODY = "body"
    SERVED = "served"
    """A complete request waits for a thread, or a thread works on it."""
    SENDING = "sending"


class LimitedChannel(HTTPChannel):
    """One connection. `since`: when its phase began (monotonic)."""

    def __init__(self, server: "LimitedServer", sock: socket.socket, addr: Any, adj: Any, map: Any = None) -> None:
        self.served_count, self._peer = 0, _count_as(addr[0])
        self.since, self._key, self._backlog_bytes = time.monotonic(), (Phase.WAITING, None, 0), 0
        super().__init__(server, sock, addr, adj, map=map)

    def service(self) -> None:
        self.server.witness_headers(self.addr, self.requests[0].headers)
        super().service()
        self.served_count += 1
        self.server.served_count += 1

    @property
    def network(self) -> str:
        """Whom the connection serves, as limits count it: the visitor of a forwarded request, else the peer."""
        return self.visitor or self._peer

    @property
    def visitor(self) -> str | None:
        """For whom a proxy of ours forwards the request in progress."""
        proxies = self.server.limits.proxies
        request = (self.requests[:1] or [self.request])[0]  # another thread may remove the first request
        if not proxies or request is None or not request.headers_finished:
            return None
        return _count_forwarded(request.headers.get("X_FORWARDED_FOR", "").split(",")[-proxies:][0].strip())

    def update_phase(self, now: float) -> Phase:
        """The phase now; each request is a phase of its own, so that trickled bytes prolong nothing."""
        phase = self._find_phase()
        key = (phase, self.request, self.served_count)
        if key != self._key:
            self._key, self.since, self._backlog_bytes = key, now, self.total_outbufs_len
        return phase

    @property
    def received_bytes(self) -> int:
        """Of the body that is being received."""
        return self.request.body_bytes_received if self._find_phase() is Phase.BODY and self.request else 0

    def is_overdue(self, now: float) -> bool:
        """Whether the peer takes too long for what it is doing."""
        phase = self.update_phase(now)
        allowed_s = {
            Phase.WAITING: IDLE_MAX_S if self.served_count else FIRST_REQUEST_MAX_S,
            Phase.HEADER: HEADER_MAX_S,
            Phase.BODY: TRANSFER_MAX_S + self.received_bytes / SLOWEST_BYTES_PER_S,
            Phase.SENDING: TRANSFER_MAX_S + self._backlog_bytes / SLOWEST_BYTES_PER_S,
            Phase.SERVED: float("inf"),
        }
        return now - self.since > allowed_s[phase]

    def close_as_overdue(self) -> None:
        """Closes the connection; a peer that is sending a request learns why (RFC 9110, 15.5.9)."""
        if self._find_phase() in (Phase.HEADER, Phase.BODY):
            _send_last(self.socket, _TOO_SLOW)
        self.handle_close()

    def has_unread_bytes(self) -> bool:
        """Whether the peer has sent what we have not read yet, perhaps a request."""
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:
            return False

    def _find_phase(self) -> Phase:
        blocked = self.total_outbufs_len > self.adj.outbuf_high_watermark  # a thread waits for the peer to read
        if self.requests and not blocked:
            return Phase.SERVED
        if self.total_outbufs_len:
            return Phase.SENDING
        request = self.request  # another thread may remove it
        if request is None:
            return Phase.WAITING
        return Phase.BODY if request.headers_finished else Phase.HEADER


class LimitedServer(TcpWSGIServer):
    """A server that stays reachable when strangers hold connections.

    When a limit is reached, the connection that has waited longest is closed, first of all one from the address that
    holds most; a newcomer is refused only while every connection has a request in progress. Behind proxies, the
    requests of a visitor beyond the limit are refused. `heartbeat` is called about once a second by the loop that
    accepts connections, unless all threads are stuck: no stranger can delay it.
    """

    channel_class = LimitedChannel

    def __init__(self, *arguments: Any, limits: ConnectionLimits, **options: Any) -> None:
        self.limits = limits
        self.heartbeat: Callable[[], None] = lambda: None
        self.served_count = 0
        self.has_undeclared_proxy = False
        self._progress = (0, time.monotonic())
        self._next_check_at = 0.0
        self._closed_for_room = self._refused = 0
        self._next_log_at = 0.0
        super().__init__(*arguments, **options)

    def readable(self) -> bool:
        """Called in each pass of the loop, at least once a second."""
        now = time.monotonic()
        if now >= self._next_check_at:
            self._next_check_at = now + CHECK_INTERVAL_S
            for channel in list(self.active_channels.values()):
                if channel.is_overdue(now):
                    channel.close_as_overdue()
            self._bound_bodies()
            if not self._is_stuck(now):
                self.heartbeat()
            self._log_crowd(now)
        return bool(self.accepting)

    def handle_accept(self) -> None:
        for _ in range(ACCEPTS_PER_PASS):
            try:
                accepted = self.accept()
                if accepted is None:
                    return
                connection, address = accepted
                self.set_socket_options(connection)
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    self._close_longest_waiting(None)
                return
            if self._has_room(_count_as(address[0])):
                self.channel_class(self, connection, self.fix_addr(address), self.adj, map=self._map)
            else:
                self._refused += 1
                _send_last(connection, _FULL)
                connection.close()

    def add_task(self, channel: LimitedChannel) -> None:
        """A request is complete: it waits for a thread."""
        if self.limits.proxies and self._has_too_many(channel):
            channel.requests[0].error = TooManyRequests("Try again in a moment.")
        super().add_task(channel)

    def witness_headers(self, address: Any, headers: dict[str, str]) -> None:
        """Notices a proxy that no setting names: a neighbour that forwards the requests of others."""
        if self.limits.proxies or self.has_undeclared_proxy:
            return
        if ("X_FORWARDED_FOR" in headers or "FORWARDED" in headers) and ipaddress.ip_address(address[0]).is_private:
            self.has_undeclared_proxy = True

    def _has_room(self, network: str) -> bool:
        """Whether one more connection may be opened; makes room if it can."""
        channels = self.active_channels.values()
        if not self.limits.proxies:
            own = sum(channel.network == network for channel in channels)
            if own >= self.limits.per_address and not self._close_longest_waiting(network):
                return False
        return len(self.active_channels) < self.limits.total or self._close_longest_waiting(None)

    def _has_too_many(self, channel: LimitedChannel) -> bool:
        """Whether more requests of the same visitor are in progress than one may have."""
        channels, visitor = list(self.active_channels.values()), channel.visitor
        if visitor is None or len(channels) <= self.limits.per_address:
            return False
        return [each.visitor for each in channels].count(visitor) > self.limits.per_address

    def _close_longest_waiting(self, network: str | None) -> bool:
        """Closes a connection (of this network) in which no request is complete; False if there is none."""
        now, channels = time.monotonic(), list(self.active_channels.values())
        waiting = [
            channel
            for channel in channels
            if network in (None, channel.network) and channel.update_phase(now) is not Phase.SERVED
        ]
        held = Counter(channel.network for channel in channels)
        waiting.sort(key=lambda channel: (-held[channel.network], channel.since))
        for channel in waiting[:PEEKS_MAX]:
            if not channel.has_unread_bytes():
                channel.handle_close()
                self._closed_for_room += 1
                return True
        return False

    def _bound_bodies(self) -> None:
        """Closes the largest uploads while all of them together would fill the disk: anybody may begin one."""
        uploads = sorted(self.active_channels.values(), key=lambda channel: channel.received_bytes)
        total = sum(channel.received_bytes for channel in uploads)
        while total > RECEIVING_MAX_BYTES:
            largest = uploads.pop()
            total -= largest.received_bytes
            largest.handle_close()
            self._closed_for_room += 1

    def _is_stuck(self, now: float) -> bool:
        served, since = self._progress
        if served != self.served_count or not self.task_dispatcher.queue:
            self._progress = (self.served_count, now)
            return False
        return now - since > STUCK_MAX_S

    def _log_crowd(self, now: float) -> None:
        """Once a minute: a crowd must not fill the log."""
        if now >= self._next_log_at and (self._closed_for_room or self._refused):
            log.warning(
                "too many connections: %d that waited were closed for newcomers, %d newcomers were refused",
                self._closed_for_room,
                self._refused,
            )
            self._closed_for_room = self._refused = 0
            self._next_log_at = now + LOG_INTERVAL_S


def _count_as(address: str) -> str:
    """The peer as limits count it: an IPv4 address, or the /64 of one IPv6 customer."""
    return parse_client_network(address.partition("%")[0]).address


@lru_cache(4096)
def _count_forwarded(text: str) -> str | None:
    """A forwarded address as limits count it; None for what is no address."""
    address = parse_forwarded_address(text)
    return _count_as(str(address)) if address else None


def _send_last(connection: socket.socket, response: bytes) -> None:
    """Sends a few bytes if that is possible at once."""
    try:
        connection.setblocking(False)
        connection.send(response)
    except OSError:
        return
