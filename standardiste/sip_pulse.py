"""Whether Asterisk still speaks SIP, asked without waiting: OPTIONS (RFC 3261, section 11), and any answer will do."""

import secrets
import socket
from contextlib import suppress

_OPTIONS = (
    "OPTIONS sip:{host}:{port} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP {own};rport;branch=z9hG4bK{branch}\r\n"
    "Max-Forwards: 1\r\n"
    "From: <sip:pulse@{own}>;tag={branch}\r\n"
    "To: <sip:{host}:{port}>\r\n"
    "Call-ID: {branch}\r\n"
    "CSeq: 1 OPTIONS\r\n"
    "Content-Length: 0\r\n\r\n"
)


class SipPulse:
    """`unanswered` counts the questions since the last answer. Nothing is asked, nor is a port held, until `feel`."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self.unanswered = 0

    def feel(self) -> None:
        """Takes in what has been answered, and asks once more. Never waits, never fails."""
        with suppress(OSError):  # nobody listens there any more: no answer either
            if self._heard():
                self.unanswered = 0
        self.unanswered += 1
        with suppress(OSError):
            self._ask()

    def rest(self) -> None:
        """Nobody has to be asked any more."""
        self.unanswered = 0
        if self._socket:
            self._socket.close()
            self._socket = None

    def _heard(self) -> bool:
        try:
            return self._socket is not None and self._socket.recv(2000).startswith(b"SIP/2.0 ")
        except BlockingIOError:
            return False

    def _ask(self) -> None:
        asker = self._socket or socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket = asker
        asker.setblocking(False)
        asker.connect(self._address)
        host, port = self._address
        own = "{}:{}".format(*asker.getsockname())
        asker.send(_OPTIONS.format(host=host, port=port, own=own, branch=secrets.token_hex(8)).encode())
