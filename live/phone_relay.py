"""The way of a browser's SIP messages to Asterisk: a WebSocket (RFC 7118) of one session of the console, one account.

Asterisk listens on loopback only. What comes from here has an address of its own (`source`), so Asterisk never takes a
browser for an operator: it is the account of its session, or it is challenged.
"""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from live.authorization import ConsoleAccess
from live.failures import Failures
from live.sip_gate import MAX_MESSAGE_BYTES, RefusedMessage, check_message, is_keep_alive
from records.errors import RecordsError
from records.staff import browser_phones

log = logging.getLogger("live")

REFUSED, TAKEN_OVER, TOO_MUCH, AWAY = 4401, 4409, 4429, 4503
"""Why we end a connection, for the page: log in again; another page or session has the telephone; too many messages;
Asterisk is away."""
CHECK_S = 1.0
"""The session is looked at so often: logging out ends its telephone."""
BACK_WITHIN_S = 1.5
"""A connection that broke is expected back; one that was closed is a page that is gone."""
BURST, PER_S = 100, 20
"""Messages at once and in each second; a call has about ten."""
_PAGE = re.compile(r"[A-Za-z0-9-]{8,64}")
_GONE = (1000, 1001)
_RESTARTING = 1012


@dataclass(slots=True)
class _Line:
    """One connection of a page."""

    account: str
    page: str
    session_id: int
    allowance: float = BURST
    measured_at: float = field(default_factory=time.monotonic)
    replaced: asyncio.Event = field(default_factory=asyncio.Event)
    """Another connection has the account."""
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    """Asterisk does not reach the page any more."""

    def takes_another(self) -> bool:
        """Whether one more message is within the limits."""
        now = time.monotonic()
        self.allowance = min(BURST, self.allowance + (now - self.measured_at) * PER_S)
        self.measured_at = now
        self.allowance -= 1
        return self.allowance >= 0


class PhoneRelay:
    """Serves `/ws`. `port`: of Asterisk, on loopback; `proxies`: how many of ours are before us."""

    def __init__(
        self, access: ConsoleAccess, port: int, source: str, proxies: int, clock: Callable[[], datetime]
    ) -> None:
        self._access, self._port, self._source, self._proxies, self._clock = access, port, source, proxies, clock
        self._failures = Failures(time.monotonic)
        self._lines: dict[str, _Line] = {}

    async def serve(self, browser: WebSocket) -> None:
        """One connection, from its request to its end."""
        address = self._address(browser)
        line = None if self._failures.is_refused(address) else await self._find_line(browser)
        if line is None:
            self._failures.add(address)
            await browser.close(REFUSED)  # before it is accepted: 403
            return
        await browser.accept(subprotocol="sip")
        try:
            await self._replace(line)
            async with connect(
                f"ws://127.0.0.1:{self._port}/ws",
                subprotocols=[Subprotocol("sip")],
                local_addr=(self._source, 0),
                max_size=MAX_MESSAGE_BYTES,
                compression=None,
                proxy=None,
            ) as asterisk:
                await asyncio.to_thread(
                    browser_phones.open_page, self._access.database, line.account, line.page, at=self._clock()
                )
                code = await self._relay(line, browser, asterisk)
        except (OSError, WebSocketException, RecordsError) as error:
            log.warning("the telephone of a browser does not reach Asterisk: %s", type(error).__name__)
            code = AWAY
        finally:
            line.closed.set()
        if code in (REFUSED, TOO_MUCH):
            self._failures.add(address)
        await _close(browser, code)
        await self._end(line, code)

    async def _find_line(self, browser: WebSocket) -> _Line | None:
        """The account of the session that asks from a page of the console; None for anything else."""
        page = browser.query_params.get("page", "")
        origin = browser.headers.get("origin")
        is_ours = origin is not None and origin == self._access.find_origin(browser.headers)
        if not is_ours or not _PAGE.fullmatch(page) or "sip" not in browser.scope.get("subprotocols", ()):
            return None
        try:
            session = await asyncio.to_thread(self._access.find_session, browser.headers)
            if session is None:
                return None
            account = await self._find_account(session.id)
        except RecordsError:
            return None
        return _Line(account, page, session.id) if account else None

    async def _replace(self, line: _Line) -> None:
        """Ends an earlier connection of the account; otherwise its page would be rung again with its lost caller."""
        earlier = self._lines.get(line.account)
        self._lines[line.account] = line
        if earlier is not None:
            earlier.replaced.set()
            await earlier.closed.wait()

    async def _find_account(self, session_id: int) -> str | None:
        return await asyncio.to_thread(browser_phones.find_account, self._access.database, session_id, at=self._clock())

    async def _relay(self, line: _Line, browser: WebSocket, asterisk: ClientConnection) -> int:
        """Passes messages on in both directions until one end closes, or we do; the code with which it ended."""
        ways = [
            asyncio.create_task(self._from_browser(line, browser, asterisk)),
            asyncio.create_task(_from_asterisk(browser, asterisk)),
            asyncio.create_task(self._watch(line)),
        ]
        try:
            ended, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            return min(task.result() for task in ended)
        finally:
            for task in ways:
                task.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _from_browser(self, line: _Line, browser: WebSocket, asterisk: ClientConnection) -> int:
        try:
            while True:
                text = await browser.receive_text()
                if not line.takes_another():
                    return TOO_MUCH
                if is_keep_alive(text):
                    continue
                check_message(text, line.account)
                await asterisk.send(text)
        except WebSocketDisconnect as ended:
            return ended.code
        except RefusedMessage as refused:
            log.warning("a message of a browser was refused: %s", refused)
            return REFUSED
        except (KeyError, ConnectionClosed):  # bytes instead of text; Asterisk is gone
            return AWAY

    async def _watch(self, line: _Line) -> int:
        """Until the session has ended, may not answer any more, or another page has its telephone."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(line.replaced.wait(), CHECK_S)
                return TAKEN_OVER
            try:
                if await self._find_account(line.session_id) != line.account:
                    return REFUSED
            except RecordsError:
                continue  # nobody knows; the call goes on

    async def _end(self, line: _Line, code: int) -> None:
        """The calls of a page that is gone are told; a connection that broke may come back first."""
        if code == _RESTARTING or self._lines.get(line.account) is not line:
            return
        if code not in (*_GONE, REFUSED):
            await asyncio.sleep(BACK_WITHIN_S)
            if self._lines.get(line.account) is not line:
                return
        del self._lines[line.account]
        if code == AWAY:
            return
        try:
            await asyncio.to_thread(
                browser_phones.lose_page, self._access.database, line.account, line.page, at=self._clock()
            )
        except RecordsError as error:
            log.error("the calls of a lost page are not told: %s", error)

    def _address(self, browser: WebSocket) -> str:
        """The browser's own address, as the last proxy of ours has seen it."""
        named = [each.strip() for each in browser.headers.get("x-forwarded-for", "").split(",") if each.strip()]
        if self._proxies and len(named) >= self._proxies:
            return named[-self._proxies]
        return browser.client.host if browser.client else ""


async def _from_asterisk(browser: WebSocket, asterisk: ClientConnection) -> int:
    try:
        async for message in asterisk:
            await browser.send_text(message if isinstance(message, str) else message.decode(errors="replace"))
    except (WebSocketDisconnect, ConnectionClosed, RuntimeError):
        pass  # either side has gone, which ends the relay as the end of Asterisk's messages does
    return AWAY


async def _close(browser: WebSocket, code: int) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it is closed already
        await browser.close(code if code >= REFUSED else 1000)
