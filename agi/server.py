"""The FastAGI server: one thread for each AGI session, up to a maximum; the accept loop gives the heartbeat."""

import errno
import ipaddress
import logging
import os
import re
import signal
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial

from structlog.contextvars import bind_contextvars

from agi.channel import Channel, CommandFailed, HungUp
from agi.errors import WriteFailed
from agi.peer import PeerLookup, PeerUnknown, trusted_user_ids
from agi.session_threads import SessionThreads

log = logging.getLogger("agi")

Flow = Callable[[Channel], None]

POLL_S = 0.2
ENVIRONMENT_MAX_S = 5.0  # Asterisk sends the environment at once; a peer that does not is not Asterisk
IDLE_MAX_S = 1200  # no command lasts longer; a peer that is silent for that long is gone
_REF = re.compile(r"[\w-]*\d+\.\d+", re.ASCII)  # Asterisk's linkedid


class FastAgiServer(socketserver.ThreadingTCPServer):
    """Serves `flows`, by request name, on a socket that is already listening, to peers on this machine only.

    FastAGI has no authentication. So the peer must belong to one of `trusted_users`, by default our own user, as which
    Asterisk runs, and root.
    `heartbeat` is called at least every 300 ms as long as new calls can be accepted.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        listener: socket.socket,
        flows: Mapping[str, Flow],
        *,
        max_sessions: int,
        heartbeat: Callable[[], None],
        trusted_users: Collection[int] | None = None,
    ):
        super().__init__(listener.getsockname(), _AgiSession, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        listener.setblocking(False)  # another worker may accept the connection that woke this one
        self.flows, self.heartbeat = flows, heartbeat
        self.max_sessions = max_sessions
        self._trusted_users = trusted_users if trusted_users is not None else trusted_user_ids()
        self._peers = PeerLookup()
        self._knows_peers = self._peers.works()
        if not self._knows_peers:
            log.error("this machine does not say whose sockets there are: any local user can act as Asterisk")
        self.active_sessions = 0
        self._session_threads = SessionThreads()
        self.awaiting_environment: dict[socket.socket, float] = {}  # connected at (monotonic), environment not yet read
        self._next_heartbeat_at = 0.0
        self._session_ended = threading.Condition()
        self._spare = socket.socket()

    def run(self, drain_s: float) -> None:
        """Serves until SIGTERM, or until nobody reads the heartbeat; must run in the main thread.

        It then closes the socket at once, and waits up to `drain_s` for sessions to end.
        """
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
        # shutdown() waits for the loop that this thread runs, so another thread calls it.
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=self.shutdown).start())
        with suppress(BrokenPipeError):
            self.serve_forever()
        self.server_close()
        self.drain(drain_s)

    def serve_forever(self, poll_interval: float = POLL_S) -> None:
        super().serve_forever(poll_interval)

    def service_actions(self) -> None:
        now = time.monotonic()
        if now < self._next_heartbeat_at:  # this method runs for each connection, the heartbeat less often
            return
        self.heartbeat()
        self._next_heartbeat_at = now + POLL_S / 2
        connected_before = now - ENVIRONMENT_MAX_S
        for request, connected_at in list(self.awaiting_environment.items()):
            if connected_at < connected_before:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)  # its thread then reads the end of the connection

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        try:
            return super().get_request()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._reject_connection()
            raise

    def server_close(self) -> None:
        super().server_close()
        self._spare.close()
        self._peers.close()

    def _reject_connection(self) -> None:
        """Uses the spare file descriptor to close the new connection, so that Asterisk falls back at once."""
        log.warning("conversation rejected: no file descriptor is left")
        self._spare.close()
        with suppress(OSError):
            self.socket.accept()[0].close()
        self._spare = socket.socket()

    def verify_request(self, request: socket.socket, client_address: tuple[str, int]) -> bool:  # type: ignore[override]
        """Rejects a peer that is not on this machine, or whose user is not trusted."""
        if not ipaddress.ip_address(client_address[0]).is_loopback:
            log.warning("connection from %s rejected", client_address[0])
            return False
        if not self._knows_peers:
            return True
        try:
            user = self._peers.find_user_id(client_address, request.getsockname())
        except PeerUnknown:
            return False  # it has closed the connection already
        if user not in self._trusted_users:
            log.warning("connection of the local user %d rejected: only Asterisk's user may connect", user)
            return False
        return True

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Closes the connection at once when no more session is allowed: the dialplan then falls back to staff."""
        with self._session_ended:
            full = self.active_sessions >= self.max_sessions
            self.active_sessions += not full
        if full:
            log.warning("conversation rejected: %d are under way", self.max_sessions)
            self.shutdown_request(request)
            return
        self.awaiting_environment[request] = time.monotonic()
        try:
            self._session_threads.run(partial(self.process_request_thread, request, client_address))
        except RuntimeError as error:
            log.warning("conversation rejected: the machine has no thread left (%s)", error)
            self._release(request)
            self.shutdown_request(request)

    def finish_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Handles one session in its own thread, and stops counting it before the peer sees the connection close."""
        try:
            super().finish_request(request, client_address)
        finally:
            self._release(request)

    def handle_error(self, request: object, client_address: object) -> None:
        log.exception("conversation failed")

    def drain(self, seconds: float) -> bool:
        """Waits up to `seconds` for the sessions in progress; True when none is left."""
        with self._session_ended:
            return self._session_ended.wait_for(lambda: self.active_sessions == 0, seconds)

    def _release(self, request: socket.socket) -> None:
        self.awaiting_environment.pop(request, None)
        with self._session_ended:
            self.active_sessions -= 1
            self._session_ended.notify_all()


def pipe_heartbeat(pipe: int) -> Callable[[], None]:
    """A heartbeat that writes to a pipe; it raises BrokenPipeError when the reader is gone."""
    os.set_blocking(pipe, False)

    def beat() -> None:
        with suppress(BlockingIOError):  # the pipe is full: the reader is busy
            os.write(pipe, b".")

    return beat


class _AgiSession(socketserver.StreamRequestHandler):
    server: FastAgiServer
    disable_nagle_algorithm = True
    timeout = IDLE_MAX_S

    def _acknowledge(self) -> None:
        """Sends the TCP acknowledgement at once, not up to 40 ms later."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def handle(self) -> None:
        try:
            channel = Channel(self.rfile, self.wfile, self._acknowledge)  # type: ignore[arg-type]
            self.server.awaiting_environment.pop(self.request, None)
            flow = self.server.flows.get(channel.request)
            if flow is None:
                log.error("unknown FastAGI request: %r", channel.request[:40])
                return
            if _REF.fullmatch(channel.argument(1)):  # this thread serves this call only
                bind_contextvars(call=channel.argument(1))
            flow(channel)
        except HungUp:
            pass  # the session is over; a flow that must act on a hang-up catches it itself
        except WriteFailed:
            pass  # the write-behind queue has logged the reason
        except CommandFailed:
            log.exception("Asterisk rejected a command")  # the dialplan finds no ROUTE and falls back
