"""A SIP client over UDP that sends what a test writes, registers with digest authentication, and reads what arrives."""

import hashlib
import re
import secrets
import socket
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

TIMEOUT_S = 5.0


class SipClient:
    """One socket of 127.0.0.1, or of `source` (at `own_port`), that talks with the Asterisk at `port`."""

    def __init__(self, port: int, *, source: str = "127.0.0.1", own_port: int = 0) -> None:
        self._server = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((source, own_port))
        self.host, self.port = self._socket.getsockname()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def request(
        self,
        method: str,
        uri: str,
        *,
        from_address: str = "<sip:somebody@127.0.0.1>",
        to_address: str = "",
        headers: Mapping[str, str] | None = None,
        call_id: str = "",
        number: int = 1,
    ) -> str:
        """The text of a request; `headers` are added to those that every request has."""
        rows = {
            "Via": f"SIP/2.0/UDP {self.address};rport;branch=z9hG4bK{secrets.token_hex(8)}",
            "Max-Forwards": "70",
            "From": f"{from_address};tag={secrets.token_hex(4)}",
            "To": to_address or f"<{uri}>",
            "Call-ID": call_id or secrets.token_hex(8),
            "CSeq": f"{number} {method}",
            **(headers or {}),
            "Content-Length": "0",
        }
        return "\r\n".join([f"{method} {uri} SIP/2.0", *(f"{key}: {value}" for key, value in rows.items()), "", ""])

    def send(self, text: str | bytes) -> None:
        self._socket.sendto(text.encode() if isinstance(text, str) else text, self._server)

    def receive(self, timeout_s: float = TIMEOUT_S, start: str = "SIP/2.0 ") -> str:
        """The next message that begins with `start`; "" if none arrives in time. OPTIONS requests are answered."""
        ends = time.monotonic() + timeout_s
        while (left := ends - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                text = self._socket.recv(65535).decode(errors="replace")
            except TimeoutError:
                return ""
            if text.startswith("OPTIONS "):
                self.send(response(text, "200 OK"))
            if text.startswith(start):
                return text
        return ""

    def ask(self, text: str, timeout_s: float = TIMEOUT_S) -> str:
        """The final answer to a request; "" if none arrives in time."""
        self.send(text)
        while (answer := self.receive(timeout_s)).startswith("SIP/2.0 1"):
            pass
        return answer

    def register(self, user: str, password: str, contact: str = "", *, name: str = "") -> str:
        """Registers an account with this Contact, by default this socket's address; returns the last answer."""
        uri = f"sip:127.0.0.1:{self._server[1]}"
        rows = {"Contact": contact or f"<sip:{user}@{self.address}>", "Expires": "300"}
        who = {"from_address": f"{name}<sip:{user}@127.0.0.1>", "to_address": f"<sip:{user}@127.0.0.1>"}
        return self.ask_with_password("REGISTER", uri, user, password, rows, **who)

    def ask_with_password(
        self, method: str, uri: str, user: str, password: str, headers: Mapping[str, str], **who: str
    ) -> str:
        """The answer to a request that is repeated with the password once it is challenged."""
        refused = self.begin_with_password(method, uri, user, password, headers, **who)
        if refused:
            return refused
        while (answer := self.receive()).startswith("SIP/2.0 1"):
            pass
        return answer

    def begin_with_password(
        self, method: str, uri: str, user: str, password: str, headers: Mapping[str, str], **who: str
    ) -> str:
        """Sends the request, and again with the password. Returns the first answer if it is no challenge, else ""."""
        call_id = secrets.token_hex(8)
        first = self.ask(self.request(method, uri, headers=headers, call_id=call_id, **who))
        if not first.startswith("SIP/2.0 401"):
            return first
        again = {**headers, "Authorization": digest(first, method, uri, user, password)}
        self.send(self.request(method, uri, headers=again, call_id=call_id, number=2, **who))
        return ""


def digest(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The Authorization header that answers a 401 (RFC 2617, MD5, qop auth)."""
    given = dict(
        re.findall(r'(\w+)="?([^",\r\n]*)"?', challenge.partition("WWW-Authenticate:")[2].partition("\r\n")[0])
    )
    secret = _md5(f"{user}:{given['realm']}:{password}")
    own, count = secrets.token_hex(4), "00000001"
    answer = _md5(f"{secret}:{given['nonce']}:{count}:{own}:auth:{_md5(f'{method}:{uri}')}")
    return (
        f'Digest username="{user}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{uri}", '
        f'response="{answer}", algorithm=MD5, opaque="{given.get("opaque", "")}", qop=auth, nc={count}, cnonce="{own}"'
    )


def response(request: str, status: str, headers: Mapping[str, str] | None = None, body: str = "") -> str:
    """An answer to a request, in its dialog."""
    kept = [line for line in request.split("\r\n") if re.match(r"(Via|From|To|Call-ID|CSeq|Record-Route):", line)]
    kept = [f"{line};tag=test" if line.startswith("To:") and ";tag=" not in line else line for line in kept]
    rows = [f"{key}: {value}" for key, value in (headers or {}).items()]
    return "\r\n".join([f"SIP/2.0 {status}", *kept, *rows, f"Content-Length: {len(body)}", "", body])


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
