"""The link to Asterisk's manager interface (AMI): one connection, which is never mended but replaced.

Nothing is ever sent twice: whoever asked something of a link that is lost hears LinkLost at once, and cannot know
whether it was done; he looks at the state of Asterisk before he asks again.
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

PING_S = 2.0
ANSWER_S = 2.5  # with PING_S: a peer that has fallen silent is noticed within 4.5 s

Headers = Mapping[str, str]
"""A message of Asterisk's; headers are spelt as in its documentation."""


class LinkLost(Exception):
    """There is no link, or none any more; what was asked and not answered may have been done."""


class Refused(Exception):
    """Asterisk will not do what was asked; the text is its reason."""


class WrongPassword(Exception):
    """Asterisk does not know us under this name and password. Asking again would not help."""


class Unsayable(ValueError):
    """A value that AMI would read as something else; it must never come from what people write."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where AMI is, and who we are there."""

    port: int
    user: str
    password: str = field(repr=False)
    host: str = "127.0.0.1"


def always() -> None:
    """For who may act at any time."""


class Link:
    """A connection that is logged in; made by `linked`. `ask` may be called by many tasks at once."""

    def __init__(self, manager: Manager, allowed: Callable[[], None]) -> None:
        self._manager, self._allowed = manager, allowed
        self._unanswered: set[asyncio.Future[Any]] = set()
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def ask(self, action: str, **headers: str | tuple[str, ...]) -> tuple[Headers, ...]:
        """Asterisk's answer; where it is a list, its entries alone. A header with several values is said once for each.

        Raises Refused, LinkLost, Unsayable for a value with a control character or a comma, and what `allowed` raises.
        """
        self._allowed()
        if self._lost.done():
            raise LinkLost(self._lost.result())
        asked = _Asked({"Action": action} | {name: _sayable_all(value) for name, value in headers.items()})
        self._unanswered.add(asked.future)
        self._manager.send_action(asked)
        try:
            async with asyncio.timeout(ANSWER_S):
                messages = await asked.future
        except TimeoutError:
            self.lose(f"Asterisk did not answer within {ANSWER_S:g} s")
            raise LinkLost(self._lost.result()) from None
        finally:
            self._unanswered.discard(asked.future)
        response, *entries = (dict(message.items()) for message in messages)
        if response.get("Response") != "Success":
            raise Refused(str(response.get("Message")))
        return tuple(entries[:-1]) if entries else (response,)

    async def watch(self) -> NoReturn:
        """Asks for a sign of life again and again. Raises LinkLost when there is none any more."""
        while True:
            await asyncio.wait([self._lost], timeout=PING_S)
            await self.ask("Ping")

    def lose(self, reason: str) -> None:
        """The end of this link; everything unanswered is told at once."""
        if not self._lost.done():
            self._lost.set_result(reason)
        for future in self._unanswered:
            if not future.done():
                future.set_exception(LinkLost(reason))
        self._manager.close()


@asynccontextmanager
async def linked(
    account: Account, hear: Callable[[Headers], None], allowed: Callable[[], None] = always
) -> AsyncIterator[Link]:
    """A link for as long as the block lasts; `hear` is called with each event, `allowed` before each action.

    Raises LinkLost when nobody answers, WrongPassword.
    """
    manager = _Manager(
        host=account.host,
        port=account.port,
        username=account.user,
        secret=_sayable(account.password),
        loop=asyncio.get_running_loop(),
        protocol_factory=_Protocol,
        forgetable_actions=_Everything(),
    )
    link = Link(manager, allowed)
    manager.hear, manager.lost = hear, link.lose
    try:
        async with asyncio.timeout(ANSWER_S):
            await manager.connect()
            welcome = await _answer_or_loss(manager.authenticated_future, link)
    except (TimeoutError, OSError) as error:
        reason = str(error) or "silence"
        raise LinkLost(f"Asterisk cannot be reached on {account.host}:{account.port} ({reason})") from None
    finally:
        if not manager.authenticated:
            manager.close()
    if not welcome.success:
        raise WrongPassword("Asterisk refuses our name and password; restart the server, which renews both sides.")
    try:
        yield link
    finally:
        link.lose("closed by ourselves")


async def _answer_or_loss(future: asyncio.Future[Any], link: Link) -> Any:
    await asyncio.wait([future, link._lost], return_when=asyncio.FIRST_COMPLETED)
    if not future.done():
        raise OSError(link._lost.result())
    return future.result()


def _sayable_all(value: str | tuple[str, ...]) -> str | list[str]:
    return _sayable(value) if isinstance(value, str) else [_sayable(one) for one in value]


def _sayable(value: str) -> str:
    """AMI ends a header at a line's end, and Asterisk splits some at commas."""
    if "," in value or any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise Unsayable("A value for Asterisk may hold neither control characters nor commas.")
    return value


class _Everything:
    """Every action is forgettable: none is kept to be sent again on another connection."""

    def __contains__(self, _action: object) -> bool:
        return True


class _Asked(Action):  # type: ignore[misc]
    """Complete with the answer, or with the end of the list that the answer announces."""

    def add_message(self, message: Any) -> bool:
        self.responses.append(message)
        announced = self.responses[0].get("EventList", "").lower() == "start"
        complete = not announced or message.get("EventList", "").lower() in ("complete", "cancelled")
        if complete and not self.future.done():
            self.future.set_result(self.responses)
        return complete


class _Protocol(AMIProtocol):  # type: ignore[misc]
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def data_received(self, data: bytes) -> None:
        """A character may come in two segments, which must not be decoded apart."""
        super().data_received(self._decoder.decode(data).encode())

    def handle_message(self, message: Any) -> None:
        try:
            super().handle_message(message)
        except Exception as error:  # it would end the connection; its text may hold people's numbers
            log.error("a message of Asterisk's was passed over: %s", type(error).__name__)


class _Manager(Manager):  # type: ignore[misc]
    """Connects once. Pings and reconnecting are the business of Link and of ami/reconnecting.py."""

    hear: Callable[[Headers], None]
    lost: Callable[[str], None]

    def connection_made(self, connecting: asyncio.Future[Any]) -> None:
        if not connecting.cancelled() and not connecting.exception():
            super().connection_made(connecting)

    def connection_lost(self, exc: object) -> None:
        self.lost("the connection ended")

    def dispatch(self, event: Any) -> None:
        self.hear(dict(event.items()))

    def ping(self) -> None:
        pass
