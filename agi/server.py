"""The FastAGI server: a thread per conversation, bounded; a heartbeat from the loop that accepts."""

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
from collections.abc import Callable, Mapping
from contextlib import suppress

from structlog.contextvars import bind_contextvars

from agi.channel import Channel, CommandFailed, HungUp
from agi.promise import NotKept

log = logging.getLogger("agi")

Flow = Callable[[Channel], None]

POLL_S = 0.2
ENVIRONMENT_MAX_S = 5.0  # Asterisk says at once what the call is about; who does not is not Asterisk
IDLE_MAX_S = 1200  # no single command lasts longer; a peer silent for that long is gone
_REF = re.compile(r"[\w-]*\d+\.\d+", re.ASCII)  # Asterisk's linkedid


class Server(socketserver.ThreadingTCPServer):
    """Serves `flows` by request name on a socket that is already listening, to peers on this machine alone.

    `heartbeat` is called at least every 300 ms as long as new calls can be accepted.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, listener: socket.socket, flows: Mapping[str, Flow], *, most: int, heartbeat: Callable[[], None]):
        super().__init__(listener.getsockname(), _Conversation, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        listener.setblocking(False)  # another worker may accept first the connection that woke this one
        self.flows, self.heartbeat = flows, heartbeat
        self.most = most
        self.talking = 0
        self.unheard: dict[socket.socket, float] = {}  # connected at (monotonic), environment not yet read
        self._beat_at = 0.0
        self._count = threading.Condition()
        self._spare = socket.socket()

    def run(self, drain_s: float) -> None:
        """Serves until SIGTERM, or until the reader of the heartbeat is gone; in the main thread.

        Then gives up the address at once, which another worker may need, and lets conversations end for that long.
        """
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
        # shutdown() waits for the loop that this very thread runs: it is asked for from another.
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=self.shutdown).start())
        with suppress(BrokenPipeError):
            self.serve_forever()
        self.server_close()
        self.drain(drain_s)

    def serve_forever(self, poll_interval: float = POLL_S) -> None:
        super().serve_forever(poll_interval)

    def service_actions(self) -> None:
        now = time.monotonic()
        if now < self._beat_at:  # called for each connection; whoever listens is not to be woken by each
            return
        self.heartbeat()
        self._beat_at = now + POLL_S / 2
        patience_ends = now - ENVIRONMENT_MAX_S
        for request in [request for request, since in list(self.unheard.items()) if since < patience_ends]:
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)  # its thread meets the end of the connection

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:  # type: ignore[override]
        try:
            return super().get_request()  # type: ignore[return-value]
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._turn_away()
            raise

    def server_close(self) -> None:
        super().server_close()
        self._spare.close()

    def _turn_away(self) -> None:
        """No descriptor is left, but for the one kept for this: Asterisk is to learn at once that we cannot."""
        log.warning("conversation refused: no file descriptor is left")
        self._spare.close()
        with suppress(OSError):
            self.socket.accept()[0].close()
        self._spare = socket.socket()

    def verify_request(self, request: object, client_address: tuple[str, int]) -> bool:  # type: ignore[override]
        """FastAGI has no authentication: whoever is not on this machine is turned away."""
        if ipaddress.ip_address(client_address[0]).is_loopback:
            return True
        log.warning("connection from %s turned away", client_address[0])
        return False

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Refuses at once when full: the dialplan then goes on to staff without us."""
        with self._count:
            full = self.talking >= self.most
            self.talking += not full
        if full:
            log.warning("conversation refused: %d are under way", self.most)
            self.shutdown_request(request)
            return
        self.unheard[request] = time.monotonic()
        try:
            super().process_request(request, client_address)  # type: ignore[arg-type]
        except RuntimeError as error:
            log.warning("conversation refused: the machine has no thread left (%s)", error)
            self._over(request)
            self.shutdown_request(request)

    def finish_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """One conversation, in its own thread. Its place is free before the peer learns that it has ended."""
        try:
            super().finish_request(request, client_address)
        finally:
            self._over(request)

    def handle_error(self, request: object, client_address: object) -> None:
        log.exception("conversation failed")

    def drain(self, seconds: float) -> bool:
        """Waits for the conversations under way; true when none is left."""
        with self._count:
            return self._count.wait_for(lambda: self.talking == 0, seconds)

    def _over(self, request: socket.socket) -> None:
        self.unheard.pop(request, None)
        with self._count:
            self.talking -= 1
            self._count.notify_all()


def beating(pipe: int) -> Callable[[], None]:
    """A heartbeat that writes to a pipe; BrokenPipeError when nobody is left to read it."""
    os.set_blocking(pipe, False)

    def beat() -> None:
        with suppress(BlockingIOError):  # a reader that is busy elsewhere
            os.write(pipe, b".")

    return beat


class _Conversation(socketserver.StreamRequestHandler):
    server: Server
    disable_nagle_algorithm = True
    timeout = IDLE_MAX_S

    def _acknowledge(self) -> None:
        """At once, not some 40 ms later."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def handle(self) -> None:
        try:
            channel = Channel(self.rfile, self.wfile, self._acknowledge)  # type: ignore[arg-type]
            self.server.unheard.pop(self.request, None)
            flow = self.server.flows.get(channel.request)
            if flow is None:
                log.error("request for an unknown part of a call: %r", channel.request[:40])
                return
            if _REF.fullmatch(channel.argument(1)):  # this thread serves no other call
                bind_contextvars(call=channel.argument(1))
            flow(channel)
        except HungUp:
            pass  # told apart in the flow, which writes it down; here the conversation is over
        except NotKept:
            pass  # the notebook has said why
        except CommandFailed:
            log.exception("Asterisk refused a command")  # the dialplan finds no ROUTE and goes on without us
