"""An AMI server controlled by a test: it answers, falls silent, or closes the connection within a line."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Self

from ami.connection import AmiLogin

SECRET = "a-secret-of-the-test"
SUCCESS = b"Response: Success\r\nActionID: %s\r\nMessage: Done\r\n\r\n"
REFUSAL = b"Response: Error\r\nActionID: %s\r\nMessage: Authentication failed\r\n\r\n"
BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"

Request = dict[str, str]
Answer = bytes | None
"""An answer, with %s for the ActionID; None: no answer."""


class ScriptedAmi:
    """Answers every action with success, except as `answers` says by action.

    `hang_up_at(action, lines)` ends the next connection that has sent so many lines of such an action;
    `hang_up_after(action, size)` ends it after so many bytes of the answer.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: dict[str, Answer] = {}
        self.greeting = BOOTED
        self._cuts: list[Callable[[Request, int], bool]] = []
        self._says_only: dict[str, int] = {}
        self._writers: list[asyncio.StreamWriter] = []
        self._conversations: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    @property
    def login(self) -> AmiLogin:
        return AmiLogin(self._server.sockets[0].getsockname()[1], "tester", SECRET)

    def hang_up_at(self, action: str, lines: int) -> None:
        self._cuts.append(lambda request, number: request.get("Action") == action and number >= lines)

    def hang_up_after(self, action: str, size: int) -> None:
        self._says_only[action] = size

    async def send(self, *pieces: bytes) -> None:
        """Sends these pieces on the last connection."""
        for piece in pieces:
            self._writers[-1].write(piece)
            await self._writers[-1].drain()
            await asyncio.sleep(0.005)  # a segment of its own

    def requests_for(self, action: str) -> list[Request]:
        return [request for request in self.requests if request.get("Action") == action]

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._conversations.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while (request := await self._read(reader)) is not None:
                if not self._answer(request, writer):
                    break
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Request | None:
        """Panoramisk sends headers in alphabetical order: Action comes first."""
        request: Request = {}
        number = 0
        while line := (await reader.readline()).decode():
            number += 1
            name, _, value = line.strip().partition(": ")
            request |= {name: value} if name else {}
            if cut := next((cut for cut in self._cuts if cut(request, number)), None):
                self._cuts.remove(cut)
                self.requests.append(request)
                return None
            if not name and request:
                self.requests.append(request)
                return request
        return None

    def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        action, own_id = request["Action"], request["ActionID"].encode()
        known = action != "Login" or request["Secret"] == SECRET
        answer = self.answers.get(action, SUCCESS) if known else REFUSAL
        said = answer.replace(b"%s", own_id) if answer else b""
        size = self._says_only.pop(action, None)
        writer.write(said[:size])
        if action == "Login" and known:
            writer.write(self.greeting)
        return known and size is None


def format_message(*headers: str) -> bytes:
    return "\r\n".join([*headers, "", ""]).encode()


def list_response(*entries: Iterable[str]) -> bytes:
    """An answer that is a list, like that of QueueStatus."""
    start = format_message("Response: Success", "ActionID: %s", "EventList: start", "Message: will follow")
    end = format_message("Event: ListComplete", "ActionID: %s", "EventList: Complete", f"ListItems: {len(entries)}")
    return start + b"".join(format_message(*entry, "ActionID: %s") for entry in entries) + end
