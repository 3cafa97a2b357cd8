"""Posting events to an endpoint, over a connection to a checked address."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from webhooks.destinations import (
    AddressRefused,
    Destination,
    Resolve,
    parse_destination,
    resolve_host,
    resolve_public_addresses,
)

CONNECT_TIMEOUT_S = 5.0  # for each address; the TLS handshake has as long again
RESPONSE_TIMEOUT_S = 15.0  # from the request to the end of the response, also when it arrives in drops
MAX_RESPONSE_BYTES = 64 * 1024  # the body is read and dropped, so that the connection can be used again
HTTP_GONE = 410
CONNECTION_ERRORS = (OSError, HTTPError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The outcome of one delivery. `status`: of HTTP, 0 without a response; `error`: one sentence, empty on success.

    `retry_after_s`: the seconds that the endpoint asked us to wait; 0 if it did not.
    """

    status: int
    error: str
    retry_after_s: int = 0

    @property
    def delivered(self) -> bool:
        return not self.error

    @property
    def endpoint_gone(self) -> bool:
        """Whether the endpoint answered that it wants no more events (410)."""
        return self.status == HTTP_GONE


@dataclass(frozen=True, slots=True)
class ConnectionRules:
    """The rules of every connection. `ssl_context()` decides which certificates are trusted."""

    ssl_context: Callable[[], ssl.SSLContext]
    allow_loopback: bool = False
    resolve: Resolve = resolve_host
    connect_timeout_s: float = CONNECT_TIMEOUT_S
    response_timeout_s: float = RESPONSE_TIMEOUT_S


class CaFileUnreadable(Exception):
    """The file of trusted certificates cannot be read; str() is one sentence that says why and what to do."""


def build_connection_rules(ca_file: str, *, allow_loopback: bool) -> ConnectionRules:
    """Rules that trust the certificate authorities in `ca_file` (PEM) and check host names. Raises CaFileUnreadable.

    All authorities of a machine take 10 MB of memory, so they are kept from the first encrypted connection on.
    """
    try:
        ssl.create_default_context(cafile=ca_file)
        return ConnectionRules(cache(partial(ssl.create_default_context, cafile=ca_file)), allow_loopback)
    except OSError as error:
        raise CaFileUnreadable(
            f"The authorities' file {ca_file} cannot be read ({error.strerror or error}); install ca-certificates, "
            "or name another file with the setting webhook_authorities."
        ) from None


@dataclass(slots=True)
class HttpSender:
    """Posts to one URL over one connection, one event at a time; `close()` it. Redirects are never followed."""

    url: str
    rules: ConnectionRules
    _connection: HTTPConnection | None = field(default=None, init=False)

    def post(self, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
        """The outcome; it raises nothing for an address that is refused, a lost connection or an error response."""
        try:
            destination = parse_destination(self.url, allow_loopback=self.rules.allow_loopback)
            if self._connection and not self._connection.is_connected:
                self.close()
            self._connection = self._connection or self._connect(destination)
            return self._send(self._connection, destination, headers, body)
        except AddressRefused as error:
            return DeliveryResult(0, str(error))
        except CONNECTION_ERRORS as error:
            self.close()
            return DeliveryResult(0, f"The connection failed ({_error_text(error)}).")

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _connect(self, destination: Destination) -> HTTPConnection:
        failure: Exception = OSError("the name has no address")
        for address in resolve_public_addresses(
            destination, self.rules.resolve, allow_loopback=self.rules.allow_loopback
        ):
            connection = self._connection_to(address, destination)
            try:
                connection.connect()
            except (OSError, HTTPError) as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    def _connection_to(self, address: str, destination: Destination) -> HTTPConnection:
        """A connection to this address only; SNI and the certificate check use the URL's host name."""
        if not destination.secure:
            return HTTPConnection(address, destination.port, timeout=self.rules.connect_timeout_s)
        return HTTPSConnection(
            address,
            destination.port,
            timeout=self.rules.connect_timeout_s,
            server_hostname=destination.host,
            ssl_context=self.rules.ssl_context(),
        )

    def _send(
        self, connection: HTTPConnection, destination: Destination, headers: Mapping[str, str], body: bytes
    ) -> DeliveryResult:
        timeout_s = self.rules.response_timeout_s
        connection.timeout, deadline = timeout_s, time.monotonic() + timeout_s
        timer = threading.Timer(timeout_s, _abort, [connection.sock])
        timer.start()
        try:
            sent = {"host": destination.authority, **headers}
            connection.request("POST", destination.target, body, sent, preload_content=False, decode_content=False)
            response = connection.getresponse()
            if time.monotonic() > deadline:
                raise TimeoutError  # a truncated response looks like a complete one
            self._drain(response)
            return _result_of(response)
        except CONNECTION_ERRORS as error:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no answer within {timeout_s:g} s") from error
            raise
        finally:
            timer.cancel()

    def _drain(self, response: BaseHTTPResponse) -> None:
        """Reads the body to its end, so that the connection can be used again; closes it when the body is too long."""
        try:
            complete = len(response.read(MAX_RESPONSE_BYTES + 1)) <= MAX_RESPONSE_BYTES
        except CONNECTION_ERRORS:
            complete = False
        if not complete:
            self.close()


def _result_of(response: BaseHTTPResponse) -> DeliveryResult:
    status = response.status
    if 200 <= status < 300:
        return DeliveryResult(status, "")
    header = response.headers.get("retry-after", "")
    retry_after_s = int(header) if header.isascii() and header.isdigit() and len(header) < 10 else 0
    if 300 <= status < 400:
        return DeliveryResult(
            status, f"It answered {status}; redirects are not followed: give the final address.", retry_after_s
        )
    return DeliveryResult(status, f"It answered {status}.", retry_after_s)


def _abort(sock: socket.socket) -> None:
    """Ends every wait on the socket, in any thread; without a TLS close, which could wait for the other end."""
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _error_text(error: Exception) -> str:
    text = (str(error) or type(error).__name__).splitlines()[0]
    return text.rpartition("): ")[2]  # without the connection object that urllib3 puts first
