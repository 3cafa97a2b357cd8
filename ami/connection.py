"""A connection to Asterisk's manager interface (AMI). A connection that is lost is not restored but replaced.

No action is ever sent twice. When the connection is lost, each caller that waits for an answer gets ConnectionLost at
once, and cannot know whether the action was done; it must read the state of Asterisk before it acts again.
AMI: https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Manager-Interface-AMI/
"""

import asyncio
import codecs
import logging
import unicodedata
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

log = logging.getLogger("switch")

WRONG_PASSWORD = "Authentication failed"
"""What Asterisk answers to a login with a wrong name or password, and to nothing else (main/manager.c)."""
PING_S = 2.0
ANSWER_S = 2.5  # together with PING_S: a silent peer is noticed within 4.5 s

Headers = Mapping[str, str]
"""An AMI message; headers are spelt as in Asterisk's documentation."""


class ConnectionLost(Exception):
    """There is no connection; an action that was not answered may or may not have been done."""


class ActionRejected(Exception):
    """Asterisk rejected the action; the text is its reason."""


class LoginRejected(Exception):
    """Asterisk rejected the user name and password. A retry would not help."""


class InvalidHeaderValue(ValueError):
    """A value that AMI would read as more than one header; text that people wrote must never be sent."""


@dataclass(frozen=True, slots=True)
class AmiLogin:
    """The address of AMI, and our user name and password there."""

    port: int
    user: str
    password: str = field(repr=False)
    host: str = "127.0.0.1"


def always_allowed() -> None:
    """The check of a connection that may act at any time."""


class AmiConnection:
    """A connection that is logged in; see `open_connection`. Many tasks may call `send_action` at once."""

    def __init__(self, manager: Manager, check_allowed: Callable[[], None]) -> None:
        self._manager, self._check_allowed = manager, check_allowed
        self._pending: set[asyncio.Future[Any]] = set()
        self._closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def send_action(self, action: str, **headers: str | tuple[str, ...]) -> tuple[Headers, ...]:
        """Asterisk's answer; the entries only when it is a list. A header with several values is sent once for each.

        Raises ActionRejected, ConnectionLost, InvalidHeaderValue for a value with a control character or a comma, and
        what `check_allowed` raises.
        """
        self._check_allowed()
        if self._closed.done():
            raise ConnectionLost(self._closed.result())
        pending = _PendingAction({"Action": action} | {name: _check_values(value) for name, value in headers.items()})
        self._pending.add(pending.future)
        self._manager.send_action(pending)
        try:
            async with asyncio.timeout(ANSWER_S):
                messages = await pending.future
        except TimeoutError:
            self.close(f"Asterisk did not answer within {ANSWER_S:g} s")
            raise ConnectionLost(self._closed.result()) from None
        finally:
            self._pending.discard(pending.future)
        response, *entries = (dict(message.items()) for message in messages)
        if response.get("Response") != "Success":
            raise ActionRejected(str(response.get("Message")))
        return tuple(entries[:-1]) if entries else (response,)

    async def keep_alive(self) -> NoReturn:
        """Sends Ping regularly. Raises ConnectionLost when it is not answered."""
        while True:
            await asyncio.wait([self._closed], timeout=PING_S)
            await self.send_action("Ping")

    def close(self, reason: str) -> None:
        """Ends the connection; every unanswered action raises ConnectionLost at once."""
        if not self._closed.done():
            self._closed.set_result(reason)
        for future in self._pending:
            if not future.done():
                future.set_exception(ConnectionLost(reason))
        self._manager.close()


@asynccontextmanager
async def open_connection(
    login: AmiLogin, on_event: Callable[[Headers], None], check_allowed: Callable[[], None] = always_allowed
) -> AsyncIterator[AmiConnection]:
    """A connection for the block; `on_event` is called with each event, `check_allowed` before each action.

    Raises ConnectionLost when nobody answers, or while Asterisk takes no login; LoginRejected for a wrong password.
    """
    manager = _Manager(
        host=login.host,
        port=login.port,
        username=login.user,
        secret=_check_value(login.password),
        loop=asyncio.get_running_loop(),
        protocol_factory=_Protocol,
        forgetable_actions=_ContainsAll(),
    )
    connection = AmiConnection(manager, check_allowed)
    manager.on_event, manager.on_lost = on_event, connection.close
    try:
        async with asyncio.timeout(ANSWER_S):
            await manager.connect()
            welcome = await _answer_or_close(manager.authenticated_future, connection)
    except (TimeoutError, OSError) as error:
        reason = str(error) or "no answer"
        raise ConnectionLost(f"Asterisk cannot be reached on {login.host}:{login.port} ({reason})") from None
    finally:
        if not manager.authenticated:
            manager.close()
    if not welcome.success:
        reason = str(dict(welcome.items()).get("Message"))
        if reason != WRONG_PASSWORD:  # such as "Asterisk is shutting down": another attempt may succeed
            raise ConnectionLost(f"Asterisk takes no login ({reason})")
        raise LoginRejected("Asterisk rejects our name and password; restart the server, which renews both sides.")
    try:
        yield connection
    finally:
        connection.close("closed by ourselves")


async def _answer_or_close(future: asyncio.Future[Any], connection: AmiConnection) -> Any:
    await asyncio.wait([future, connection._closed], return_when=asyncio.FIRST_COMPLETED)
    if not future.done():
        raise OSError(connection._closed.result())
    return future.result()


def _check_values(value: str | tuple[str, ...]) -> str | list[str]:
    return _check_value(value) if isinstance(value, str) else [_check_value(one) for one in value]


def _check_value(value: str) -> str:
    """A line break ends a header, and Asterisk splits some headers at commas."""
    if "," in value or any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise InvalidHeaderValue("A value for Asterisk may contain neither control characters nor commas.")
    return value


class _ContainsAll:
    """Makes every action forgettable, so that panoramisk sends none again on another connection."""

    def __contains__(self, _action: object) -> bool:
        return True


class _PendingAction(Action):
    """Complete with the answer, or with the end of the list that the answer announces."""

    def add_message(self, message: Any) -> bool:
        self.responses.append(message)
        announced = self.responses[0].get("EventList", "").lower() == "start"
        complete = not announced or message.get("EventList", "").lower() in ("complete", "cancelled")
        if complete and not self.future.done():
            self.future.set_result(self.responses)
        return complete


class _Protocol(AMIProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def data_received(self, data: bytes) -> None:
        """A character may be split over two segments, which must not be decoded separately."""
        super().data_received(self._decoder.decode(data).encode())

    def handle_message(self, message: Any) -> None:
        try:
            super().handle_message(message)
        except Exception as error:  # raised, it would end the connection; its text may contain phone numbers
            log.error("an AMI message was skipped: %s", type(error).__name__)


class _Manager(Manager):
    """Connects once. `AmiConnection` sends the pings, and ami/reconnection.py reconnects."""

    on_event: Callable[[Headers], None]
    on_lost: Callable[[str], None]

    def connection_made(self, connecting: asyncio.Future[Any]) -> None:
        if not connecting.cancelled() and not connecting.exception():
            super().connection_made(connecting)

    def connection_lost(self, exc: object) -> None:
        self.on_lost("the connection ended")

    def dispatch(self, event: Any) -> None:
        self.on_event(dict(event.items()))

    def ping(self) -> None:
        pass
