"""A telephone that hangs up as soon as it has answered: BYE follows ACK at once (RFC 3261 §15)."""

import re
import socket
import threading
from types import TracebackType

_ANSWER = (
    "v=0\r\no=- 1 1 IN IP4 {me}\r\ns=-\r\nc=IN IP4 {me}\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)


class HangUpOnAnswerPhone:
    """Answers calls at `address` over UDP while it is entered, and counts them."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._me = "{}:{}".format(*address)
        self.calls = 0
        self._answered: dict[str, str] = {}
        self._serving = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "HangUpOnAnswerPhone":
        self._serving.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.sendto(b"", self._socket.getsockname())  # which nobody else sends
        self._serving.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            message, caller = self._socket.recvfrom(8192)
            text = message.decode()
            if not text:
                return
            if text.startswith("INVITE "):
                self._answered[_header("Call-ID", text)] = text
                self._socket.sendto(self._answer(text), caller)
            elif text.startswith("ACK ") and (invite := self._answered.pop(_header("Call-ID", text), None)):
                self._socket.sendto(self._bye(invite), caller)
                self.calls += 1

    def _answer(self, invite: str) -> bytes:
        body = _ANSWER.format(me=self._me.partition(":")[0])
        route = re.findall(r"(?mi)^(?:Via|Record-Route):.*$", invite.replace("\r", ""))
        lines = ["SIP/2.0 200 OK", *route, f"From: {_header('From', invite)}", f"To: {_header('To', invite)};tag=hasty"]
        lines += [f"Call-ID: {_header('Call-ID', invite)}", f"CSeq: {_header('CSeq', invite)}"]
        return self._message(lines, body, "Content-Type: application/sdp")

    def _bye(self, invite: str) -> bytes:
        to = re.search(r"<([^>]+)>", _header("Contact", invite))
        assert to
        lines = [f"BYE {to[1]} SIP/2.0", f"Via: SIP/2.0/UDP {self._me};branch=z9hG4bK-{_header('Call-ID', invite)}"]
        lines += [f"From: {_header('To', invite)};tag=hasty", f"To: {_header('From', invite)}"]
        return self._message([*lines, f"Call-ID: {_header('Call-ID', invite)}", "CSeq: 1 BYE", "Max-Forwards: 70"])

    def _message(self, lines: list[str], body: str = "", *more: str) -> bytes:
        lines += [f"Contact: <sip:{self._me}>", *more, f"Content-Length: {len(body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def _header(name: str, message: str) -> str:
    found = re.search(rf"(?mi)^{name}:\s*(.*?)\s*$", message.replace("\r", ""))
    assert found, f"{name} in {message}"
    return found[1]
