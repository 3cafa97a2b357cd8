"""A caller without a telephone: single SIP messages (RFC 3261) from any address of this machine."""

import itertools
import re
import socket
from dataclasses import dataclass

_numbers = itertools.count(1)
_RTP_PACKETS = 5


@dataclass(frozen=True, slots=True)
class InviteResult:
    """The final response to an INVITE: its code, its text, and the header To, with which the dialog goes on."""

    code: int
    text: str
    call_id: str
    to: str


class RawCaller:
    """Calls from `address` to 127.0.0.1:`sip_port`, as many calls at once as one likes; closed at the end of `with`."""

    def __init__(self, sip_port: int, address: str = "127.0.0.1") -> None:
        self._sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sip.bind((address, 0))
        self._sip.connect(("127.0.0.1", sip_port))
        self._sip.settimeout(5)
        self._voice = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._voice.bind((address, 0))
        self._address, self._sip_port = address, sip_port
        self._open: list[InviteResult] = []

    def __enter__(self) -> "RawCaller":
        return self

    def __exit__(self, *_: object) -> None:
        for call in list(self._open):
            self.hang_up(call)
        self._sip.close()
        self._voice.close()

    def invite(
        self, number: str, caller: str = "+33639980001", *, acknowledge: bool = True, speaks: bool = True
    ) -> InviteResult:
        """Calls; an answered call is acknowledged and its caller speaks, unless `acknowledge` or `speaks` is false."""
        call_id = f"raw-{next(_numbers)}-{self._sip.getsockname()[1]}"
        uri = f"sip:{number}@127.0.0.1:{self._sip_port}"
        voice = self._voice.getsockname()[1]
        offer = (
            f"v=0\r\no=- 1 1 IN IP4 {self._address}\r\ns=-\r\nc=IN IP4 {self._address}\r\nt=0 0\r\n"
            f"m=audio {voice} RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
        )
        self._send("INVITE", uri, call_id, f"<{uri}>", caller, offer)
        answer = self._final_response(call_id)
        to = re.search(r"(?mi)^To:\s*(.*?)\s*$", answer)
        assert to
        result = InviteResult(int(answer.split()[1]), answer, call_id, to[1])
        if result.code != 200:
            self._send("ACK", uri, call_id, result.to, caller)
            return result
        self._open.append(result)
        if acknowledge:
            self._send("ACK", uri, call_id, result.to, caller)
            if speaks:
                self._speak(answer)
        return result

    def hang_up(self, call: InviteResult, caller: str = "+33639980001") -> None:
        self._open.remove(call)
        self._send("BYE", f"sip:127.0.0.1:{self._sip_port}", call.call_id, call.to, caller)
        self._final_response(call.call_id, "BYE")

    def _speak(self, answer: str) -> None:
        port = re.search(r"(?m)^m=audio (\d+)", answer)
        assert port
        for number in range(_RTP_PACKETS):
            header = bytes([0x80, 8, 0, number, 0, 0, 0, 0, 0, 0, 0, 1])
            self._voice.sendto(header + b"\xd5" * 160, ("127.0.0.1", int(port[1])))

    def _final_response(self, call_id: str, method: str = "INVITE") -> str:
        """The next final response of this call; retransmitted ones of other calls are passed over."""
        while True:
            message = self._sip.recv(8192).decode()
            is_ours = f"Call-ID: {call_id}\r\n" in message and re.search(rf"(?m)^CSeq: \d+ {method}\r?$", message)
            if is_ours and re.match(r"SIP/2\.0 [2-6]", message):
                return message

    def _send(self, method: str, uri: str, call_id: str, to: str, caller: str, body: str = "") -> None:
        own = f"{self._address}:{self._sip.getsockname()[1]}"
        sequence = 2 if method == "BYE" else 1
        branch = f"{call_id}-{'INVITE' if method == 'ACK' and 'tag=' not in to else method}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{branch}",
            f"From: <sip:{caller}@{own}>;tag={call_id}",
            f"To: {to}",
            f"Call-ID: {call_id}",
            f"CSeq: {sequence} {method}",
            f"Contact: <sip:{own}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._sip.send(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
