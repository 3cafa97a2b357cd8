"""Probes Asterisk by SIP OPTIONS requests (RFC 3261, section 11): any response counts, and nothing blocks."""

import secrets
import socket
from contextlib import suppress

_OPTIONS = (
    "OPTIONS sip:{host}:{port} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP {own};rport;branch=z9hG4bK{branch}\r\n"
    "Max-Forwards: 1\r\n"
    "From: <sip:probe@{own}>;tag={branch}\r\n"
    "To: <sip:{host}:{port}>\r\n"
    "Call-ID: {branch}\r\n"
    "CSeq: 1 OPTIONS\r\n"
    "Content-Length: 0\r\n\r\n"
)


class SipProbe:
    """`unanswered_count`: requests since the last answer. No socket is open before the first `poll`."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self.unanswered_count = 0

    def poll(self) -> None:
        """Reads the answers that have arrived and sends another request. Never waits, never raises."""
        with suppress(OSError):  # the port is closed: no answer
            if self._receive_answer():
                self.unanswered_count = 0
        self.unanswered_count += 1
        with suppress(OSError):
            self._send_options()

    def reset(self) -> None:
        """Closes the socket until the next `poll`."""
        self.unanswered_count = 0
        if self._socket:
            self._socket.close()
            self._socket = None

    def _receive_answer(self) -> bool:
        try:
            return self._socket is not None and self._socket.recv(2000).startswith(b"SIP/2.0 ")
        except BlockingIOError:
            return False

    def _send_options(self) -> None:
        client = self._socket or socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket = client
        client.setblocking(False)
        client.connect(self._address)
        host, port = self._address
        own = "{}:{}".format(*client.getsockname())
        client.send(_OPTIONS.format(host=host, port=port, own=own, branch=secrets.token_hex(8)).encode())
