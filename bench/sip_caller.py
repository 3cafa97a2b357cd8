"""A minimal SIP caller (RFC 3261): one call at a time, timed by the same clock as its voice."""

import itertools
import re
import socket
import time
from dataclasses import dataclass

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """A call that was answered; `sent` and `answered` are monotonic seconds of the INVITE and of its 200.

    `voice_port`: where the other side receives voice.
    """

    sent: float
    answered: float
    call_id: str
    to: str
    voice_port: int


class CallRefused(ConnectionError):
    """Any final response but 200; the text is its first line. `after_s` is the time since the INVITE, in seconds."""

    def __init__(self, response: str, after_s: float) -> None:
        super().__init__(response)
        self.after_s = after_s


class SipCaller:
    """Calls `number` at 127.0.0.1:`sip_port`, and receives voice at `voice_port`."""

    def __init__(self, sip_port: int, number: str, voice_port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.connect(("127.0.0.1", sip_port))
        self._socket.settimeout(5)
        self._port = self._socket.getsockname()[1]
        self._uri, self._voice_port = f"sip:{number}@127.0.0.1:{sip_port}", voice_port

    def call(self, caller: str) -> AnsweredCall:
        """Raises TimeoutError, CallRefused for any answer but 200."""
        reference = f"{next(_numbers)}-{time.time_ns()}"
        offer = (
            f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {self._voice_port} "
            "RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n"
        )
        invite = self._request("INVITE", 1, reference, f"<{self._uri}>", caller, offer)
        sent = time.monotonic()
        self._socket.send(invite)
        answer = self._final(reference)
        answered = time.monotonic()
        to = re.search(r"(?mi)^To:\s*(.*?)\s*$", answer)
        assert to
        if not answer.startswith("SIP/2.0 200"):
            # The ACK of a refusal belongs to the transaction of its INVITE (RFC 3261 §17.1.1.3).
            refused = self._request("ACK", 1, reference, to[1], caller).replace(b"-ACK\r\n", b"-INVITE\r\n", 1)
            self._socket.send(refused)
            raise CallRefused(answer.partition("\r\n")[0], answered - sent)
        voice = re.search(r"(?m)^m=audio (\d+)", answer)
        assert voice
        call = AnsweredCall(sent, answered, reference, to[1], int(voice[1]))
        self._socket.send(self._request("ACK", 1, reference, call.to, caller))
        return call

    def hang_up(self, call: AnsweredCall, caller: str) -> None:
        self._socket.send(self._request("BYE", 2, call.call_id, call.to, caller))
        self._final(call.call_id)

    def close(self) -> None:
        self._socket.close()

    def _final(self, reference: str) -> str:
        """The next final response of this call; one of an earlier call that is sent again is passed over."""
        while True:
            message = self._socket.recv(8192).decode()
            is_final = message.startswith("SIP/2.0") and not message.startswith("SIP/2.0 1")
            if is_final and f"Call-ID: {reference}\r\n" in message:
                return message

    def _request(self, method: str, number: int, reference: str, to: str, caller: str, body: str = "") -> bytes:
        own = f"127.0.0.1:{self._port}"
        lines = [
            f"{method} {self._uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{reference}-{method}",
            f"From: <sip:{caller}@{own}>;tag={reference}",
            f"To: {to}",
            f"Call-ID: {reference}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{own}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
