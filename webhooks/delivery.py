"""One event posted to one endpoint, over a connection to an address that was checked."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from webhooks.addresses import AddressRefused, Destination, Resolve, addresses, destination, resolved

CONNECT_S = 5.0  # for each address, and for the TLS handshake after it
ANSWER_S = 15.0  # from the request to the end of the answer, however slowly it drips
MOST_READ = 64 * 1024  # of an answer that nobody reads
GONE = 410
FAILURES = (OSError, HTTPError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a post. `status`: HTTP, 0 where none came; `because`: one sentence, empty when it arrived."""

    status: int
    because: str
    asked_s: int = 0

    @property
    def arrived(self) -> bool:
        return not self.because

    @property
    def gone(self) -> bool:
        """The endpoint wants no more events, ever."""
        return self.status == GONE


@dataclass(frozen=True, slots=True)
class Rules:
    """What connections are held to. `context`: whose certificates are believed."""

    context: ssl.SSLContext
    allow_loopback: bool = False
    resolve: Resolve = resolved
    connect_s: float = CONNECT_S
    answer_s: float = ANSWER_S


class AuthoritiesUnreadable(Exception):
    """Nobody's certificate can be believed; one sentence says why and what to do."""


def rules(authorities: str, *, allow_loopback: bool) -> Rules:
    """Believes certificates of the `authorities` (PEM file), of the right name alone. Raises AuthoritiesUnreadable."""
    try:
        return Rules(ssl.create_default_context(cafile=authorities), allow_loopback)
    except OSError as error:
        raise AuthoritiesUnreadable(
            f"The authorities' file {authorities} cannot be read ({error.strerror or error}); install ca-certificates, "
            "or name another file with the setting webhook_authorities."
        ) from None


@dataclass(slots=True)
class Courier:
    """Posts to one URL, one after the other over one connection; `close()` it. Redirects are never followed."""

    url: str
    rules: Rules
    _connection: HTTPConnection | None = field(default=None, init=False)

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Returns what came of it, whatever it was: a name that is gone, a lost connection, an answer."""
        try:
            place = destination(self.url, allow_loopback=self.rules.allow_loopback)
            if self._connection and not self._connection.is_connected:
                self.close()
            self._connection = self._connection or self._connected(place)
            return self._asked(self._connection, place, headers, body)
        except AddressRefused as error:
            return Answer(0, str(error))
        except FAILURES as error:
            self.close()
            return Answer(0, f"The connection failed ({_first_line(error)}).")

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _connected(self, place: Destination) -> HTTPConnection:
        lost: Exception = OSError("the name has no address")
        for address in addresses(place, self.rules.resolve, allow_loopback=self.rules.allow_loopback):
            connection = self._to(address, place)
            try:
                connection.connect()
            except (OSError, HTTPError) as error:
                connection.close()
                lost = error
            else:
                return connection
        raise lost

    def _to(self, address: str, place: Destination) -> HTTPConnection:
        """To the address, and to it alone; the certificate is asked of, and checked for, the URL's own host."""
        if not place.secure:
            return HTTPConnection(address, place.port, timeout=self.rules.connect_s)
        return HTTPSConnection(
            address,
            place.port,
            timeout=self.rules.connect_s,
            server_hostname=place.host,
            ssl_context=self.rules.context,
        )

    def _asked(self, connection: HTTPConnection, place: Destination, headers: Mapping[str, str], body: bytes) -> Answer:
        connection.timeout, latest = self.rules.answer_s, time.monotonic() + self.rules.answer_s
        deadline = threading.Timer(self.rules.answer_s, _cut, [connection.sock])
        deadline.start()
        try:
            whose = {"host": place.authority, **headers}
            connection.request("POST", place.target, body, whose, preload_content=False, decode_content=False)
            response = connection.getresponse()
            if time.monotonic() > latest:
                raise TimeoutError  # what was cut off reads like an answer
            self._read_out(response)
            return _answer(response)
        except FAILURES as error:
            if time.monotonic() > latest:
                raise TimeoutError(f"no answer within {self.rules.answer_s:g} s") from error
            raise
        finally:
            deadline.cancel()

    def _read_out(self, response: BaseHTTPResponse) -> None:
        """The status says everything; the rest is read so that the connection can serve again."""
        try:
            whole = len(response.read(MOST_READ + 1)) <= MOST_READ
        except FAILURES:
            whole = False
        if not whole:
            self.close()


def _answer(response: BaseHTTPResponse) -> Answer:
    status = response.status
    if 200 <= status < 300:
        return Answer(status, "")
    asked = response.headers.get("retry-after", "")
    asked_s = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    if 300 <= status < 400:
        return Answer(status, f"It answered {status}; redirects are not followed: give the final address.", asked_s)
    return Answer(status, f"It answered {status}.", asked_s)


def _cut(sock: socket.socket) -> None:
    """Ends whatever waits on it, in whichever thread; TLS is not asked, since the other end may not answer."""
    with suppress(OSError):  # it has ended meanwhile
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _first_line(error: Exception) -> str:
    said = (str(error) or type(error).__name__).splitlines()[0]
    return said.rpartition("): ")[2]  # urllib3 puts its own object before
