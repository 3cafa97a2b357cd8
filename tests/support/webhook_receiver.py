"""A receiver of webhooks for tests: a web server with a certificate of its own authority."""

import ssl
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

HOST = "hooks.example.org"
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")


class CertificateAuthority:
    """A certificate authority; `certificate` is its own certificate."""

    def __init__(self, folder: Path) -> None:
        self.certificate, self._key, self._folder = folder / "authority.pem", folder / "authority.key", folder
        ours = ("-keyout", self._key, "-out", self.certificate, "-subj", "/CN=An authority of tests")
        _openssl(*ours, "-addext", "keyUsage=critical,keyCertSign")

    def server_context(self, *names: str) -> ssl.SSLContext:
        """The TLS context of a server with these names."""
        made = self._folder / f"{names[0]}.pem"
        alternatives = ",".join(f"DNS:{name}" for name in names)
        signers = ("-CA", self.certificate, "-CAkey", self._key)
        _openssl(
            *("-keyout", made, "-out", made.with_suffix(".crt"), "-subj", f"/CN={names[0]}", *signers),
            *("-addext", f"subjectAltName={alternatives}", "-addext", "basicConstraints=critical,CA:FALSE"),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made.with_suffix(".crt"), made)
        return context


def _openssl(*options: str | Path) -> None:
    subprocess.run(["openssl", "req", "-x509", *EC, *options], check=True, capture_output=True)


@dataclass
class Reply:
    """An answer. `before` is called first, with the output stream, so that an answer can be late or malformed."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    before: Callable[[Callable[[bytes], Any]], object] | None = None


@dataclass(frozen=True)
class ReceivedWebhook:
    path: str
    headers: dict[str, str]
    body: bytes
    port: int
    """The sender's address, the same for all requests of one connection."""

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified_payload(self, secret: str) -> dict[str, Any]:
        """The payload, after the library of the specification has verified the signature."""
        checked: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return checked


class WebhookReceiver:
    """Sends `replies` in turn, the last one repeatedly; stores what it `received`, and the requested server names."""

    def __init__(self, context: ssl.SSLContext | None, *replies: Reply) -> None:
        self.received: list[ReceivedWebhook] = []
        self.sni_names: list[str | None] = []
        self._replies = list(replies) or [Reply()]
        self._secure = context is not None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(), bind_and_activate=True)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # senders hang up as they like
        if context:
            context.sni_callback = lambda _socket, name, _context: self.sni_names.append(name)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02])

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def url(self, host: str = HOST) -> str:
        return f"{'https' if self._secure else 'http'}://{host}:{self.port}/hook?from=tests"

    def __enter__(self) -> "WebhookReceiver":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _reply(self) -> Reply:
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(ReceivedWebhook(self.path, headers, body, self.client_address[1]))
                reply = receiver._reply()
                if reply.before:
                    reply.before(self.wfile.write)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


StartReceiver = Callable[..., WebhookReceiver]
"""See the fixture `receive` of tests/webhooks."""
AddEndpoint = Callable[..., str]
"""See the fixture `listen` of tests/webhooks."""
