"""The FastAGI server: a thread per conversation, bounded; a heartbeat from the loop that accepts."""

import logging
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping

from agi.channel import Channel, CommandFailed, HungUp

log = logging.getLogger("agi")

Flow = Callable[[Channel], None]

IDLE_MAX_S = 1200  # no single command lasts longer; a peer silent for that long is gone


class Server(socketserver.ThreadingTCPServer):
    """Serves `flows` by request name on a socket that is already listening.

    `heartbeat` is called at least every 200 ms as long as new calls can be accepted.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, listener: socket.socket, flows: Mapping[str, Flow], *, most: int, heartbeat: Callable[[], None]):
        super().__init__(listener.getsockname(), _Conversation, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.flows, self.heartbeat = flows, heartbeat
        self.places = threading.Semaphore(most)
        self.most = most
        self.talking = 0
        self._quiet = threading.Condition()

    def service_actions(self) -> None:
        self.heartbeat()

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Refuses at once when full: the dialplan then goes on to staff without us."""
        if not self.places.acquire(blocking=False):
            log.warning("conversation refused: %d are under way", self.most)
            self.shutdown_request(request)
            return
        with self._quiet:
            self.talking += 1
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self.places.release()
            with self._quiet:
                self.talking -= 1
                self._quiet.notify_all()

    def handle_error(self, request: object, client_address: object) -> None:
        log.exception("conversation failed")

    def drain(self, seconds: float) -> bool:
        """Waits for the conversations under way; true when none is left."""
        with self._quiet:
            return self._quiet.wait_for(lambda: self.talking == 0, seconds)


class _Conversation(socketserver.StreamRequestHandler):
    server: Server
    disable_nagle_algorithm = True
    timeout = IDLE_MAX_S

    def handle(self) -> None:
        try:
            channel = Channel(self.rfile, self.wfile)  # type: ignore[arg-type]
            flow = self.server.flows.get(channel.request)
            if flow is None:
                log.error("request for an unknown part of a call: %r", channel.request[:40])
                return
            flow(channel)
        except HungUp:
            pass  # told apart in the flow, which writes it down; here the conversation is over
        except CommandFailed:
            log.exception("Asterisk refused a command")  # the dialplan finds no ROUTE and goes on without us
